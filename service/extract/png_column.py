"""The first pixel of a PNG's top rows, read without decoding the image.

In column 0 the left neighbours that a row's filter refers to are zero, so its pixels can be had
from the inflated rows without undoing any other pixel: a few milliseconds instead of a whole
decode.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from service.extract import magic

_SAMPLES = {2: 3, 6: 4}
"""PNG colour type → samples a pixel: RGB and RGBA, the kinds in which texts are hidden."""

MAX_WIDTH = 65_535
"""Pixels; a wider row would cost more than the look is worth."""

_UP, _AVERAGE, _PAETH = 2, 3, 4


@dataclass(frozen=True, slots=True)
class PngShape:
    """What a PNG's IHDR says, where its pixels are 8-bit RGB or RGBA and not interlaced."""

    width: int
    height: int
    samples: int
    """A pixel: 3 or 4."""


def shape(file: BinaryIO) -> PngShape | None:
    """Return the shape of the PNG at the start of ``file``, or None where texts are not hidden in such a PNG."""
    head = file.read(33)
    if len(head) < 33 or not head.startswith(magic.PNG) or head[12:16] != b"IHDR":  # noqa: PLR2004 - IHDR's end
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head[16:29])
    if (
        depth != 8  # noqa: PLR2004
        or interlaced
        or colour not in _SAMPLES
        or not 0 < width <= MAX_WIDTH
        or not height
    ):
        return None
    return PngShape(width, height, _SAMPLES[colour])


def first_column(file: BinaryIO, png: PngShape, rows: int) -> bytes:
    """Return the samples of the first pixel of up to ``rows`` rows.

    ``file`` stands behind the IHDR chunk.
    """
    stride = 1 + png.width * png.samples
    data = BytesIO(_inflated(file, stride * min(rows, png.height)))
    above = bytes(png.samples)
    column = bytearray()
    while len(start := data.read(1 + png.samples)) == 1 + png.samples:
        above = bytes(
            _unfilter(start[0], byte, up) for byte, up in zip(start[1:], above, strict=True)
        )
        column += above
        data.seek(stride - len(start), 1)
    return bytes(column)


def _unfilter(kind: int, byte: int, up: int) -> int:
    if kind in (
        _UP,
        _PAETH,
    ):  # with nothing to the left, Paeth's nearest neighbour is the one above
        return (byte + up) & 0xFF
    return (byte + up // 2) & 0xFF if kind == _AVERAGE else byte


def _inflated(file: BinaryIO, size: int) -> bytes:
    inflater = zlib.decompressobj()
    found = bytearray()
    for data in _image_data(file):
        try:
            found += inflater.decompress(data, size - len(found))
        except zlib.error:
            break
        if len(found) >= size:
            break
    return bytes(found)


def _image_data(file: BinaryIO) -> Iterator[bytes]:
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 - length and type
        length = int.from_bytes(head[:4], "big")
        if head[4:] == b"IDAT":
            # A single IDAT may hold the whole image; its first megabyte is inflated before the next
            # is read.
            for at in range(0, length, 1 << 16):
                yield file.read(min(1 << 16, length - at))
            file.seek(4, 1)
        elif head[4:] == b"IEND":
            return
        else:
            file.seek(length + 4, 1)
