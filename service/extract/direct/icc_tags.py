"""How ExifTool calls the tags of a display's colour profile, and what it makes of their values."""

import struct
from collections.abc import Callable, Mapping
from typing import TypeVar

from service.extract.direct.found_tags import FoundTags, NotUnderstoodError
from service.light_dataclasses import dataclass
from service.records.json_values import JsonValue

_Key = TypeVar("_Key", bytes, int)
_GROUP = "ICC_Profile"
_ONE = 0x10000
"""A number of fixed point is stored as so many times itself."""


def word_of(words: Mapping[_Key, str], key: _Key) -> str:
    """Return the word for a value. Raises NotUnderstoodError where there is none."""
    if key not in words:
        raise NotUnderstoodError(f"a value {key!r} without a word")
    return words[key]


def signed(data: bytes) -> bytes:
    """Return the numbers of fixed point in these bytes as ExifTool writes them."""
    return _fixed(struct.unpack(f">{len(data) // 4}i", data))


def _unsigned(data: bytes) -> bytes:
    return _fixed(struct.unpack(f">{len(data) // 4}I", data))


def _fixed(stored: tuple[int, ...]) -> bytes:
    """Return numbers of fixed point with the digits that count, as ExifTool cuts them."""
    rounded = (int(each / _ONE * 1e5 + (0.5 if each > 0 else -0.5)) / 1e5 for each in stored)
    return b" ".join(b"%.15g" % number for number in rounded)


TYPE = 8
"""Bytes in which a value states its type."""
_TEXT_AT = TYPE + 4
"""Where the text of a description begins, behind its length."""


@dataclass(frozen=True, slots=True)
class Value:
    """A tag's value with its type, and where it goes."""

    data: bytes
    name: str
    found: FoundTags

    def require(self, kind: bytes, size: int | None = None) -> None:
        """Raise NotUnderstoodError where it is of another type, or of another size."""
        if self.data[:4] != kind or (size is not None and len(self.data) != size):
            raise NotUnderstoodError(f"{self.name} of another form")

    def add(self, value: JsonValue) -> None:
        """Find the tag with this as its value."""
        self.found.add(_GROUP, self.name, value)


def _read_text(value: Value) -> None:
    if value.data[:4] == b"mluc":
        _read_languages(value)
        return
    value.require(b"text")
    text = value.data[TYPE:].rstrip(b"\0")
    value.add(value.found.value_of(_plain(text)))


def _read_description(value: Value) -> None:
    if value.data[:4] == b"mluc":
        _read_languages(value)
        return
    value.require(b"desc")
    length = int.from_bytes(value.data[_TEXT_AT - 4 : _TEXT_AT])
    if _TEXT_AT + length > len(value.data):
        raise NotUnderstoodError("a description that is cut off")
    text = value.data[_TEXT_AT : _TEXT_AT + length]
    value.add(value.found.value_of(_plain(text.partition(b"\0")[0])))


def _plain(text: bytes) -> bytes:
    if not text.isascii() or b"\0" in text:
        raise NotUnderstoodError("a text in more than ASCII, or with a NUL in it")
    return text


_RECORD = struct.Struct(">2s2sII")
_LEAST = 28
"""Bytes of texts in languages; ExifTool passes over shorter ones."""
_MOST_LANGUAGES = 64
_ENGLISH = "en-US"


def _read_languages(value: Value) -> None:
    data = value.data
    if len(data) < _LEAST:
        raise NotUnderstoodError("texts in languages that are cut off")
    count, size = struct.unpack_from(">II", data, TYPE)
    start = TYPE + 8
    if size != _RECORD.size or not 0 < count <= _MOST_LANGUAGES or start + count * size > len(data):
        raise NotUnderstoodError("texts in languages of another form")
    for at in range(start, start + count * size, size):
        language, country, length, offset = _RECORD.unpack_from(data, at)
        if offset + length > len(data) or not (language + country).isalpha():
            raise NotUnderstoodError("a text of no language, or one that is cut off")
        code = f"{language.decode().lower()}-{country.decode().upper()}"
        name = value.name if code == _ENGLISH else f"{value.name}-{code}"
        text = _from_wide(data[offset : offset + length])
        value.found.add(_GROUP, name, value.found.value_of(text))


