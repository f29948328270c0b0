"""How ExifTool calls the plain tags of EXIF, and what it makes of their values."""

import struct
from collections.abc import Callable, Mapping

from service.extract.direct.found_tags import Era, FoundTags, NotUnderstoodError
from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records.json_values import JsonValue

BYTE, TEXT, SHORT, LONG, RATIONAL, UNDEFINED = 1, 2, 3, 4, 5, 7

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
_PLAIN_COMMENT = light_pattern(rb"(ASCII)?(\0|[\0 ]+$)")
_WIDE_COMMENT = light_pattern(rb"UNICODE[\0 ]$")
_JAPANESE_COMMENT = light_pattern(rb"JIS[\0 ]{5}$")
_MARK = 8
"""Bytes before a comment, which say its encoding."""


@dataclass(frozen=True, slots=True)
class Value:
    """A tag's value as it is stored."""

    form: int
    count: int
    data: bytes
    order: str
    found: FoundTags


def integer_of(value: Value) -> int:
    """Return a single whole number."""
    if value.count != 1 or value.form not in (SHORT, LONG):
        raise NotUnderstoodError("a number of another form")
    return int.from_bytes(value.data, "little" if value.order == "<" else "big")


def _byte(value: Value) -> JsonValue:
    if value.count != 1 or value.form != BYTE:
        raise NotUnderstoodError("a byte of another form")
    return value.data[0]


def _three_numbers(value: Value) -> JsonValue:
    if value.count != 3 or value.form != SHORT:  # noqa: PLR2004 - one for each colour
        raise NotUnderstoodError("numbers of another form")
    return " ".join(map(str, struct.unpack(value.order + "3H", value.data)))


def _rational(value: Value) -> JsonValue:
    return value.found.value_of(_fraction(value))


def _height(value: Value) -> JsonValue:
    return value.found.value_of(_fraction(value) + b" m")


def _fraction(value: Value) -> bytes:
    if value.count != 1 or value.form != RATIONAL:
        raise NotUnderstoodError("a fraction of another form")
    above, below = struct.unpack(value.order + "II", value.data)
    if not below:
        raise NotUnderstoodError("a fraction of nothing")
    return b"%.10g" % (above / below)


def _scheme(value: Value) -> JsonValue:
    """Return the word by which Fooocus says how its comment is written.

    ExifTool tells all other maker notes by their first bytes and by who made the camera.
    """
    if value.data not in _SCHEMES or value.form != TEXT or value.found.has("IFD0", "Make"):
        raise NotUnderstoodError("maker notes")
    return _text(value)


_SCHEMES = frozenset({b"fooocus\0", b"a1111\0"})


def _text(value: Value) -> JsonValue:
    return value.found.value_of(_until_nul(value))


def _trimmed(value: Value) -> JsonValue:
    return value.found.value_of(_until_nul(value).rstrip(_SPACE))


def _until_nul(value: Value) -> bytes:
    if value.form != TEXT:
        raise NotUnderstoodError("a text of another form")
    return value.data.partition(b"\0")[0]


def _version(value: Value) -> JsonValue:
    if value.form != UNDEFINED or value.count != 4:  # noqa: PLR2004 - four digits
        raise NotUnderstoodError("a version of another form")
    return value.found.value_of(value.data.rstrip(b"\0"))


def _components(value: Value) -> JsonValue:
    is_plain = value.form == UNDEFINED and value.count == 4  # noqa: PLR2004
    if not is_plain or max(value.data) >= len(_COMPONENTS):
        raise NotUnderstoodError("components of another form")
    return ", ".join(_COMPONENTS[each] for each in value.data)


def _word(words: Mapping[int, str]) -> Callable[[Value], JsonValue]:
    def read(value: Value) -> JsonValue:
        number = integer_of(value)
        if number not in words:
            raise NotUnderstoodError(f"a value {number} without a word")
        return words[number]

    return read


def _comment(value: Value) -> JsonValue:
    """Return a comment by the encoding that its first bytes name, as ExifTool decodes it."""
    data = value.data
    if value.form not in (BYTE, TEXT, UNDEFINED) or len(data) < _MARK:
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
class Rule:
    """How a tag is called and read."""

    name: str
    read: Callable[[Value], JsonValue]
    priority: int = 1
    is_since_thirteen: bool = False

    def is_known(self, value: Value) -> bool:
        """Return whether this ExifTool knows the tag; one that it does not it passes over."""
        if not self.is_since_thirteen:
            return True
        dialect = value.found.dialect
        value.found.require(is_known=dialect.era is not None)
        return dialect.era is Era.THIRTEEN


_RESOLUTION_UNITS = {1: "None", 2: "inches", 3: "cm"}
_POSITIONS = {1: "Centered", 2: "Co-sited"}
_COLOUR_SPACES = {1: "sRGB", 2: "Adobe RGB", 0xFFFF: "Uncalibrated"}

_PLAIN_TAGS = {
    0x0100: Rule("ImageWidth", integer_of, 0),
    0x0101: Rule("ImageHeight", integer_of, 0),
    0x0102: Rule("BitsPerSample", _three_numbers, 0),
    0x010D: Rule("DocumentName", _text),
    0x010E: Rule("ImageDescription", _text, 0),
    0x010F: Rule("Make", _trimmed),
    0x0110: Rule("Model", _trimmed),
    0x0112: Rule("Orientation", _word(_ORIENTATIONS), 0),
    0x011A: Rule("XResolution", _rational, 0),
    0x011B: Rule("YResolution", _rational, 0),
    0x0128: Rule("ResolutionUnit", _word(_RESOLUTION_UNITS), 0),
    0x0131: Rule("Software", _trimmed),
    0x0132: Rule("ModifyDate", _text),
    0x013B: Rule("Artist", _trimmed),
    0x013C: Rule("HostComputer", _text),
    0x0213: Rule("YCbCrPositioning", _word(_POSITIONS), 0),
    0x5110: Rule("PixelUnits", _byte, is_since_thirteen=True),
    0x5111: Rule("PixelsPerUnitX", integer_of, is_since_thirteen=True),
    0x5112: Rule("PixelsPerUnitY", integer_of, is_since_thirteen=True),
    0x9000: Rule("ExifVersion", _version),
    0x9003: Rule("DateTimeOriginal", _text),
    0x9004: Rule("CreateDate", _text),
    0x9010: Rule("OffsetTime", _text),
    0x9011: Rule("OffsetTimeOriginal", _text),
    0x9012: Rule("OffsetTimeDigitized", _text),
    0x9101: Rule("ComponentsConfiguration", _components),
    0x927C: Rule("MakerNoteUnknownText", _scheme),
    0x9286: Rule("UserComment", _comment),
    0xA000: Rule("FlashpixVersion", _version),
    0xA001: Rule("ColorSpace", _word(_COLOUR_SPACES)),
    0xA002: Rule("ExifImageWidth", integer_of),
    0xA003: Rule("ExifImageHeight", integer_of),
}
RULES = {"IFD0": _PLAIN_TAGS, "ExifIFD": _PLAIN_TAGS, "GPS": {6: Rule("GPSAltitude", _height)}}
"""Every tag that is understood, by its directory; any other is ExifTool's."""
