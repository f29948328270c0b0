"""A JPEG's segments before its picture, as ExifTool reads them."""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.extract.direct.exif import read_exif
from service.extract.direct.found_tags import FoundTags, NotUnderstoodError
from service.extract.direct.xmp import read_xmp

_START_OF_SCAN = 0xDA
_APP1, _COMMENT = 0xE1, 0xFE
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PASSED_OVER = frozenset({0xC4, 0xDB, 0xDD})
"""Tables, and the distance of restart marks: they say nothing."""
_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"

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

_TAIL = 64
_TRAILER = re.compile(
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


def read_jpeg(data: memoryview, found: FoundTags) -> None:
    """Find the tags of a whole file. Raises NotUnderstoodError where ExifTool is to read it."""
    walk = _Walk(found)
    for marker, body in _segments(data):
        if marker in _FRAMES:
            _read_frame(walk, marker, body)
        elif marker not in _PASSED_OVER:
            read = _SEGMENTS.get(marker)
            if read is None:
                raise NotUnderstoodError(f"a segment {marker:#x}")
            read(walk, body)
    if _TRAILER.search(data, max(0, len(data) - _TAIL)):
        raise NotUnderstoodError("something known behind the picture")


def _segments(data: memoryview) -> Iterator[tuple[int, bytes]]:
    """Yield marker and content of each segment before the picture, which has to be there."""
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
        yield marker, data[at + 4 : at + 2 + length].tobytes()
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


def _read_comment(walk: _Walk, body: bytes) -> None:
    walk.found.add_text("File", "Comment", body.rstrip(b"\0"), 0)


_SEGMENTS: dict[int, Callable[[_Walk, bytes], None]] = {
    0xE0: _read_jfif,
    _APP1: _read_application,
    _COMMENT: _read_comment,
}
"""Every segment that is understood, besides frames and those that say nothing."""