def _from_wide(text: bytes) -> bytes:
    """Return a text in UTF-16 as UTF-8, until its first NUL."""
    if text[:2] in (b"\xfe\xff", b"\xff\xfe"):
        raise NotUnderstoodError("a text with a mark of its order")
    try:
        decoded = text[: len(text) // 2 * 2].decode("utf-16-be")
    except UnicodeDecodeError as error:
        raise NotUnderstoodError("half of a character") from error
    return decoded.partition("\0")[0].encode("utf-8")


def _read_colour(value: Value) -> None:
    value.require(b"XYZ ", 20)
    value.add(value.found.value_of(signed(value.data[TYPE:])))


def _read_matrix(value: Value) -> None:
    value.require(b"sf32", 44)
    value.add(value.found.value_of(signed(value.data[TYPE:])))


def _read_binary(value: Value) -> None:
    if value.data[:4] not in _BINARY_TYPES:
        raise NotUnderstoodError(f"{value.name} of another form")
    value.found.add_binary(_GROUP, value.name, value.data)


_BINARY_TYPES = frozenset({b"curv", b"para", b"vcgt", b"ndin", b"mmod", b"mft1", b"mft2"})
_TECHNOLOGIES = {
    b"CRT ": "Cathode Ray Tube Display",
    b"AMD ": "Active Matrix Display",
    b"PMD ": "Passive Matrix Display",
    b"vidm": "Video Monitor",
    b"dcam": "Digital Camera",
}


def _read_technology(value: Value) -> None:
    value.require(b"sig ", 12)
    value.add(word_of(_TECHNOLOGIES, value.data[TYPE:]))


_ILLUMINANTS = {1: "D50", 2: "D65", 3: "D93", 4: "F2", 5: "D55", 6: "A", 8: "F8"}
_OBSERVERS = {1: "CIE 1931", 2: "CIE 1964"}
_GEOMETRIES = {0: "Unknown", 1: "0/45 or 45/0", 2: "0/d or d/0"}
_COLORANTS = {
    0: "Unknown",
    1: "ITU-R BT.709",
    2: "SMPTE RP145-1994",
    3: "EBU Tech.3213-E",
    4: "P22",
}


def _read_viewing(value: Value) -> None:
    value.require(b"view", 36)
    data, found, group = value.data, value.found, "ICC-view"
    found.add(group, "ViewingCondIlluminant", found.value_of(signed(data[8:20])))
    found.add(group, "ViewingCondSurround", found.value_of(signed(data[20:32])))
    kind = word_of(_ILLUMINANTS, int.from_bytes(data[32:]))
    found.add(group, "ViewingCondIlluminantType", kind)


def _read_measurement(value: Value) -> None:
    value.require(b"meas", 36)
    data, found, group = value.data, value.found, "ICC-meas"
    observer, geometry, flare, illuminant = struct.unpack_from(">8xI12xIII", data)
    share = int(flare / _ONE * 1e5 + 0.5) / 1e5
    found.add(group, "MeasurementObserver", word_of(_OBSERVERS, observer))
    found.add(group, "MeasurementBacking", found.value_of(signed(data[12:24])))
    found.add(group, "MeasurementGeometry", word_of(_GEOMETRIES, geometry))
    found.add_text(group, "MeasurementFlare", b"%.15g%%" % (share * 100))
    found.add(group, "MeasurementIlluminant", word_of(_ILLUMINANTS, illuminant))


def _read_chromaticity(value: Value) -> None:
    value.require(b"chrm", 36)
    data, found, group = value.data, value.found, "ICC-chrm"
    channels, colorant = struct.unpack_from(">8xHH", data)
    found.add(group, "ChromaticityChannels", channels)
    found.add(group, "ChromaticityColorant", word_of(_COLORANTS, colorant))
    for number in range(3):
        pair = data[12 + 8 * number : 20 + 8 * number]
        name = f"ChromaticityChannel{number + 1}"
        found.add(group, name, found.value_of(_unsigned(pair)))


@dataclass(frozen=True, slots=True)
class Rule:
    """How a tag is called and read."""

    name: str
    read: Callable[[Value], None]


TAGS = {
    b"desc": Rule("ProfileDescription", _read_description),
    b"dscm": Rule("ProfileDescriptionML", _read_description),
    b"dmnd": Rule("DeviceMfgDesc", _read_description),
    b"dmdd": Rule("DeviceModelDesc", _read_description),
    b"vued": Rule("ViewingCondDesc", _read_description),
    b"cprt": Rule("ProfileCopyright", _read_text),
    b"wtpt": Rule("MediaWhitePoint", _read_colour),
    b"bkpt": Rule("MediaBlackPoint", _read_colour),
    b"lumi": Rule("Luminance", _read_colour),
    b"rXYZ": Rule("RedMatrixColumn", _read_colour),
    b"gXYZ": Rule("GreenMatrixColumn", _read_colour),
    b"bXYZ": Rule("BlueMatrixColumn", _read_colour),
    b"chad": Rule("ChromaticAdaptation", _read_matrix),
    b"rTRC": Rule("RedTRC", _read_binary),
    b"gTRC": Rule("GreenTRC", _read_binary),
    b"bTRC": Rule("BlueTRC", _read_binary),
    b"kTRC": Rule("GrayTRC", _read_binary),
    b"vcgt": Rule("VideoCardGamma", _read_binary),
    b"ndin": Rule("NativeDisplayInfo", _read_binary),
    b"mmod": Rule("MakeAndModel", _read_binary),
    b"A2B0": Rule("AToB0", _read_binary),
    b"A2B1": Rule("AToB1", _read_binary),
    b"B2A0": Rule("BToA0", _read_binary),
    b"B2A1": Rule("BToA1", _read_binary),
    b"tech": Rule("Technology", _read_technology),
    b"view": Rule("ViewingConditions", _read_viewing),
    b"meas": Rule("Measurement", _read_measurement),
    b"chrm": Rule("Chromaticity", _read_chromaticity),
}
"""Every tag that is understood; any other is ExifTool's."""
