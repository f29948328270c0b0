"""What is wrong with a configuration, in the user's words.

Each problem says where, which setting, what was expected and what was found.
"""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from service.config.model import LISTS, TABLES, Config, section_of
from service.config.toml_lines import SettingKey
from service.errors import StartError
from service.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to be fixed before the program can start."""

    where: str
    """``/home/me/pipe/config.toml:12``, the environment variable, or ``command line``."""
    setting: str
    """``watch.settle_seconds``, ``root[2].path``; empty where the whole file is meant."""
    message: str
    """What was expected, what was found, and what to do."""

    def __str__(self) -> str:
        parts = (self.where, self.setting, self.message)
        return ": ".join(filter(None, parts))


class ConfigError(StartError):
    """The configuration is refused. The message lists every problem, one a line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def setting_name(key: SettingKey) -> str:
    """Return a key as a user would say it: roots counted from 1."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def read_refusals(error: ValidationError) -> Iterator[tuple[SettingKey, str]]:
    """Yield the key and the sentence of each thing that pydantic refused."""
    for details in error.errors(include_url=False):
        yield details["loc"], _sentence(details)


def _sentence(details: ErrorDetails) -> str:
    key = details["loc"]
    kind = details["type"]
    if kind == "extra_forbidden":
        return _describe_unknown(key)
    if kind == "refused":
        return details["msg"]
    if kind == "missing":
        return f"is missing; every {_table(key)} needs it"
    value = details["input"]
    expected = _what_is_expected(key)
    return f"expected {expected}, got {_as_toml(value)}{_closest_choice(key, value)}"


def _describe_unknown(key: SettingKey) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  costs 4 ms, and only a mistake needs it

    name = str(key[-1])
    known = list(_fields(key[:-1]))
    close = get_close_matches(name.lower(), known, n=1)
    if close:
        return f"unknown setting; did you mean {close[0]}?"
    for table in TABLES:
        section = section_of(table)
        if section is not None and name in section.model_fields:
            return f"unknown setting; did you mean {name} in [{table}]?"
    if known:
        return f"unknown setting; known here: {', '.join(known)}"
    return "unknown setting"


def _fields(table: SettingKey) -> dict[str, FieldInfo]:
    """Return what may stand in a table, by name; nothing for a place that is no table."""
    if not table:
        return Config.model_fields
    section = section_of(str(table[0]))
    if section is None or len(table) != _depth(table):
        return {}
    return section.model_fields


def _depth(key: SettingKey) -> int:
    """Return how many parts of a key name its table: ``("root", 1)``, but ``("watch",)``."""
    return 2 if key[0] in LISTS else 1


def _table(key: SettingKey) -> str:
    return f"[[{key[0]}]]" if key[0] in LISTS else f"[{key[0]}]"


def _what_is_expected(key: SettingKey) -> str:
    depth = _depth(key)
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
    choices = [f'"{choice}"' for choice in get_args(annotation) if isinstance(choice, str)]
    if choices:
        return " or ".join(choices)
    kind = _KINDS.get(annotation)
    if kind is None:
        is_list = get_args(annotation)[1:] == (...,)
        kind = "a list of texts" if is_list else "a path in quotes"
    least = _limit(field, "ge")
    most = _limit(field, "le")
    if least is None or most is None:
        return kind
    return f"{kind} from {least} to {most}"


def _limit(field: FieldInfo, name: str) -> object:
    limits = (getattr(limit, name, None) for limit in field.metadata)
    return next((limit for limit in limits if limit is not None), None)


def _as_toml(value: object) -> str:
    """Return a value as TOML would say it, cut where it is long."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    longest = 60
    if len(text) <= longest:
        return text
    return text[:longest] + "…"


def _closest_choice(key: SettingKey, value: object) -> str:
    if len(key) <= 1 or not isinstance(value, str):
        return ""
    from difflib import get_close_matches  # noqa: PLC0415  as above

    choices = _what_is_expected(key).replace('"', "").split(" or ")
    close = get_close_matches(value.lower(), choices, n=1)
    if not close:
        return ""
    return f"; did you mean {close[0]!r}?"
