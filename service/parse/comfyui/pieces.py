"""The editor's JSON, piece by piece: what is no name, no object, is nothing."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

Raw = Mapping[str, JsonValue]


def word(value: JsonValue) -> str:
    """Return a name or number as text; nothing of anything that is neither."""
    return str(value) if isinstance(value, str | int | float) else ""


def objects(value: JsonValue) -> Iterator[Raw]:
    """Yield the objects of a list; nothing of anything else."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))
