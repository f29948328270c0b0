"""A JSON object of a file, read with the place of every value.

``JsonTable(data, "PNG:Generation_data")`` states ``baseModel.hash`` from
``PNG:Generation_data#baseModel.hash``. ``find_table`` finds the object among a file's texts.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeGuard

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records import Blob, Blobs, Fact, Field, Stated
from service.records.json_depth import is_too_deep
from service.records.json_values import JsonValue

FieldKeys = Iterable[tuple[Field, tuple[str, ...]]]
"""Field → the keys that state it, best first."""

WORDS: frozenset[Field] = frozenset(
    {"positive_prompt", "negative_prompt", "sampler", "scheduler", "model", "vae", "upscaler"},
)
"""Fields that are texts.

A number under their keys is a mistake or an index of a list that only the writer knows.
"""

MOST = 300
"""Facts of one object. A hundred is much; graphs, which hold thousands, are not facts."""
DEEPEST = 8
LONGEST = 100_000
"""Characters of a fact.

Longer values are pictures in base64 (NovelAI's references, SwarmUI's init images), which say
nothing.
"""

_CUT = re.compile(r"\s*+(?:[\[{]\s*+)?\{\s*+(?:\"|\Z)")
"""No blank is tried twice: where two ``\\s*`` shared a run of them, a million took hours."""
_PLAIN_LINE = light_pattern(r"^(?:Negative prompt|Steps)[ \t]*:", re.MULTILINE)
"""A line of an infotext. JSON writes its line breaks as ``\\n`` and its keys in quotes."""
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _: None)


@dataclass(frozen=True, slots=True)
class JsonTable:
    """A JSON object and where it was found."""

    data: Mapping[str, JsonValue]
    source: str
    path: str = ""
    """Keys that lead to it within the text, with dots between them; empty for the whole text."""

    @classmethod
    def of(cls, blob: Blob) -> "JsonTable | None":
        """Return a blob's JSON, or None where it is not an object."""
        if isinstance(blob.data, dict):
            return cls(blob.data, blob.source)
        return None

    @property
    def here(self) -> str:
        """Where the object itself was found."""
        return f"{self.source}#{self.path}" if self.path else self.source

    def place(self, key: str) -> str:
        """Return where the value of a key was found."""
        return f"{self.source}#{self._path_of(key)}"

    def _path_of(self, key: str) -> str:
        if self.path:
            return f"{self.path}.{key}"
        return key

    def text(self, *keys: str) -> str | None:
        """Return the first of these keys' values that is a text with something in it."""
        for key in keys:
            value = self.data.get(key)
            if isinstance(value, str) and value.strip():
                return value
        return None

    def stated(self, *keys: str, empty: bool = False) -> Stated | None:
        """Return the first of these keys' values that is a text or a number.

        An empty text only where asked for.
        """
        for key in keys:
            value = self.data.get(key)
            if not is_text_or_number(value):
                continue
            if empty or not isinstance(value, str) or value.strip():
                return Stated(value, self.place(key))
        return None

    def fields(self, keys_of_fields: FieldKeys) -> dict[Field, Stated]:
        """Return the fields whose keys are here.

        Prompts may be empty, and what is a text by nature must be one.
        """
        found: dict[Field, Stated] = {}
        for field, keys in keys_of_fields:
            usable = self._keys_of_texts(keys) if field in WORDS else keys
            stated = self.stated(*usable, empty=field.endswith("_prompt"))
            if stated is not None:
                found[field] = stated
        return found

    def _keys_of_texts(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in keys if isinstance(self.data.get(key), str))

    def inside(self, *keys: str) -> "JsonTable | None":
        """Return the first of these keys' values that is an object."""
        for key in keys:
            value = self.data.get(key)
            if isinstance(value, dict):
                return JsonTable(value, self.source, self._path_of(key))
        return None

    def part(self, *keys: str) -> "JsonTable":
        """Return the first of these keys' values that is an object, or an empty one."""
        return self.inside(*keys) or JsonTable({}, self.source, self._path_of(keys[0]))

    def items(self, key: str) -> list[JsonValue]:
        """Return a list's items; nothing where the value is no list."""
        value = self.data.get(key)
        if isinstance(value, list):
            return value
        return []

    def each(self, key: str) -> Iterator["JsonTable"]:
        """Yield the objects of a list, or the one object in its place."""
        single = self.inside(key)
        if single is not None:
            yield single
        for number, item in enumerate(self.items(key)):
            if isinstance(item, dict):
                yield JsonTable(item, self.source, self._path_of(f"{key}.{number}"))

    def facts(self, *, without: frozenset[str] = frozenset()) -> tuple[Fact, ...]:
        """Return every value under its own key, in order: ``baseModel.hash``, ``models.0.name``."""
        wanted = [(key, value) for key, value in self.data.items() if key not in without]
        facts: list[Fact] = []
        for path, value in _leaves(wanted, 1):
            facts.append(Fact(self._path_of(path), value, self.place(path)))
            if len(facts) == MOST:
                break
        return tuple(facts)


def find_table(
    blobs: Blobs, *roles: str, accept: Callable[[JsonTable], object] | None = None
) -> JsonTable | None:
    """Return the first JSON object among the texts of these roles that is accepted."""
    for table in find_tables(blobs, *roles):
        if accept is None or accept(table):
            return table
    return None


def find_tables(blobs: Blobs, *roles: str) -> Iterator[JsonTable]:
    """Yield every JSON object among the texts of these roles."""
    for blob in blobs.all(*roles):
        if isinstance(blob.data, dict):
            yield JsonTable(blob.data, blob.source)


def is_text_or_number(value: object) -> TypeGuard[str | int | float]:
    """Return whether a value can state a field; a switch cannot."""
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def is_cut(blob: Blob) -> bool:
    """Return whether a text begins as JSON and is none: cut short, it is nobody's prompt.

    An infotext whose prompt is JSON goes on with lines of its own (SD.Next, since models were made
    that take their prompts so).
    """
    if blob.data is not None or _CUT.match(blob.text) is None:
        return False
    return _PLAIN_LINE.search(blob.text) is None and not _is_whole_at_first(blob.text)


def _is_whole_at_first(text: str) -> bool:
    """Return whether a text begins with JSON that is whole, with settings behind it."""
    if "Steps:" not in text:
        return False
    try:
        _, end = _DECODER.raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return False
    return "Steps:" in text[end:]


def plain_texts(blobs: Blobs, *roles: str) -> Iterator[Blob]:
    """Yield the texts of these roles that are no JSON, not even JSON cut short."""
    for blob in blobs.all(*roles):
        if blob.data is None and not is_cut(blob):
            yield blob


def _leaves(items: Iterable[tuple[str, JsonValue]], depth: int) -> Iterator[tuple[str, str]]:
    """Yield the path and text of every value that is neither an object nor a list."""
    for path, value in items:
        if isinstance(value, (dict, list)):
            if depth < DEEPEST:
                yield from _leaves(_items_below(path, value), depth + 1)
        elif value is not None:
            text = as_written(value)
            if len(text) <= LONGEST:
                yield path, text


def _items_below(
    path: str, value: dict[str, JsonValue] | list[JsonValue]
) -> Iterator[tuple[str, JsonValue]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in pairs:
        yield f"{path}.{key}", item


def as_written(value: JsonValue) -> str:
    """Return a JSON value as the file writes it; a text without its quotes."""
    if isinstance(value, str):
        return value
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


def parse_value(text: str | None) -> JsonValue:
    """Return any JSON value, or None where the text is none."""
    if not text:
        return None
    try:
        value: JsonValue = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return None if is_too_deep(text) else value
