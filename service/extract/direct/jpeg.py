"""A JPEG's segments before its picture, as ExifTool reads them."""

import struct
from collections.abc import Callable, Iterator

from service.extract.direct.exif import read_exif
from service.extract.direct.found_tags import Era, FoundTags, NotUnderstoodError
from service.extract.direct.icc import read_profile
from service.extract.direct.jumbf import read_manifest
from service.extract.direct.xmp import read_xmp
from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern

_START_OF_SCAN = 0xDA
_APP1, _APP2, _APP11, _APP14, _COMMENT = 0xE1, 0xE2, 0xEB, 0xEE, 0xFE
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PASSED_OVER = frozenset({0xC4, 0xDB, 0xDD})
"""Tables, and the distance of restart marks: they say nothing."""
_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_PROFILE = b"ICC_PROFILE\0\1\1"
"""That of a profile in one segment, the first of one."""
_BOX = struct.Struct(">4sIQ")
"""``JP`` and the number of the box; that of the segment; the head of the box."""
_OUTER_HEAD = 8

_PROCESSES = {
    0: "Baseline DCT, Huffman coding",
    1: "Extended sequential DCT, Huffman coding",
    2: "Progressive DCT, Huffman coding",
}
_SAMPLINGS: dict[tuple[float, float], str] = {
    (1, 1): "YCbCr4:4:4 (1 1)",
    (2, 1): "YCbCr4:2:2 (2 1)",
    (2, 2): "YCbCr4:2:0 (2 2)",
    (1, 2): "YCbCr4:4:0 (1 2)",
    (4, 1): "YCbCr4:1:1 (4 1)",
}
_UNITS = ("None", "inches", "cm")
_ADOBE = struct.Struct(">5sHHHB")
_TRANSFORMS = ("Unknown (RGB or CMYK)", "YCbCr", "YCCK")

_TAIL = 64
_TRAILER = light_pattern(
    rb"AXS[!*]|\xa1\xb2\xc3\xd4|cbipcbbl|CANON OPTIONAL DATA|zmie|QDIOBS|SEFT|"
    rb"8db42d694ccc418790edff439fe026bf|NIKON APP"
)
"""What cameras and programs put behind a picture; ExifTool looks for it in the last bytes."""


@dataclass(slots=True)
class _Walk:
    """A JPEG that is being read, and what may occur once."""

    found: FoundTags
    has_frame: bool = False
    has_exif: bool = False
    has_profile: bool = False
    manifest: "_Manifest | None" = None


@dataclass(slots=True)
class _Manifest:
    """A manifest, of which a segment holds up to 64 KB."""

    head: bytes
    parts: list[bytes]
    missing: int
    first: int
    places: frozenset[int] = frozenset()
    """Where ExifTool takes its boxes to be, once they are read."""


def read_jpeg(data: memoryview, found: FoundTags) -> None:
    """Find the tags of a whole file. Raises NotUnderstoodError where ExifTool is to read it."""
    walk = _Walk(found)
    for marker, at, body in _segments(data):
        if marker not in _PASSED_OVER:
            _read_segment(walk, marker, at, body)
    if _TRAILER.search(data, max(0, len(data) - _TAIL)):
        raise NotUnderstoodError("something known behind the picture")
    if walk.manifest and walk.manifest.missing:
        _complain(walk.manifest, found)


def _read_segment(walk: _Walk, marker: int, at: int, body: bytes) -> None:
    if marker in _FRAMES:
        _read_frame(walk, marker, body)
    elif marker == _APP11:
        _read_manifest_part(walk, at, body)
    else:
        read = _SEGMENTS.get(marker)
        if read is None or _may_be_mistaken(walk, at, len(body)):
            raise NotUnderstoodError(f"a segment {marker:#x}")
        read(walk, body)


def _complain(manifest: _Manifest, found: FoundTags) -> None:
    """Say what ExifTool says of a manifest whose first part it has dropped."""
    if manifest.first:
        raise NotUnderstoodError("a manifest that is cut off")
    found.warn("Invalid JUMBF size or missing JUMBF chunk")


def _segments(data: memoryview) -> Iterator[tuple[int, int, bytes]]:
    """Yield marker, place and content of each segment before the picture, which has to be there."""
    at = 2
    while True:
        try:
            sign, marker, length = struct.unpack_from(">BBH", data, at)
        except struct.error as error:
            raise NotUnderstoodError("a JPEG that is cut off") from error
        if sign != 0xFF or length < 2 or at + 2 + length > len(data):  # noqa: PLR2004
            raise NotUnderstoodError("a JPEG that is damaged")
        if marker == _START_OF_SCAN:
            return
        yield marker, at + 4, data[at + 4 : at + 2 + length].tobytes()
        at += 2 + length


def _read_frame(walk: _Walk, marker: int, body: bytes) -> None:
    process = _PROCESSES.get(marker & 0x0F)
    if walk.has_frame or process is None or len(body) < 6:  # noqa: PLR2004
        raise NotUnderstoodError("a frame of another kind, or a second one")
    walk.has_frame = True
    depth, height, width, count = struct.unpack_from(">BHHB", body)
    found = walk.found
    found.add("File", "ImageWidth", width)
    found.add("File", "ImageHeight", height)
    found.add("File", "EncodingProcess", process)
    found.add("File", "BitsPerSample", depth)
    found.add("File", "ColorComponents", count)
    if count == 3:  # noqa: PLR2004 - a colour picture
        found.add("File", "YCbCrSubSampling", _sampling(body))


