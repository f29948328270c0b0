"""EXIF of few and simple tags, as generators write it: the first directory, and the one in it.

Not Pillow's ``Exif``: it drops the order of tags and the form of each value, by which ExifTool
tells what to write, and every photograph's tags would still be ExifTool's. Camera's tags, maker
notes, positions and thumbnails are not read here.
"""

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.extract.direct.found_tags import FoundTags, NotUnderstoodError
from service.records.json_values import JsonValue

_HEAD = 8
_ENTRY = 12
_MOST_ENTRIES = 64
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_ORDER_WORDS = {"<": "Little-endian (Intel, II)", ">": "Big-endian (Motorola, MM)"}
_BYTE, _TEXT, _SHORT, _LONG, _RATIONAL, _UNDEFINED = 1, 2, 3, 4, 5, 7
_SIZES = {_BYTE: 1, _TEXT: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8, _UNDEFINED: 1}
_EXIF_DIRECTORY = 0x8769

_ORIENTATIONS = {
    1: "Horizontal (normal)",
    2: "Mirror horizontal",
    3: "Rotate 180",
    4: "Mirror vertical",
    5: "Mirror horizontal and rotate 270 CW",
    6: "Rotate 90 CW",
    7: "Mirror horizontal and rotate 90 CW",
    8: "Rotate 270 CW",
}
_COMPONENTS = ("-", "Y", "Cb", "Cr", "R", "G", "B")
_SPACE = b" \t\n\r\f\v"
_PLAIN_COMMENT = re.compile(rb"(ASCII)?(\0|[\0 ]+$)")
_WIDE_COMMENT = re.compile(rb"UNICODE[\0 ]$")
_JAPANESE_COMMENT = re.compile(rb"JIS[\0 ]{5}$")
_MARK = 8
"""Bytes before a comment, which say its encoding."""


@dataclass(frozen=True, slots=True)
class _Directory:
    """A block of EXIF, and the directory in it that is being read."""

    block: bytes
    order: str
    group: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Value:
    """A tag's value as it is stored."""

    form: int
    count: int
    data: bytes
    order: str
    found: FoundTags


def read_exif(block: bytes, found: FoundTags) -> None:
    """Find the tags of a block that begins with its byte order.

    Raises NotUnderstoodError where there is anything but plain tags of the first directory and
    the EXIF directory.
    """
    order = _ORDERS.get(block[:4])
    if order is None or len(block) < _HEAD:
        raise NotUnderstoodError("EXIF of another kind")
    found.add("File", "ExifByteOrder", _ORDER_WORDS[order])
    start = _number(block, 4, order + "I")
    directory = _open_directory(block, order, "IFD0", start)
    _read_directory(directory, found)
    rest = len(block) - directory.end
    if rest not in (0, 2) and _number(block, directory.end, order + "I"):
        raise NotUnderstoodError("a second directory")


def _number(block: bytes, at: int, form: str) -> int:
    try:
        [number] = struct.unpack_from(form, block, at)
    except struct.error as error:
        raise NotUnderstoodError("EXIF that is cut off") from error
    return int(number)


def _open_directory(block: bytes, order: str, group: str, start: int) -> _Directory:
    count = _number(block, start, order + "H")
    end = start + 2 + _ENTRY * count
    if start < _HEAD or not 0 < count <= _MOST_ENTRIES or end > len(block):
        raise NotUnderstoodError("an EXIF directory that is cut off, or long")
    return _Directory(block, order, group, start, end)


def _read_directory(directory: _Directory, found: FoundTags) -> None:
    has_inner = False
    for at in range(directory.start + 2, directory.end, _ENTRY):
        tag, form, count = struct.unpack_from(directory.order + "HHI", directory.block, at)
        value = _read_value(directory, at + 8, form, count, found)
        if tag == _EXIF_DIRECTORY and directory.group == "IFD0" and not has_inner:
            has_inner = True
            start = _integer(value)
            inner = _open_directory(directory.block, directory.order, "ExifIFD", start)
            if inner.start < directory.end and inner.end > directory.start:
                raise NotUnderstoodError("EXIF directories one over the other")
            _read_directory(inner, found)
            continue
        rule = _TAGS.get(tag)
        if rule is None:
            raise NotUnderstoodError(f"a tag {tag:#06x}")
        found.add(directory.group, rule.name, rule.read(value), rule.priority)


def _read_value(directory: _Directory, at: int, form: int, count: int, found: FoundTags) -> _Value:
    size = _SIZES.get(form, 0) * count
    if not size:
        raise NotUnderstoodError("a value of another form, or of nothing")
    if size > 4:  # noqa: PLR2004 - it does not fit into its entry
        at = _number(directory.block, at, directory.order + "I")
        is_over_directory = at < directory.end and at + size > directory.start
        if at < _HEAD or at + size > len(directory.block) or is_over_directory:
            raise NotUnderstoodError("a value in a place where none can be")
    return _Value(form, count, directory.block[at : at + size], directory.order, found)


def _integer(value: _Value) -> int:
    if value.count != 1 or value.form not in (_SHORT, _LONG):
        raise NotUnderstoodError("a number of another form")
    return _number(value.data, 0, value.order + ("H" if value.form == _SHORT else "I"))


def _rational(value: _Value) -> JsonValue:
    if value.count != 1 or value.form != _RATIONAL:
        raise NotUnderstoodError("a fraction of another form")
    above, below = struct.unpack(value.order + "II", value.data)
    if not below:
        raise NotUnderstoodError("a fraction of nothing")
    return value.found.value_of(b"%.10g" % (above / below))


