"""JSON of any size, element by element: an export of 100,000 versions is read in the memory of one.

Arrays and the objects that only wrap them (``{"items": […]}``) are entered; what they hold is
yielded whole. Several values one after the other (JSON lines) are read, too.
"""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from service.records.json_values import JsonValue

CHUNK = 1 << 20
"""Characters read at once."""

MAX_ELEMENT = 64 << 20
"""Characters of one element. A model with hundreds of versions has a few million."""

MAX_MEMBERS = 1_000
"""Members of one object.

One with more is a map from names to models, and its members are yielded one by one.
"""

MAX_DEPTH = 16

WRAPPERS = frozenset(
    {"items", "data", "results", "result", "models", "versions", "response", "hits"}
)

_BLANK = " \t\r\n\ufeff\0"


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Windows PowerShell writes what is redirected (``> all.json``) as UTF-16."""


def marked_encoding(path: Path) -> str | None:
    """Return the encoding that the first bytes of a file state; None where they state none."""
    with path.open("rb") as file:
        head = file.read(4)
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


class JunkError(ValueError):
    """The text is no JSON from here on. What was yielded before is valid."""


def elements(stream: TextIO) -> Iterator[JsonValue]:
    """Yield the elements of a JSON text as they are read. Raises JunkError where it is none."""
    text = _Text(stream)
    while text.next():
        yield from _elements(text, 0)


def _elements(text: "_Text", depth: int) -> Iterator[JsonValue]:
    first = text.next()
    if first == "[" and depth < MAX_DEPTH:
        text.take("[")
        yield from _array_elements(text, depth)
    elif first == "{" and depth < MAX_DEPTH:
        text.take("{")
        yield from _object_elements(text, depth)
    else:
        yield text.value()


def _array_elements(text: "_Text", depth: int) -> Iterator[JsonValue]:
    while text.next() != "]":
        if text.next() == "[":
            yield from _elements(text, depth + 1)
        else:
            yield text.value()
        if text.next() != "]":
            text.take(",")
    text.take("]")


def _object_elements(text: "_Text", depth: int) -> Iterator[JsonValue]:
    own: dict[str, JsonValue] = {}
    while text.next() != "}":
        key = text.value()
        if not isinstance(key, str):
            raise JunkError(f"a key of an object must be a text, not {key!r:.40}")
        text.take(":")
        if key in WRAPPERS and text.next() in ("[", "{"):
            yield from _elements(text, depth + 1)
        else:
            own[key] = text.value()
        if text.next() != "}":
            text.take(",")
        if len(own) > MAX_MEMBERS:
            yield own
            own = {}
    text.take("}")
    if own:
        yield own


class _Text:
    """A text that is read as far as it is needed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._buffer = ""
        self._at = 0
        self._passed = 0
        self._is_whole = False
        self._decoder = json.JSONDecoder()

    def next(self) -> str:
        """Return the next character that is not blank, without taking it; '' at the end."""
        while True:
            while self._at < len(self._buffer):
                char = self._buffer[self._at]
                if char not in _BLANK:
                    return char
                self._at += 1
            if not self._read(CHUNK):
                return ""

    def take(self, char: str) -> None:
        """Pass the next character, which must be this one."""
        if (found := self.next()) != char:
            raise self._junk(f"{char!r} was expected, not {found or 'the end of the file'!r}")
        self._at += 1

    def value(self) -> JsonValue:
        """Return the next value whole."""
        if not self.next():
            raise self._junk("the file ends within a value")
        more = CHUNK
        while True:
            try:
                found, end = self._decoder.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise self._junk("too many brackets within each other") from error
            except ValueError as error:
                if not self._may_grow() or not self._read(more):
                    raise self._refused(error) from error
            else:
                # A number may go on in the part that is not read yet.
                if end < len(self._buffer) or not self._read(more):
                    self._at = end
                    value: JsonValue = found
                    return value
            more *= 2

    def _may_grow(self) -> bool:
        return not self._is_whole and len(self._buffer) - self._at < MAX_ELEMENT

    def _read(self, size: int) -> bool:
        """Read on; return whether there was more."""
        if self._is_whole:
            return False
        read = self._stream.read(size)
        if not read:
            self._is_whole = True
            return False
        self._passed += self._at
        self._buffer, self._at = self._buffer[self._at :] + read, 0
        return True

    def _refused(self, error: ValueError) -> JunkError:
        if isinstance(error, json.JSONDecodeError):
            self._at = error.pos
            return self._junk(error.msg)
        return self._junk(str(error))

    def _junk(self, why: str) -> JunkError:
        return JunkError(f"no JSON at character {self._passed + self._at + 1}: {why}")
