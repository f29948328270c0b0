"""A JPEG XL, bare or in boxes (ISO 18181-2), as ExifTool reads it: its size, its EXIF, its XMP."""

from collections.abc import Callable
from dataclasses import field

from service.extract.direct.boxes import boxes_of, exif_of, read_brands
from service.extract.direct.exif import read_exif
from service.extract.direct.found_tags import Era, FoundTags, NotUnderstoodError
from service.extract.direct.xmp import read_xmp
from service.light_dataclasses import dataclass

_CODESTREAM = b"\xff\x0a"
_SIGNATURE = 12
_BRAND = b"jxl "
_HEAD = 12
"""Bytes of a codestream that hold its size."""
_PART = 4
"""Bytes before a part of a codestream: its number."""
_WIDTHS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


@dataclass(slots=True)
class _Walk:
    """A JPEG XL in boxes that is being read, and which of them have been."""

    found: FoundTags
    kinds: set[bytes] = field(default_factory=set)


def read_jxl(data: memoryview, found: FoundTags) -> None:
    """Find the tags of a whole file. Raises NotUnderstoodError where ExifTool is to read it."""
    found.require(is_known=found.dialect.era is not None)
    if data[:2] == _CODESTREAM:
        if len(data) < _HEAD:
            raise NotUnderstoodError("a codestream of a few bytes")
        found.replace("FileType", "JXL Codestream")
        _read_size(data[:_HEAD].tobytes(), found)
        return
    walk = _Walk(found)
    for kind, start, end in boxes_of(data, _SIGNATURE, len(data)):
        if not walk.kinds and kind != b"ftyp":
            raise NotUnderstoodError("a JPEG XL that does not begin with its brands")
        read = _BOXES.get(kind)
        if read is None or (kind in walk.kinds and kind != b"jxlp"):
            raise NotUnderstoodError(f"a box {kind!r}, or a second one")
        read(walk, data[start:end].tobytes())
        walk.kinds.add(kind)
    if not walk.kinds:
        raise NotUnderstoodError("a JPEG XL of nothing")


def _read_type(walk: _Walk, body: bytes) -> None:
    if body[:4] != _BRAND:
        raise NotUnderstoodError("another brand")
    read_brands("Jpeg2000", "JPEG XL Image (.JXL)", body, walk.found)


def _read_exif(walk: _Walk, body: bytes) -> None:
    read_exif(exif_of(body), walk.found)


def _read_xmp(walk: _Walk, body: bytes) -> None:
    read_xmp(body, walk.found)


def _read_codestream(walk: _Walk, body: bytes) -> None:
    if not body.startswith(_CODESTREAM) or len(body) < _HEAD or b"jxlp" in walk.kinds:
        raise NotUnderstoodError("a codestream of another form, or a second one")
    _read_size(body[:_HEAD], walk.found)


def _read_part(walk: _Walk, body: bytes) -> None:
    """Read the first part of a codestream. The older ExifTool does not look at parts."""
    if walk.found.dialect.era is Era.TWELVE or b"jxlp" in walk.kinds:
        return
    is_first = body.startswith(bytes(_PART) + _CODESTREAM)
    if not is_first or len(body) < _PART + _HEAD or b"jxlc" in walk.kinds:
        raise NotUnderstoodError("a part of a codestream of another form")
    _read_size(body[_PART : _PART + _HEAD], walk.found)


def _pass_over(_walk: _Walk, _body: bytes) -> None:
    pass


def _read_size(head: bytes, found: FoundTags) -> None:
    """Read how large the picture is: the first bits behind the mark, the lowest of a byte first."""
    bits = _Bits(int.from_bytes(head[len(_CODESTREAM) :], "little"))
    is_small = bits.take(1)
    height = _length(bits, is_small=bool(is_small))
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        width = height * across // down
    else:
        width = _length(bits, is_small=bool(is_small))
    found.add("File", "ImageWidth", width)
    found.add("File", "ImageHeight", height)


def _length(bits: "_Bits", *, is_small: bool) -> int:
    if is_small:
        return (bits.take(5) + 1) * 8
    return bits.take(_WIDTHS[bits.take(2)]) + 1


class _Bits:
    """Bits, taken from the lowest on."""

    def __init__(self, rest: int) -> None:
        self._rest = rest

    def take(self, count: int) -> int:
        taken = self._rest & (1 << count) - 1
        self._rest >>= count
        return taken


_BOXES: dict[bytes, Callable[[_Walk, bytes], None]] = {
    b"ftyp": _read_type,
    b"Exif": _read_exif,
    b"xml ": _read_xmp,
    b"jxlc": _read_codestream,
    b"jxlp": _read_part,
    b"jxll": _pass_over,
    b"jbrd": _pass_over,
}
"""Every box that is understood; ``brob`` (compressed ones) is ExifTool's."""
