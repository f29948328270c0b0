"""CBOR as C2PA's manifests hold it, in the form that ExifTool gives its values.

No library for CBOR: they return mappings, which hide that a key occurs twice and in what order, and
dates, of which ExifTool keeps the text; nor do they know what ExifTool makes of the rest.
"""

import math
import re
import struct
from collections.abc import Iterator

from service.extract.direct.found_tags import Era, FoundTags, NotUnderstoodError
from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records.json_values import JsonValue

_GROUP = "CBOR"
_MOST_ITEMS = 20_000
"""Of one box. The largest seen has some hundred."""
_DEEPEST = 16
_UNTIL_BREAK, _BREAK = 31, b"\xff"
_NUMBERS = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}
_FLOATS = {26: ">f", 27: ">d"}
_LARGEST_NUMBER = 2**53
_COUNT, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG, _SIMPLE = range(8)
_WORDS = {20: b"False", 21: b"True", 22: b"null", 23: b"undef"}
_DATE_TAG = 0
_CHANGED_BY_TAG = frozenset({1, 2, 3, 4, 5})
"""Kinds of numbers and of seconds, which ExifTool converts."""
_DATE = light_pattern(rb"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d[!-~]*)")

_NAME = light_pattern(r"[A-Za-z][-.:\w]+", re.ASCII)
_TABLE_WORD = light_pattern(r"[A-Z][A-Z_0-9]{3,}")
"""Names like ``NOTES`` and ``SET_GROUP1`` have a meaning of their own in ExifTool's tables."""
_SETTINGS = "settings"
"""Names that begin so may be another program's."""
_NO_NAME = light_pattern(r"[^-_a-zA-Z0-9]")
_KNOWN = {"dc:title": "Title", "dc:format": "Format", "thumbnailUrl": "ThumbnailURL"}
_LISTS = frozenset(
    "actions exclusions assertions created_assertions gathered_assertions redacted_assertions "
    "ingredients ocspVals validationStatus softwareAgents templates blocks".split()
)
"""What is always a list. ExifTool joins a list in one tag, or gives each of it one of its own, by
what the name stood for where it first met it, be that in another file."""
_KEY_OF_ITS_OWN = "_ordered_keys_"
"""ExifTool keeps the order of keys under it; a file with one ends it."""
_NO_KEY = light_pattern("[\0\ufffe\uffff]")


@dataclass(slots=True)
class _Reading:
    """A box that is being read."""

    data: bytes
    found: FoundTags
    at: int = 0
    left: int = _MOST_ITEMS

    def take(self, count: int) -> bytes:
        start, self.at = self.at, self.at + count
        if self.at > len(self.data):
            raise NotUnderstoodError("CBOR that is cut off")
        return self.data[start : self.at]


def read_cbor(data: bytes, found: FoundTags) -> None:
    """Find the tags of a box: of the entries of a map, or of a list.

    Raises NotUnderstoodError for anything else, and for what is not plain.
    """
    reading = _Reading(data, found)
    value = _read_item(reading, _DEEPEST)
    if reading.at < len(data) and data[reading.at]:  # a zero is padding
        raise NotUnderstoodError("CBOR behind CBOR")
    if isinstance(value, dict):
        for key, each in value.items():
            _add(found, key, each)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            _add(found, f"Item{place}", each)
    else:
        raise NotUnderstoodError("CBOR of a single value")


def _add(found: FoundTags, key: str, value: JsonValue) -> None:
    name = _name_of(key, found)
    if isinstance(value, list):
        kinds = {type(each) if isinstance(each, dict | list) else None for each in value}
        if list in kinds or len(kinds) > 1 or (len(value) > 1 and key not in _LISTS):
            raise NotUnderstoodError(f"a list {key!r}")
        if not value:
            return
        value = value if len(value) > 1 else value[0]
    elif key in _LISTS:
        raise NotUnderstoodError(f"{key!r}, which is no list")
    found.add(_GROUP, name, value)