def _text(value: _Value) -> JsonValue:
    return value.found.value_of(_until_nul(value))


def _trimmed(value: _Value) -> JsonValue:
    return value.found.value_of(_until_nul(value).rstrip(_SPACE))


def _until_nul(value: _Value) -> bytes:
    if value.form != _TEXT:
        raise NotUnderstoodError("a text of another form")
    return value.data.partition(b"\0")[0]


def _version(value: _Value) -> JsonValue:
    if value.form != _UNDEFINED or value.count != 4:  # noqa: PLR2004 - four digits
        raise NotUnderstoodError("a version of another form")
    return value.found.value_of(value.data.rstrip(b"\0"))


def _components(value: _Value) -> JsonValue:
    is_plain = value.form == _UNDEFINED and value.count == 4  # noqa: PLR2004
    if not is_plain or max(value.data) >= len(_COMPONENTS):
        raise NotUnderstoodError("components of another form")
    return ", ".join(_COMPONENTS[each] for each in value.data)


def _word(words: Mapping[int, str]) -> Callable[[_Value], JsonValue]:
    def read(value: _Value) -> JsonValue:
        number = _integer(value)
        if number not in words:
            raise NotUnderstoodError(f"a value {number} without a word")
        return words[number]

    return read


def _comment(value: _Value) -> JsonValue:
    """Return a comment by the encoding that its first bytes name, as ExifTool decodes it."""
    data = value.data
    if value.form not in (_BYTE, _TEXT, _UNDEFINED) or len(data) < _MARK:
        raise NotUnderstoodError("a comment of another form")
    mark, text = data[:_MARK], data[_MARK:]
    if _PLAIN_COMMENT.match(mark):
        text = text.partition(b"\0")[0]
    elif _WIDE_COMMENT.match(mark):
        text = _from_wide(text, value.order)
    elif _JAPANESE_COMMENT.match(mark):
        raise NotUnderstoodError("a comment in JIS")
    else:
        value.found.warn("Invalid EXIF text encoding for UserComment")
        text = data
    return value.found.value_of(_without_blanks(text))


def _without_blanks(text: bytes) -> bytes:
    """Return a text without the blanks at its end, or before the line break at its end."""
    if text.endswith(b" \n"):
        return text[:-1].rstrip(b" ") + b"\n"
    return text.rstrip(b" ")


def _from_wide(text: bytes, order: str) -> bytes:
    """Return a text in UTF-16 as UTF-8, until its first NUL.

    Without a mark of its order ExifTool takes that of the EXIF, unless the bytes speak for the
    other: the low byte is the one with more different values, or which is more rarely 0.
    """
    text = text[: len(text) // 2 * 2]
    codec = "utf-16-be" if order == ">" else "utf-16-le"
    if text[:2] in (b"\xfe\xff", b"\xff\xfe"):
        codec = "utf-16-be" if text[0] == 0xFE else "utf-16-le"  # noqa: PLR2004
        text = text[2:]
    else:
        high, low = (text[0::2], text[1::2]) if order == ">" else (text[1::2], text[0::2])
        more_high = len(set(high)) - len(set(low))
        if more_high > 0 or (more_high == 0 and low.count(0) > high.count(0)):
            codec = "utf-16-le" if order == ">" else "utf-16-be"
    found = text.decode(codec, "surrogatepass").partition("\0")[0]
    return found.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class _Rule:
    """How a tag is called and read."""

    name: str
    read: Callable[[_Value], JsonValue]
    priority: int = 1


_RESOLUTION_UNITS = {1: "None", 2: "inches", 3: "cm"}
_POSITIONS = {1: "Centered", 2: "Co-sited"}
_COLOUR_SPACES = {1: "sRGB", 2: "Adobe RGB", 0xFFFF: "Uncalibrated"}

_TAGS = {
    0x0100: _Rule("ImageWidth", _integer, 0),
    0x0101: _Rule("ImageHeight", _integer, 0),
    0x010D: _Rule("DocumentName", _text),
    0x010E: _Rule("ImageDescription", _text, 0),
    0x010F: _Rule("Make", _trimmed),
    0x0110: _Rule("Model", _trimmed),
    0x0112: _Rule("Orientation", _word(_ORIENTATIONS), 0),
    0x011A: _Rule("XResolution", _rational, 0),
    0x011B: _Rule("YResolution", _rational, 0),
    0x0128: _Rule("ResolutionUnit", _word(_RESOLUTION_UNITS), 0),
    0x0131: _Rule("Software", _trimmed),
    0x0132: _Rule("ModifyDate", _text),
    0x013B: _Rule("Artist", _trimmed),
    0x013C: _Rule("HostComputer", _text),
    0x0213: _Rule("YCbCrPositioning", _word(_POSITIONS), 0),
    0x9000: _Rule("ExifVersion", _version),
    0x9003: _Rule("DateTimeOriginal", _text),
    0x9004: _Rule("CreateDate", _text),
    0x9010: _Rule("OffsetTime", _text),
    0x9011: _Rule("OffsetTimeOriginal", _text),
    0x9012: _Rule("OffsetTimeDigitized", _text),
    0x9101: _Rule("ComponentsConfiguration", _components),
    0x9286: _Rule("UserComment", _comment),
    0xA000: _Rule("FlashpixVersion", _version),
    0xA001: _Rule("ColorSpace", _word(_COLOUR_SPACES)),
    0xA002: _Rule("ExifImageWidth", _integer),
    0xA003: _Rule("ExifImageHeight", _integer),
}
"""Every tag that is understood; any other is ExifTool's."""
