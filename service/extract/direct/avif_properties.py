"""The properties of an AVIF's items: size, depth, colours, how it is turned."""

import struct
from collections.abc import Callable, Mapping

from service.extract.direct.found_tags import Era, FoundTags, NotUnderstoodError
from service.extract.direct.icc import read_profile

_GROUP = "QuickTime"
_CHROMA_FORMATS = {0: "YUV 4:4:4", 2: "YUV 4:2:2", 3: "YUV 4:2:0", 7: "Monochrome 4:0:0"}
_CHROMA_POSITIONS = ("Unknown", "Vertical", "Colocated", "(reserved)")
_PRIMARIES = {
    1: "BT.709",
    2: "Unspecified",
    4: "BT.470 System M (historical)",
    5: "BT.470 System B, G (historical)",
    6: "BT.601",
    7: "SMPTE 240",
    9: "BT.2020, BT.2100",
    11: "SMPTE RP 431-2",
    12: "SMPTE EG 432-1",
}
_TRANSFERS = {
    1: "BT.709",
    2: "Unspecified",
    6: "BT.601",
    7: "SMPTE 240 M",
    8: "Linear",
    13: "sRGB or sYCC",
    14: "BT.2020 10-bit systems",
    15: "BT.2020 12-bit systems",
    16: "SMPTE ST 2084, ITU BT.2100 PQ",
    18: "BT.2100 HLG, ARIB STD-B67",
}
_MATRICES = {
    0: "Identity matrix",
    1: "BT.709",
    2: "Unspecified",
    5: "BT.470 System B, G (historical)",
    6: "BT.601",
    7: "SMPTE 240 M",
    8: "YCgCo",
    9: "BT.2020 non-constant luminance, BT.2100 YCbCr",
}
_RANGES = {0: "Limited", 0x80: "Full"}
_TURNS = ("Horizontal (normal)", "Rotate 270 CW", "Rotate 180", "Rotate 90 CW")


def read_property(kind: bytes, body: bytes, found: FoundTags) -> None:
    """Find the tags of a property. Raises NotUnderstoodError where ExifTool is to read it."""
    read = _PROPERTIES.get(kind)
    if read is None:
        raise NotUnderstoodError(f"a property {kind!r}")
    read(body, found)


def _word(words: Mapping[int, str], number: int) -> str:
    if number not in words:
        raise NotUnderstoodError(f"a value {number} without a word")
    return words[number]


def _read_extent(body: bytes, found: FoundTags) -> None:
    if len(body) != 12 or any(body[:4]):  # noqa: PLR2004 - the size of ispe
        raise NotUnderstoodError("an ispe of another form")
    width, height = struct.unpack_from(">II", body, 4)
    if not found.part:
        found.add("File", "ImageWidth", width)
        found.add("File", "ImageHeight", height)
    found.add(_GROUP, "ImageSpatialExtent", f"{width}x{height}")


def _read_depth(body: bytes, found: FoundTags) -> None:
    if any(body[:4]) or len(body) <= 5 or len(body) != 5 + body[4]:  # noqa: PLR2004
        raise NotUnderstoodError("a pixi of another form")
    found.add_text(_GROUP, "ImagePixelDepth", b" ".join(b"%d" % depth for depth in body[5:]))


def _read_configuration(body: bytes, found: FoundTags) -> None:
    if len(body) < 4:  # noqa: PLR2004 - the size of av1C, behind which may be more
        raise NotUnderstoodError("an av1C that is cut off")
    found.add(_GROUP, "AV1ConfigurationVersion", body[0] & 0x7F)
    found.add(_GROUP, "ChromaFormat", _word(_CHROMA_FORMATS, body[2] >> 2 & 7))
    found.add(_GROUP, "ChromaSamplePosition", _CHROMA_POSITIONS[body[2] & 3])


def _read_colours(body: bytes, found: FoundTags) -> None:
    if body[:4] == b"prof":
        read_profile(body[4:], found)
        return
    if body[:4] != b"nclx" or len(body) != 11:  # noqa: PLR2004 - its size
        raise NotUnderstoodError("colours of another form")
    primaries, transfer, matrix, full = struct.unpack_from(">HHHB", body, 4)
    found.add(_GROUP, "ColorProfiles", "nclx")
    found.add(_GROUP, "ColorPrimaries", _word(_PRIMARIES, primaries))
    found.add(_GROUP, "TransferCharacteristics", _word(_TRANSFERS, transfer))
    found.add(_GROUP, "MatrixCoefficients", _word(_MATRICES, matrix))
    range_of_values = _word(_RANGES, full)
    if found.dialect.era is Era.THIRTEEN:
        found.add(_GROUP, "VideoFullRangeFlag", range_of_values)


def _read_auxiliary(body: bytes, found: FoundTags) -> None:
    kind, mark, rest = body[4:].partition(b"\0")
    if any(body[:4]) or not kind.isascii() or not mark or rest:
        raise NotUnderstoodError("an auxC of another form")
    found.add_text(_GROUP, "AuxiliaryImageType", kind)


def _read_turn(body: bytes, found: FoundTags) -> None:
    if len(body) != 1 or body[0] >= len(_TURNS):
        raise NotUnderstoodError("an irot of another form")
    is_in_words = found.dialect.era is Era.THIRTEEN
    found.add(_GROUP, "Rotation", _TURNS[body[0]] if is_in_words else body[0] * 90)


def _pass_over_mirror(body: bytes, found: FoundTags) -> None:
    """Pass over what the older ExifTool does not know; the later one began to at some time."""
    if len(body) != 1:
        raise NotUnderstoodError("an imir of another form")
    found.require(is_known=found.dialect.era is Era.TWELVE)


_PROPERTIES: dict[bytes, Callable[[bytes, FoundTags], None]] = {
    b"ispe": _read_extent,
    b"pixi": _read_depth,
    b"av1C": _read_configuration,
    b"colr": _read_colours,
    b"auxC": _read_auxiliary,
    b"irot": _read_turn,
    b"imir": _pass_over_mirror,
}
"""Every property that is understood."""