def _name_of(key: str, found: FoundTags) -> str:
    """Return the name of a tag, by ExifTool's rules for entries that it does not know."""
    if known := _KNOWN.get(key):
        return known
    is_special = _TABLE_WORD.fullmatch(key) or key.startswith(_SETTINGS)
    if not _NAME.fullmatch(key) or is_special or key == "thumbnailHash":
        raise NotUnderstoodError(f"an entry {key!r}")
    if found.dialect.era is Era.THIRTEEN:
        key = re.sub("^c2pa", "C2PA", key.replace(":", "_"), flags=re.IGNORECASE)
    name = _NO_NAME.sub("", key)
    return name[0].upper() + name[1:] if len(name) > 1 else f"Tag{name}"


def _read_item(reading: _Reading, depth: int) -> JsonValue:
    reading.left -= 1
    if not depth or not reading.left:
        raise NotUnderstoodError("CBOR that is deep, or long")
    [first] = reading.take(1)
    kind, info = first >> 5, first & 0x1F
    if kind in (_LIST, _MAP):
        places = _places(reading, info)
        if kind == _MAP:
            return _read_map(reading, places, depth)
        return [_read_item(reading, depth - 1) for _ in places]
    if kind == _TAG:
        return _read_tagged(reading, _read_number(reading, info), depth)
    return _read_scalar(reading, kind, info)


def _read_scalar(reading: _Reading, kind: int, info: int) -> JsonValue:
    if kind == _SIMPLE:
        return _read_simple(reading, info)
    number = _read_number(reading, info)
    if kind == _BYTES:
        return reading.found.value_of_binary(reading.take(number))
    if kind == _TEXT:
        return reading.found.value_of(reading.take(number))
    if number >= _LARGEST_NUMBER:
        raise NotUnderstoodError("a number that Perl may round")
    return reading.found.value_of(b"%d" % (-number if kind == _NEGATIVE else number))


def _read_number(reading: _Reading, info: int) -> int:
    if info in _NUMBERS:
        form = struct.Struct(_NUMBERS[info])
        [number] = form.unpack(reading.take(form.size))
        return int(number)
    if info > min(_NUMBERS):
        raise NotUnderstoodError("CBOR of unknown length")
    return info


def _read_simple(reading: _Reading, info: int) -> JsonValue:
    if info in _FLOATS:
        form = struct.Struct(_FLOATS[info])
        [number] = form.unpack(reading.take(form.size))
        if not math.isfinite(number):
            raise NotUnderstoodError("a number that is none")
        return reading.found.value_of(b"%.15g" % number)
    if info not in _WORDS:
        raise NotUnderstoodError(f"a simple value {info}")
    return reading.found.value_of(_WORDS[info])


def _places(reading: _Reading, info: int) -> Iterator[int]:
    """Yield once for each entry: as often as is stated, or until a break."""
    if info != _UNTIL_BREAK:
        yield from range(_read_number(reading, info))
        return
    while reading.data[reading.at : reading.at + 1] != _BREAK:
        yield 0
    reading.at += 1


def _read_map(reading: _Reading, places: Iterator[int], depth: int) -> JsonValue:
    entries: dict[str, JsonValue] = {}
    for _ in places:
        key = _read_key(reading)
        if key in entries:
            raise NotUnderstoodError("a key that occurs twice")
        entries[key] = _read_item(reading, depth - 1)
    return entries


def _read_key(reading: _Reading) -> str:
    [first] = reading.take(1)
    kind, number = first >> 5, _read_number(reading, first & 0x1F)
    if kind == _COUNT and number < _LARGEST_NUMBER:
        return str(number)
    if kind != _TEXT:
        raise NotUnderstoodError("a key that is no text")
    try:
        key = reading.take(number).decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotUnderstoodError("a key that is no UTF-8") from error
    if _NO_KEY.search(key) or key == _KEY_OF_ITS_OWN:
        raise NotUnderstoodError("a key that ExifTool changes")
    return key


def _read_tagged(reading: _Reading, tag: int, depth: int) -> JsonValue:
    if tag in _CHANGED_BY_TAG:
        raise NotUnderstoodError(f"a value of kind {tag}")
    if tag != _DATE_TAG:
        return _read_item(reading, depth - 1)
    [first] = reading.take(1)
    match = _DATE.fullmatch(reading.take(_read_number(reading, first & 0x1F)))
    if first >> 5 != _TEXT or match is None:
        raise NotUnderstoodError("a date of another form")
    return reading.found.value_of(b"%s:%s:%s %s" % match.groups())
