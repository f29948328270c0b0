"""How much of one file is kept: what is far beyond every real image is left out of its record.

The bounded record goes into the database and says what it lacks, so that a later reading of it
gives the same rows as the first.
"""

from collections.abc import Mapping
from dataclasses import replace

from service.parse.blobs import PREFIX, is_text_tag, left_out_of
from service.parse.encodings import repair_encoding
from service.parse.json_texts import parse_json
from service.records import RawRecord
from service.records.json_depth import measure_value
from service.records.json_values import JsonValue
from service.records.limits import (
    LEFT_OUT,
    MAX_DEPTH,
    MAX_END,
    MAX_JSON,
    MAX_RECORD,
    MAX_SENTENCES,
    MAX_TAGS,
    MAX_TEXT,
    VALUE_TOO_DEEP,
)

_PLAIN = frozenset({str, int, float, bool, type(None)})
_BINARY = "base64:"
"""Begins the value of a tag that is no text: a preview, a thumbnail, a colour profile."""


def bound_record(raw: RawRecord) -> RawRecord:
    """Return a record with no more than the limits allow; the same one where it has no more."""
    if _is_small(raw.tags):
        return raw
    bounds = _Bounds()
    kept: dict[str, JsonValue] = {}
    for name, value in raw.tags.items():
        if name != LEFT_OUT and bounds.has_room(name):
            bounded = bounds.bound_value(name, value)
            if bounded is not None or value is None:
                kept[name] = bounded
    if not bounds.is_changed:
        return raw
    sentences = (*left_out_of(raw), *bounds.sentences())
    if sentences:
        kept[LEFT_OUT] = list(sentences)
    return replace(raw, tags=kept)


def _is_small(tags: Mapping[str, JsonValue]) -> bool:
    """Return whether tags are few and short, and no objects, as those of most files."""
    if len(tags) > MAX_TAGS or not _PLAIN.issuperset(map(type, tags.values())):
        return False
    return sum(map(len, tags)) + sum(map(len, map(str, tags.values()))) <= MAX_TEXT


class _Bounds:
    """What one file's tags may still take."""

    def __init__(self) -> None:
        self.is_changed = False
        self._tags = MAX_TAGS
        self._characters = MAX_RECORD
        self._sentences: list[str] = []

    def sentences(self) -> list[str]:
        """Return what was left out, of very many things the first."""
        first = self._sentences[:MAX_SENTENCES]
        further = len(self._sentences) - len(first)
        if further:
            first.append(f"{further:,} further tags were cut or left out.")
        return first

    def has_room(self, name: str) -> bool:
        """Count a tag, and return whether it is still among the first."""
        if name.startswith("Sidecar:"):  # the last tags, and few
            return True
        self._tags -= 1
        if self._tags == -1:
            self._note(f"Only the first {MAX_TAGS:,} tags were kept.")
        return self._tags >= 0

    def bound_value(self, name: str, value: JsonValue) -> JsonValue:
        """Return a tag's value, or what the limits leave of it; None where that is nothing."""
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                value = self._bound_text(name, value)
            size = len(value)
        elif isinstance(value, (dict, list)):
            size, depth = measure_value(value)
            if depth > MAX_DEPTH:
                self._note(VALUE_TOO_DEEP.format(name=name))
                return None
            if size > MAX_TEXT:
                self._note(f"{name}: a value of {size:,} characters was left out.")
                return None
        else:
            size = len(str(value))
        size += len(name)
        if size > self._characters:
            self._note(f"{name} was left out: the tags have more than {MAX_RECORD:,} characters.")
            return None
        self._characters -= size
        return value

    def _bound_text(self, name: str, text: str) -> str:
        """Return a long text: all of it where it is JSON, else its beginning and its end."""
        if text.startswith(_BINARY):
            self.is_changed = True
            return f"(Binary data of {len(text):,} characters in base64, left out)"
        if is_text_tag(name) and _is_long_json(name, text):
            return text
        self.is_changed = True
        text = text.strip()
        beyond = len(text) - MAX_TEXT
        if beyond <= 0:
            return text
        self._note(f"{name}: {beyond:,} characters in the middle were left out.")
        return text[: MAX_TEXT - MAX_END] + text[-MAX_END:]

    def _note(self, sentence: str) -> None:
        self.is_changed = True
        self._sentences.append(sentence)


def _is_long_json(name: str, text: str) -> bool:
    """Return whether a text is JSON that is read, of whatever length is allowed to it."""
    if len(text) > MAX_JSON:
        return False
    text = repair_encoding(text, name.partition(":")[0])
    return parse_json(PREFIX.sub("", text)) is not None
