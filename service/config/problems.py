"""What is wrong with a configuration, in the user's words.

Where, which setting, what was expected.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from service.config.model import LISTS, SECTIONS, Config
from service.config.toml_lines import Key
from service.errors import StartError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that must be mended before the program can start."""

    where: str
    """``/home/me/pipe/config.toml:12``, the environment variable, or ``command line``."""
    setting: str
    """``watch.settle_seconds``, ``root[2].path``; empty where the whole file is meant."""
    message: str
    """What was expected, what was found, and the mend."""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.setting, self.message) if part)


class ConfigError(StartError):
    """The configuration is refused. The message lists every problem, one a line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def setting_name(key: Key) -> str:
    """Return a key as a user would say it: roots counted from 1."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def refusals(error: ValidationError) -> Iterator[tuple[Key, str]]:
    """Yield the key and the sentence of each thing that pydantic refused."""
    for details in error.errors(include_url=False):
        yield details["loc"], _sentence(details)


def _sentence(details: ErrorDetails) -> str:
    key, kind = details["loc"], details["type"]
    if kind == "extra_forbidden":
        return _unknown(key)
    if kind == "refused":
        return details["msg"]
    if kind == "missing":
        return f"is missing; every {_table(key)} needs it"
    return f"expected {_what_is_expected(key)}, got {_as_toml(details['input'])}{_closest_choice(key, details['input'])}"


def _unknown(key: Key) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  costs 4 ms, and only a mistake needs it

    name = str(key[-1])
    known = list(_fields(key[:-1]))
    if close := get_close_matches(name.lower(), known, n=1):
        return f"unknown setting; did you mean {close[0]}?"
    if elsewhere := [table for table, section in SECTIONS.items() if name in section.model_fields]:
        return f"unknown setting; did you mean {name} in [{elsewhere[0]}]?"
    return f"unknown setting; known here: {', '.join(known)}" if known else "unknown setting"


def _fields(table: Key) -> dict[str, FieldInfo]:
    """Return what may stand in a table, by name; nothing for a place that is no table."""
    if not table:
        return Config.model_fields
    section = SECTIONS.get(str(table[0]))
    names_a_table = len(table) == (2 if table[0] in LISTS else 1)
    return section.model_fields if section and names_a_table else {}


def _table(key: Key) -> str:
    return f"[[{key[0]}]]" if key[0] in LISTS else f"[{key[0]}]"


def _what_is_expected(key: Key) -> str:
    depth = 2 if key[0] in LISTS else 1
    field = _fields(key[:depth]).get(str(key[depth])) if len(key) > depth else None
    if field is None:
        return f"a {_table(key)} table"
    if len(key) > depth + 1:
        return "a text in quotes"
    return _describe_field(field)


_KINDS: dict[object, str] = {
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    str: "a text in quotes",
}


def _plain(annotation: object) -> object:
    """Return a type without the None that may stand in its place, and without what checks it."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    return annotation


def _describe_field(field: FieldInfo) -> str:
    annotation = _plain(field.annotation)
    if choices := [choice for choice in get_args(annotation) if isinstance(choice, str)]:
        return " or ".join(f'"{choice}"' for choice in choices)
    limits = {
        name: getattr(limit, name)
        for limit in field.metadata
        for name in ("ge", "le")
        if hasattr(limit, name)
    }
    kind = _KINDS.get(annotation) or (
        "a list of texts" if get_args(annotation)[1:] == (...,) else "a path in quotes"
    )
    return f"{kind} from {limits['ge']} to {limits['le']}" if len(limits) > 1 else kind


def _as_toml(value: object) -> str:
    """Return a value as TOML would say it, cut where it is long."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    longest = 60
    return text if len(text) <= longest else text[:longest] + "…"


def _closest_choice(key: Key, value: object) -> str:
    if len(key) <= 1 or not isinstance(value, str):
        return ""
    from difflib import get_close_matches  # noqa: PLC0415  as above

    choices = _what_is_expected(key).replace('"', "").split(" or ")
    close = get_close_matches(value.lower(), choices, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
