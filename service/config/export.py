"""One export: what is listed, which of it, and how it is written.

The same for ``[[export]]`` and the command line.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.config.values import Categories, OutputPath, Section, refusal
from service.records import ResourceKind, Side

ListKind = Literal["tokens", "prompts", "templates", "kv", "resources", "sql", "records"]
Dialect = Literal["plain", "dynamicprompts", "impact", "swarm", "a1111"]
OnUnsafe = Literal["skip", "replace", "raw"]
Sort = Literal["count_desc", "count_asc", "alpha", "alpha_desc"]
Form = Literal["name", "label", "tag", "written", "norm"]
Style = Literal["tags", "phrases", "all"]
Count = Literal["images", "uses"]

FORMS: dict[ListKind, tuple[Form, ...]] = {
    "tokens": ("written", "norm"),
    "resources": ("name", "label", "tag"),
}
"""The forms of the items of each kind of list, the default one first."""

ONLY: dict[str, tuple[ListKind, ...]] = {
    "side": ("tokens",),
    "which": ("prompts", "templates"),
    "min_fillers": ("templates",),
    "key": ("kv",),
    "resource_kind": ("resources",),
    "form": ("tokens", "resources"),
    "style": ("tokens",),
    "count": ("tokens",),
    "max_words": ("tokens",),
    "by": ("tokens",),
    "with_words": ("resources",),
    "sql": ("sql",),
    "search": ("tokens", "prompts"),
    "by_model": ("tokens", "prompts", "kv", "resources"),
    "by_month": ("tokens", "prompts", "kv", "resources"),
    "excel_safe": ("records",),
}
"""Settings that mean something to these kinds only."""

NOT_FOR: dict[ListKind, tuple[tuple[str, ...], str]] = {
    "records": (
        tuple(
            "min_count max_count include exclude sort limit dialect on_unsafe with_counts".split()
        ),
        "means nothing to records, which are whole images; use kind sql or a list",
    ),
    "templates": (
        tuple("max_count sort on_unsafe with_counts".split()),
        "means nothing to templates, which are the commonest first and always safe",
    ),
}
"""Settings that mean nothing to a kind, and why."""
WEIGHTED: tuple[Dialect, ...] = ("plain", "dynamicprompts", "impact")
"""Dialects that have a place for a count."""
RECORD_FORMS = (".jsonl", ".csv", ".parquet")
LIST_FORMS = (".txt", ".yaml", ".yml")
FOLDER_OF_TEMPLATES = re.compile(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*")


MONTH = 44_640
"""Minutes."""
MOST = 1_000_000_000


def _check_expression(value: str) -> str:
    import regex  # noqa: PLC0415  costs every command 10 ms, and only exports need it

    try:
        regex.compile(value)
    except regex.error as error:
        raise refusal(f"{value!r} is no regular expression: {error}") from None
    return value


def _check_every(value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value == "change" or (is_number and 1 <= value <= MONTH):  # type: ignore[operator]
        return value
    raise refusal(f'expected "change" or minutes from 1 to {MONTH}, got {value!r}')


Expression = Annotated[str, AfterValidator(_check_expression)]


class Export(Section):
    """``[[export]]``: one list or file made from the database."""

    kind: ListKind
    out: OutputPath
    """The file; with ``by_model`` or ``by_month`` the folder, unless it is a ``.yaml`` file."""
    side: Side = "pos"
    which: Side = "pos"
    key: str = Field(default="", max_length=1000)
    resource_kind: ResourceKind | None = None
    form: Form | None = None
    """None: the first of ``FORMS``."""
    style: Style | None = None
    """None: tags and phrases."""
    count: Count = "images"
    max_words: int | None = Field(default=None, ge=1, le=1_000)
    by: Literal["category"] | None = None
    with_words: int = Field(default=0, ge=0, le=100)
    """How many words of the prompts stand behind a LoRA's tag."""
    categories: Categories = Field(default_factory=dict)
    """Words of the user's categories; those of ``[categories]`` in the file."""
    sql: str = Field(default="", max_length=100_000)
    search: str = Field(default="", max_length=10_000)
    """Of which images; '' is all, those included whose file is gone."""
    min_fillers: int = Field(default=3, ge=2, le=1_000)
    """How many different tags a template's group has, at least."""
    min_count: int = Field(default=1, ge=1, le=MOST)
    max_count: int | None = Field(default=None, ge=1, le=MOST)
    include: Expression | None = None
    exclude: Expression | None = None
    sort: Sort | None = None
    """None: commonest first, and for ``sql`` in the query's own order."""
    limit: int | None = Field(default=None, ge=1, le=MOST)
    dialect: Dialect = "plain"
    on_unsafe: OnUnsafe = "skip"
    with_counts: bool = False
    by_model: bool = False
    by_month: bool = False
    excel_safe: bool = True
    every: Annotated[float | Literal["change"], BeforeValidator(_check_every)] = "change"

    @property
    def is_split(self) -> bool:
        """Tell whether there is a list for each model, month or category instead of one."""
        return self.by_model or self.by_month or self.by is not None

    @property
    def is_yaml(self) -> bool:
        """Tell whether a YAML file is asked for, by its name."""
        return self.out.suffix.lower() in {".yaml", ".yml"}

    @property
    def is_folder(self) -> bool:
        """Tell whether several files are made, below the output, instead of one."""
        return self.kind == "templates" or (self.is_split and not self.is_yaml)

    @property
    def folder(self) -> Path:
        """Return where the files are made."""
        return self.out if self.is_folder else self.out.parent

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        complaint = (
            self._find_missing()
            or self._find_meaningless()
            or self._find_bad_name()
            or self._find_contradiction()
        )
        if complaint:
            raise refusal(complaint)
        return self

    def _find_missing(self) -> str:
        if self.kind == "kv" and not self.key:
            return 'key is missing: which key of kv is to be listed, like "sampler_norm"'
        if self.kind == "sql" and not self.sql.strip():
            return 'sql is missing: the query, like "SELECT t_norm FROM tokens"'
        if self.form == "tag" and self.resource_kind != "lora":
            return (
                'form "tag" writes <lora:name:1>; say resource_kind = "lora" (--kind lora) with it'
            )
        if self.with_words and self.form != "tag":
            return 'with_words writes words behind a LoRA\'s tag; say form = "tag" with it'
        return ""

    def _find_meaningless(self) -> str:
        """Say which setting was given that means nothing to this kind."""
        given = self.model_fields_set
        for name, kinds in ONLY.items():
            if self.kind not in kinds and name in given and getattr(self, name):
                return f"{name} means nothing to {self.kind}; it is for {', '.join(kinds)}"
        if self.form is not None and self.form not in FORMS[self.kind]:
            return f"form {self.form!r} is none of {self.kind}: {', '.join(FORMS[self.kind])}"
        names, reason = NOT_FOR.get(self.kind, ((), ""))
        for name in names:
            if name in given:
                return f"{name} {reason}"
        return ""

    def _find_bad_name(self) -> str:
        """Say what is wrong with the output's name.

        So that no slip replaces a database or a program by a list.
        """
        suffix = self.out.suffix.lower()
        if self.kind == "templates":
            if FOLDER_OF_TEMPLATES.fullmatch(self.out.name):
                return ""
            return f"{self.out}: templates refer to their folder; name it by letters, digits and -"
        if self.is_split and not self.is_yaml:
            if suffix == ".txt":
                return f"{self.out}: split lists need a folder; name it without .txt"
            return ""
        what, forms = ("lists", LIST_FORMS)
        if self.kind == "records":
            what, forms = ("records", RECORD_FORMS)
        if suffix in forms:
            return ""
        return f"{self.out}: {what} are written as {', '.join(forms)}; name the file so"

    def _find_contradiction(self) -> str:
        if self.max_count is not None and self.max_count < self.min_count:
            return (
                f"max_count {self.max_count} is below min_count {self.min_count}, "
                "so nothing would be listed"
            )
        if self.with_counts and self.dialect not in WEIGHTED:
            return (
                f"{self.dialect} has no place for counts; with_counts is for {', '.join(WEIGHTED)}"
            )
        if self.with_counts and self.dialect == "impact" and self.is_yaml:
            return "impact reads no counts from YAML; name a .txt file"
        return ""
