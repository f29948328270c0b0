"""The statements of ``queries.sql`` by name."""

import re
from functools import cache
from importlib.resources import files

_NAMED = re.compile(r"^-- name: (\w+)\n(?:--[^\n]*\n)+([^;]+);", re.MULTILINE)


@cache
def statements() -> dict[str, str]:
    """Return every statement of the store by its name, without the comment that explains it."""
    text = files("service.store").joinpath("queries.sql").read_text(encoding="utf-8")
    return dict(_NAMED.findall(text))


@cache
def sql(name: str) -> str:
    """Return one statement."""
    return statements()[name]
