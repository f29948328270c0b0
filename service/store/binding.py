r"""What SQLite can hold: the forms in which texts and numbers are bound.

Metadata is written by strangers. SQLite refuses lone surrogates and integers past 64 bits, and a
NUL ends a text for most of its functions (``length('a\0b')`` is 1), so none of the three may reach
it.
"""

import json
from collections.abc import Iterable, Mapping

import orjson

from service.records import Scalar, WatchedFile

_LIMIT = 1 << 63

NUL_SHOWN = "\u2400"
"""The control picture of NUL, which stands for it in the database."""


def text(value: str) -> str:
    r"""Return a text as it is stored: valid Unicode without NUL, a lone surrogate as ``\udcXX``."""
    if "\0" in value:
        value = value.replace("\0", NUL_SHOWN)
    if value.isascii():
        return value
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


def optional(value: str | None) -> str | None:
    """Return ``text`` of a value, or None for None."""
    return None if value is None else text(value)


def lines(values: Iterable[str]) -> str | None:
    """Return values that hold no line break one a line, and None for none of them."""
    return text("\n".join(values)) or None


def integer(value: int | None) -> int | float | None:
    """Return an integer as it is, past 64 bits as the nearest float, and past those as None."""
    if value is None or -_LIMIT <= value < _LIMIT:
        return value
    try:
        return float(value)
    except OverflowError:
        return None


def json_bytes(value: Mapping[str, object]) -> bytes:
    """Return a JSON object as bytes, whatever texts and integers are in it."""
    try:
        return orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        # integers past 64 bits and lone surrogates, which json can write
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def as_json(values: Iterable[str | int]) -> str:
    """Return a list as a statement takes it that asks for many at once, by ``json_each``."""
    return orjson.dumps([*values]).decode()


def as_text(value: Scalar) -> str:
    """Return a stated value of any type as a text: ``true`` for True, digits for numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text(value) if isinstance(value, str) else str(value)


def lines_of(text_: str | None) -> tuple[str, ...]:
    """Return what ``lines`` has written."""
    return tuple(text_.split("\n")) if text_ else ()


def file_at(root: str, path: str, size: int, mtime_ns: int, sidecars: str | None) -> WatchedFile:
    """Return a file from its columns."""
    time = int(mtime_ns)  # an older version of ours stored times past 64 bits as floats
    return WatchedFile(root=root, path=path, size=size, mtime_ns=time, sidecars=lines_of(sidecars))
