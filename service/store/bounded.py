"""SQLite's functions on texts that take as long as one text times the other, made anew in bounded time.

``instr(hex(zeroblob(7000000)), hex(zeroblob(3000000)) || '1')`` runs for an hour inside one step of SQLite's machine,
where no clock is looked at (tried). Python's own search does not.
"""

import apsw

Value = str | bytes | int | float | None

LONGEST = 16_000_000
"""Characters or bytes of one text; a longer one would take its memory from everybody."""


def bind(connection: apsw.Connection) -> None:
    """Let the connection use these instead of SQLite's."""
    connection.create_scalar_function("instr", instr, 2, deterministic=True)
    connection.create_scalar_function("replace", replace, 3, deterministic=True)
    for name, ends in (("trim", "both"), ("ltrim", "left"), ("rtrim", "right")):
        connection.create_scalar_function(name, _Trim(ends), -1, deterministic=True)


def instr(*arguments: Value) -> int | None:
    """Return at which character, from 1, the second text begins in the first; 0 where it does not."""
    text, part = arguments
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _text(text).find(_text(part)) + 1


def replace(*arguments: Value) -> str | None:
    """Return the first text with the third in every place of the second."""
    if None in arguments:
        return None
    text, part, instead = map(_text, arguments)
    if not part:
        return text
    if len(text) + text.count(part) * (len(instead) - len(part)) > LONGEST:
        raise apsw.TooBigError("string or blob too big")
    return text.replace(part, instead)


class _Trim:
    """Takes the characters of the second text, or blanks, off the first."""

    def __init__(self, ends: str) -> None:
        self._ends = ends

    def __call__(self, *arguments: Value) -> str | None:
        if not 1 <= len(arguments) <= 2:  # noqa: PLR2004  # as SQLite
            raise apsw.SQLError("wrong number of arguments to function trim()")
        if None in arguments:
            return None
        text = _text(arguments[0])
        unwanted = frozenset(_text(arguments[1])) if len(arguments) > 1 else frozenset(" ")
        start, end = 0, len(text)
        if self._ends != "right":
            start = next((at for at, char in enumerate(text) if char not in unwanted), end)
        if self._ends != "left":
            end -= next((at for at, char in enumerate(reversed(text)) if char not in unwanted), end - start)
        return text[start : max(start, end)]


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
