"""One export: what is listed, which of it, and how it is written.

The same for ``[[export]]`` and the command line.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.config.values import OutputPath, Section, refusal
from service.records import ResourceKind, Side

ListKind = Literal["tokens", "prompts", "templates", "kv", "resources", "sql", "records"]
Dialect = Literal["plain", "dynamicprompts", "impact", "swarm", "a1111"]
OnUnsafe = Literal["skip", "replace", "raw"]
Sort = Literal["count_desc", "count_asc", "alpha", "alpha_desc"]
Form = Literal["name", "label", "tag"]

ONLY: dict[str, tuple[ListKind, ...]] = {
    "side": ("tokens",),
    "which": ("prompts", "templates"),
    "min_fillers": ("templates",),
    "key": ("kv",),
    "resource_kind": ("resources",),
    "form": ("resources",),
    "sql": ("sql",),
    "by_model": ("tokens", "prompts", "kv", "resources"),
    "by_month": ("tokens", "prompts", "kv", "resources"),
    "excel_safe": ("records",),
}
"""Settings that mean something to some kinds only."""

NOT_FOR_RECORDS = tuple(
    "min_count max_count include exclude sort limit dialect on_unsafe with_counts".split()
)
NOT_FOR_TEMPLATES = tuple("max_count sort on_unsafe with_counts".split())
WEIGHTED: tuple[Dialect, ...] = ("plain", "dynamicprompts", "impact")
"""Dialects that have a place for a count."""
RECORD_FORMS = (".jsonl", ".csv", ".parquet")
LIST_FORMS = (".txt", ".yaml", ".yml")


def _pattern(value: str) -> str:
    import regex  # noqa: PLC0415  # costs every command 10 ms, and only exports need it

    try:
        regex.compile(value)
    except regex.error as error:
        raise refusal(f"{value!r} is no regular expression: {error}") from None
    return value


def _every(value: object) -> object:
    if value == "change" or (
        isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= MONTH
    ):
        return value
    raise refusal(f'expected "change" or minutes from 1 to {MONTH}, got {value!r}')


MONTH = 44_640
"""Minutes."""
MOST = 1_000_000_000

Expression = Annotated[str, AfterValidator(_pattern)]


class Export(Section):
    """``[[export]]``: one list or file made from the database."""

    kind: ListKind
    out: OutputPath
    """The file; with ``by_model`` or ``by_month`` the folder, unless it is a ``.yaml`` file."""
    side: Side = "pos"
    which: Side = "pos"
    key: str = Field(default="", max_length=1000)
    resource_kind: ResourceKind | None = None
    form: Form = "name"
    sql: str = Field(default="", max_length=100_000)
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
    every: Annotated[float | Literal["change"], BeforeValidator(_every)] = "change"

    @property
    def is_split(self) -> bool:
        """Whether there is a list for each model or month instead of one."""
        return self.by_model or self.by_month

    @property
    def is_yaml(self) -> bool:
        """Whether a YAML file is asked for, by its name."""
        return self.out.suffix.lower() in {".yaml", ".yml"}

    @property
    def is_folder(self) -> bool:
        """Whether several files are made, below the output, instead of one."""
        return self.kind == "templates" or (self.is_split and not self.is_yaml)

    @property
    def folder(self) -> Path:
        """Return where the files are made."""
        return self.out if self.is_folder else self.out.parent

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for complaint in (
            self._missing(),
            self._foreign(),
            self._misnamed(),
            self._contradiction(),
        ):
            if complaint:
                raise refusal(complaint)
        return self

    def _missing(self) -> str:
        if self.kind == "kv" and not self.key:
            return 'key is missing: which key of kv is to be listed, like "sampler_norm"'
        if self.kind == "sql" and not self.sql.strip():
            return 'sql is missing: the query, like "SELECT t_norm FROM tokens"'
        if self.form == "tag" and self.resource_kind != "lora":
            return (
                'form "tag" writes <lora:name:1>; say resource_kind = "lora" (--kind lora) with it'
            )
        return ""

    def _foreign(self) -> str:
        told = self.model_fields_set
        for name, kinds in ONLY.items():
            if name in told and self.kind not in kinds and getattr(self, name):
                return f"{name} means nothing to {self.kind}; it is for {', '.join(kinds)}"
        if self.kind == "records" and (found := [name for name in NOT_FOR_RECORDS if name in told]):
            return f"{found[0]} means nothing to records, which are whole images; use kind sql or a list"
        if self.kind == "templates" and (
            found := [name for name in NOT_FOR_TEMPLATES if name in told]
        ):
            return f"{found[0]} means nothing to templates, which are the commonest first and always safe"
        return ""

    def _misnamed(self) -> str:
        """Say what is wrong with the output's name, so that no slip replaces a database or a program by a list."""
        suffix = self.out.suffix.lower()
        if self.kind == "templates":
            sound = re.fullmatch(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*", self.out.name)
            return (
                ""
                if sound
                else f"{self.out}: templates refer to their folder; name it by letters, digits and -"
            )
        if self.is_split and not self.is_yaml:
            return (
                f"{self.out}: split lists stand in a folder; name it without .txt"
                if suffix == ".txt"
                else ""
            )
        forms = RECORD_FORMS if self.kind == "records" else LIST_FORMS
        what = "records" if self.kind == "records" else "lists"
        return (
            ""
            if suffix in forms
            else f"{self.out}: {what} are written as {', '.join(forms)}; name the file so"
        )

    def _contradiction(self) -> str:
        if self.max_count is not None and self.max_count < self.min_count:
            return f"max_count {self.max_count} is below min_count {self.min_count}, so nothing would be listed"
        return self._no_weights()

    def _no_weights(self) -> str:
        if self.with_counts and self.dialect not in WEIGHTED:
            return (
                f"{self.dialect} has no place for counts; with_counts is for {', '.join(WEIGHTED)}"
            )
        if self.with_counts and self.dialect == "impact" and self.is_yaml:
            return "impact reads no counts from YAML; name a .txt file"
        return ""
