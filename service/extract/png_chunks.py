"""A PNG's chunks, walked while the file is read, and its texts weighed before ExifTool sees them.

A 522 kB PNG can expand to 512 MB: ExifTool took 20 s and 1.56 GB for it, without an error. So
compressed texts are inflated here first, piece by piece, counted and thrown away.
"""

import struct
import zlib

from service.errors import BadFileError
from service.extract.structure_checks import MAX_PARTS, SMALL_CHUNK, XmpScan

TEXT_CAP = 16 * 1024 * 1024
"""Bytes of all texts of one file, inflated. The largest honest workflow seen has 5 MB."""

_PIECE = 4 * 1024 * 1024
_HEAD = struct.Struct(">I4s")
"""Length and type."""
_CRC = 4
_ALPHA_COLOURS = frozenset({4, 6})
"""Grey with alpha, RGB with alpha."""
_COMPRESSED = frozenset({b"zTXt", b"iTXt", b"iCCP"})
_PIXELS = frozenset({b"IDAT", b"fdAT"})
"""Most of a file, and nothing that ExifTool reads."""
_XMP_KEYWORD = b"XML:com.adobe.xmp\0"
_KEPT = _COMPRESSED | {b"IHDR"}
_WEIGHED = _KEPT | {b"tEXt", b"eXIf", b"caBX"}


class ChunkScan:
    """Takes a PNG's bytes in pieces of any size.

    A malformed chunk ends the scan quietly, since ExifTool warns of it.
    """

    def __init__(self) -> None:
        self.animated = False
        self.has_alpha = False
        self._head = b""
        self._kept = bytearray()
        self._type: bytes = b""
        self._left = 0
        """Bytes of the present chunk still to come, its CRC included."""
        self._weight = 0
        self._small_chunks = 0
        self._over = False
        self._xmp = XmpScan()

    def feed(self, block: memoryview) -> None:
        """Take the next bytes after the signature.

        Raises BadFileError when texts or XMP exceed a limit, or there are too many chunks.
        """
        at, size = 0, len(block)
        while at < size and not self._over:
            if not self._left:
                at += self._begin(block[at : at + _HEAD.size - len(self._head)])
                continue
            step = min(self._left, size - at)
            if self._type not in _PIXELS:
                self._xmp.feed(block[at : at + step])
            if self._type in _WEIGHED:
                self._weigh(step)
                if self._type in _KEPT:
                    self._kept += block[at : at + step]
            self._left -= step
            at += step
            if not self._left:
                self._end()

    def _begin(self, part: memoryview) -> int:
        self._head += part
        if len(self._head) == _HEAD.size:
            length, self._type = _HEAD.unpack(self._head)
            self._left = length + _CRC
            self._head = b""
            self._over = length >> 31 != 0 or not self._type.isalpha()
            self._count(length)
        return len(part)

    def _count(self, length: int) -> None:
        if length < SMALL_CHUNK:
            self._small_chunks += 1
        if self._small_chunks > MAX_PARTS:
            raise BadFileError(f"it has more than {MAX_PARTS:,} small PNG chunks")

    def _weigh(self, size: int) -> None:
        self._weight += size
        if self._weight > TEXT_CAP:
            chunk = self._type.decode("latin-1")
            raise BadFileError(
                f"its {chunk} chunk brings the texts to more than {TEXT_CAP >> 20} MiB"
            )

    def _end(self) -> None:
        if self._type == b"acTL":
            self.animated = True
        elif self._type == b"IHDR":
            self.has_alpha = not _ALPHA_COLOURS.isdisjoint(self._kept[9:10])  # the colour type
        elif self._type in _COMPRESSED:
            data = bytes(self._kept[:-_CRC])
            xmp = XmpScan() if data.startswith(_XMP_KEYWORD) else None
            self._inflate(_zlib_stream(self._type, data), xmp)
        self._kept.clear()

    def _inflate(self, data: bytes, xmp: XmpScan | None) -> None:
        inflater = zlib.decompressobj()
        try:
            while data and not inflater.eof:
                piece = inflater.decompress(data, _PIECE)
                self._weigh(len(piece))
                if xmp is not None:
                    xmp.feed(piece)
                data = inflater.unconsumed_tail
        except zlib.error:  # ExifTool meets the same error at the same byte, and warns
            return


def _zlib_stream(chunk: bytes, data: bytes) -> bytes:
    """Return the zlib stream inside a text chunk, or nothing where it holds none."""
    _, _, rest = data.partition(b"\0")
    if chunk != b"iTXt":
        return rest[1:]
    if rest[:1] != b"\x01":
        return b""
    return rest[2:].partition(b"\0")[2].partition(b"\0")[2]
