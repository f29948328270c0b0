"""Statements by name, from the .sql files of this package, and what they are put to."""

import re
from functools import cache
from importlib.resources import files
from typing import Any, Protocol


class Reading(Protocol):
    """A connection of either library, apsw or sqlite3."""

    def execute(self, statement: str, bindings: Any = ..., /) -> Any:
        """Return a cursor."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


_NAMED = re.compile(r"^-- name: (\w+)\n(?:--[^\n]*\n)+([^;]+);", re.MULTILINE)

_PARAMETER = re.compile(r":([a-z]\w*)")

_EXPLAINED = re.compile(r"^-- name: (\w+)\n((?:--[^\n]*\n)+)", re.MULTILINE)


@cache
def statements(file: str = "queries.sql") -> dict[str, str]:
    """Return every statement of a file by its name, without the comment that explains it."""
    text = files("service.store").joinpath(file).read_text(encoding="utf-8")
    return dict(_NAMED.findall(text))


@cache
def explanations(file: str) -> dict[str, str]:
    """Return the comment of each statement of a file, as one line, by the statement's name."""
    text = files("service.store").joinpath(file).read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for name, comment in _EXPLAINED.findall(text):
        found[name] = " ".join(line.removeprefix("--").strip() for line in comment.splitlines())
    return found


@cache
def sql(name: str) -> str:
    """Return one statement of ``queries.sql``."""
    return statements()[name]


@cache
def parameters(name: str) -> tuple[str, ...]:
    """Return the names of a statement's parameters, in the order in which values are bound."""
    return tuple(dict.fromkeys(_PARAMETER.findall(sql(name))))
