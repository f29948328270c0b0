"""One JSON object of a file, read with the place of every value.

For generators that embed JSON of their own.

``Told(data, "PNG:Generation_data")`` states ``baseModel.hash`` from
``PNG:Generation_data#baseModel.hash``.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from service.records import Blob, Fact, Field, Stated

Table = Iterable[tuple[Field, tuple[str, ...]]]
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
"""Characters.

Longer values are pictures in base64 (NovelAI's references, SwarmUI's init images), which say
nothing.
"""


@dataclass(frozen=True, slots=True)
class JsonTable:
    """A JSON object and where it stood."""

    data: Mapping[str, JsonValue]
    source: str
    path: str = ""

    @classmethod
    def of(cls, blob: Blob) -> "JsonTable | None":
        """Return a blob's JSON, or None where it is not an object."""
        return cls(blob.data, blob.source) if isinstance(blob.data, dict) else None

    def place(self, key: str) -> str:
        """Return where the value of a key stands."""
        return f"{self.source}#{self._joined(key)}"

    def _joined(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def text(self, *keys: str) -> str | None:
        """Return the first of these keys' values that is a text with something in it."""
        return next(
            (v for key in keys if isinstance(v := self.data.get(key), str) and v.strip()), None
        )

    def stated(self, *keys: str, empty: bool = False) -> Stated | None:
        """Return the first of these keys' values that is a text or a number.

        An empty text only where asked for.
        """
        for key in keys:
            value = self.data.get(key)
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                continue
            if empty or not isinstance(value, str) or value.strip():
                return Stated(value, self.place(key))
        return None

    def fields(self, table: Table) -> dict[Field, Stated]:
        """Return what a table of keys finds.

        Prompts may be empty, and what is a text by nature must be one.
        """
        found = (
            (field, self.stated(*self._fit(field, keys), empty=field.endswith("_prompt")))
            for field, keys in table
        )
        return {field: stated for field, stated in found if stated is not None}

    def _fit(self, field: Field, keys: tuple[str, ...]) -> tuple[str, ...]:
        return (
            tuple(key for key in keys if isinstance(self.data.get(key), str))
            if field in WORDS
            else keys
        )

    def inside(self, *keys: str) -> "JsonTable | None":
        """Return the first of these keys' values that is an object."""
        for key in keys:
            value = self.data.get(key)
            if isinstance(value, dict):
                return JsonTable(value, self.source, self._joined(key))
        return None

    def each(self, key: str) -> Iterator["JsonTable"]:
        """Yield the objects of a list, or the one object in its place."""
        value = self.data.get(key)
        if isinstance(value, dict):
            yield JsonTable(value, self.source, self._joined(key))
        for number, one in enumerate(value if isinstance(value, list) else ()):
            if isinstance(one, dict):
                yield JsonTable(one, self.source, self._joined(f"{key}.{number}"))

    def facts(self, *, without: frozenset[str] = frozenset()) -> tuple[Fact, ...]:
        """Return every value under its own key (``baseModel.hash``, ``models.0.weight``), in order."""
        leaves = _leaves(
            [(key, value) for key, value in self.data.items() if key not in without], 1
        )
        return tuple(
            Fact(self._joined(path), value, self.place(path))
            for (path, value), _ in zip(leaves, range(MOST), strict=False)
        )


_CUT = re.compile(r"\s*[\[{]?\s*\{\s*(?:\"|\Z)")


def is_cut(blob: Blob) -> bool:
    """Tell whether a text begins as JSON and is none: cut short, it is nobody's prompt."""
    return blob.data is None and _CUT.match(blob.text) is not None


def _leaves(items: Iterable[tuple[str, JsonValue]], depth: int) -> Iterator[tuple[str, str]]:
    for path, value in items:
        inner: Iterable[tuple[str, JsonValue]] = ()
        if isinstance(value, dict):
            inner = ((f"{path}.{key}", one) for key, one in value.items())
        elif isinstance(value, list):
            inner = ((f"{path}.{number}", one) for number, one in enumerate(value))
        elif value is not None and len(text := as_written(value)) <= LONGEST:
            yield path, text
        if depth < DEEPEST:
            yield from _leaves(inner, depth + 1)


def as_written(value: JsonValue) -> str:
    """Return a JSON value as the file writes it; a text without its quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