def _sampling(body: bytes) -> str:
    """Return how much finer brightness is sampled than colours."""
    factors = body[7:15:3]
    if len(body) < 15:  # noqa: PLR2004 - three components
        raise NotUnderstoodError("a frame that is cut off")
    across = [factor >> 4 for factor in factors]
    down = [factor & 0x0F for factor in factors]
    if not min(across) or not min(down):
        raise NotUnderstoodError("a sampling of nothing")
    ratio = (max(across) / min(across), max(down) / min(down))
    if ratio not in _SAMPLINGS:
        raise NotUnderstoodError("a sampling without a word")
    return _SAMPLINGS[ratio]


def _read_jfif(walk: _Walk, body: bytes) -> None:
    if not body.startswith(b"JFIF\0") or len(body) != 14 or body[12] or body[13]:  # noqa: PLR2004
        raise NotUnderstoodError("an APP0 of another kind, or with a thumbnail")
    major, minor, unit, across, down = struct.unpack_from(">BBBHH", body, 5)
    if unit >= len(_UNITS) or walk.found.has("JFIF", "JFIFVersion"):
        raise NotUnderstoodError("a second JFIF, or a unit without a word")
    walk.found.add_text("JFIF", "JFIFVersion", b"%d.%02d" % (major, minor))
    walk.found.add("JFIF", "ResolutionUnit", _UNITS[unit], -1)
    walk.found.add("JFIF", "XResolution", across, -1)
    walk.found.add("JFIF", "YResolution", down, -1)


def _read_application(walk: _Walk, body: bytes) -> None:
    """Read EXIF or XMP, whichever it is."""
    if body.startswith(_EXIF) and not walk.has_exif:
        walk.has_exif = True
        read_exif(body[len(_EXIF) :], walk.found)
    elif body.startswith(_XMP):
        read_xmp(body[len(_XMP) :], walk.found)
    else:
        raise NotUnderstoodError("an APP1 of another kind, or a second EXIF")


def _read_profile(walk: _Walk, body: bytes) -> None:
    if not body.startswith(_PROFILE) or walk.has_profile:
        raise NotUnderstoodError("an APP2 of another kind, or a second profile")
    walk.has_profile = True
    read_profile(body[len(_PROFILE) :], walk.found)


def _read_adobe(walk: _Walk, body: bytes) -> None:
    """Read how Adobe's programs, and others after them, say what the colours are."""
    if len(body) != _ADOBE.size or walk.found.has("Adobe", "DCTEncodeVersion"):
        raise NotUnderstoodError("an APP14 of another form, or a second one")
    mark, version, first, second, transform = _ADOBE.unpack(body)
    if mark != b"Adobe" or first or second or transform >= len(_TRANSFORMS):
        raise NotUnderstoodError("an APP14 with flags, or of another kind")
    walk.found.add("Adobe", "DCTEncodeVersion", version)
    walk.found.add("Adobe", "APP14Flags0", "(none)")
    walk.found.add("Adobe", "APP14Flags1", "(none)")
    walk.found.add("Adobe", "ColorTransform", _TRANSFORMS[transform])


def _read_manifest_part(walk: _Walk, at: int, body: bytes) -> None:
    """Keep a part of a manifest, and read it when it is whole."""
    if len(body) < _BOX.size or not body.startswith(b"JP"):
        raise NotUnderstoodError("an APP11 of another kind")
    _, number, box = _BOX.unpack_from(body)
    head, length = body[:4] + body[8:16], box >> 32
    manifest = walk.manifest
    if manifest is None:
        manifest = walk.manifest = _Manifest(head, [], length - _OUTER_HEAD, number)
        if number == 0:
            # ExifTool drops the first part, and says at the end that it misses one.
            walk.found.require(is_known=walk.found.dialect.era is Era.TWELVE)
            walk.found.warn("Invalid JUMBF sequence number")
            return
    if number != len(manifest.parts) + 1 or head != manifest.head:
        raise NotUnderstoodError("parts of a manifest in another order, or of a second one")
    manifest.parts.append(body[_BOX.size :])
    manifest.missing -= len(manifest.parts[-1])
    if manifest.missing < 0 or (not manifest.missing and not manifest.first):
        raise NotUnderstoodError("a manifest of another size")
    if not manifest.missing:
        start = at + _BOX.size - _OUTER_HEAD
        starts = read_manifest(b"".join((body[8:16], *manifest.parts)), walk.found)
        manifest.places = frozenset({start, *(start + each for each in starts)})


def _may_be_mistaken(walk: _Walk, at: int, length: int) -> bool:
    """Return whether ExifTool may take what is in a segment for a box that it has read already.

    It counts the places of boxes from the last segment of a manifest on, as if they were all there.
    """
    places = walk.manifest.places if walk.manifest else ()
    return any(at <= place < at + length for place in places)


def _read_comment(walk: _Walk, body: bytes) -> None:
    walk.found.add_text("File", "Comment", body.rstrip(b"\0"), 0)


_SEGMENTS: dict[int, Callable[[_Walk, bytes], None]] = {
    0xE0: _read_jfif,
    _APP1: _read_application,
    _APP2: _read_profile,
    _APP14: _read_adobe,
    _COMMENT: _read_comment,
}
"""Every segment that is understood, besides frames and those that say nothing."""
