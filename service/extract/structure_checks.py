"""Structures that cost ExifTool far more than their bytes, counted while a file is read.

Measured with ExifTool 12.57: 100,000 comments of a JPEG took 5.4 s, 3,000 elements of XMP in each
other 9.1 s and 18 MB of answer, 50,000 properties 624 MiB, 100,000 directories of a TIFF 8.5 s. A
file with more than the limits here is refused before ExifTool sees it.
"""

import re
import struct
from io import BufferedReader, FileIO

from service.errors import BadFileError
from service.light_patterns import light_pattern

MAX_PARTS = 100_000
"""Chunks of a PNG, segments of a JPEG, blocks of a GIF, entries of a TIFF's directories.

Real: a few hundred.
"""

SMALL_CHUNK = 4096
"""Bytes of a PNG's chunk below which it is counted: encoders write pixels in chunks of 8 KiB and
more, so that a picture of a gigabyte has 100,000 of them."""

MAX_DIRECTORIES = 10_000
"""Pages of a TIFF."""

XMP_CAP = 16 * 1024 * 1024
"""Bytes of a file's XMP. Photoshop's lists of ancestors have reached several MB."""
MAX_XMP_DEPTH = 200
MAX_XMP_ELEMENTS = 10_000
"""Without the entries of lists (``rdf:li``), of which ExifTool takes no more than 1,000."""

_XMP_START = re.compile(rb"<rdf:RDF")
"""A pattern, since a buffer that is reused has no ``find``; as fast as one."""
_XMP_END = b"</rdf:RDF>"
_XMP_TAG = light_pattern(rb"<(/?)([A-Za-z_][\w.:-]*+)([^<>]*+)>")
_NO_TEXT = light_pattern(rb"(?:[\x00-\x08\x0e-\x1f][^\x00-\x08\x0e-\x1f]{0,63}+){16}")
"""So many bytes that no text has, so close together, are pixels. The head of a JPEG's segment in
the middle of a long packet has eleven at most."""
_BORDER = len(_XMP_END)
_LONGEST_TAG = 64 * 1024
"""Bytes. A longer one is not counted where two pieces meet: else each of a PNG's small chunks would
have all of it looked through again."""

_TIFF_HEAD = 8
"""Bytes before the place of a BigTIFF's first directory; half of them in any other TIFF."""
_BIG_TIFF = (b"+\0", b"\0+")
_LAST_PLACE = (1 << 63) - 1

_GIF_HEAD = 13
_GIF_IMAGE = b"\x2c"
_GIF_BLOCKS = {b"\x21": 1, _GIF_IMAGE: 9}
"""First byte of an extension or an image → the bytes behind it that are no sub-blocks."""

_JPEG_MARK = 0xFF
_JPEG_START_OF_SCAN = 0xDA
_JPEG_ALONE = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
"""Markers that have no length behind them."""


class XmpScan:
    """Counts the elements of XMP packets in bytes that come in pieces of any size.

    A packet that nothing ends is over where the bytes are no text any more: it may be no packet at
    all but a prompt that speaks of one, and what follows it are pixels.
    """

    def __init__(self) -> None:
        self._tail = b""
        self._is_inside = False
        self._size = 0
        self._depth = 0
        self._elements = 0

    def feed(self, piece: bytes | memoryview) -> None:
        """Take the next bytes. Raises BadFileError where XMP exceeds a limit."""
        if not self._is_inside:
            border = self._tail + bytes(piece[:_BORDER])
            if _XMP_START.search(border) is None and _XMP_START.search(piece) is None:
                self._tail = (self._tail + bytes(piece[-_BORDER:]))[-_BORDER:]
                return
        self._read(self._tail + bytes(piece))

    def _read(self, piece: bytes) -> None:
        """Count what is inside of packets, and keep what may be the beginning of a mark."""
        at, mark = 0, -1
        while True:
            if not self._is_inside:
                start = _XMP_START.search(piece, at)
                if start is None:
                    break
                self._is_inside, self._depth, at = True, 0, start.start()
            if mark < at:  # else the next mark is known, or that none comes
                found = piece.find(_XMP_END, at)
                mark = len(piece) if found < 0 else found
            pixels = _NO_TEXT.search(piece, at, mark)
            end = mark if pixels is None else pixels.start()
            if end == len(piece):
                break
            self._count(piece[at:end])
            self._is_inside, at = False, end + 1
        if not self._is_inside:
            self._tail = piece[max(at, len(piece) - _BORDER) :]
            return
        begun = piece.rfind(b"<", at)  # a tag that goes on in the next piece
        if begun < 0 or len(piece) - begun > _LONGEST_TAG:
            begun = len(piece)
        self._count(piece[at:begun])
        self._tail = piece[begun:]

    def _count(self, packet: bytes) -> None:
        self._size += len(packet)
        if self._size > XMP_CAP:
            raise BadFileError(f"its XMP has more than {XMP_CAP >> 20} MiB")
        for closing, name, rest in _XMP_TAG.findall(packet.replace(b"\0", b"")):
            if closing:
                self._depth -= 1
                continue
            if not rest.endswith(b"/"):
                self._depth += 1
            if not name.endswith(b":li"):
                self._elements += 1
            if self._depth > MAX_XMP_DEPTH:
                raise BadFileError(f"its XMP is nested deeper than {MAX_XMP_DEPTH} elements")
            if self._elements > MAX_XMP_ELEMENTS:
                raise BadFileError(f"its XMP has more than {MAX_XMP_ELEMENTS:,} elements")


class SegmentScan:
    """Counts a JPEG's segments in bytes that come in pieces of any size.

    It ends where the picture begins, or where there is no marker, of which ExifTool warns.
    """

    def __init__(self) -> None:
        self._head = bytearray()
        self._left = 0
        """Bytes of the present segment still to come."""
        self._count = 0
        self._is_over = False

    def feed(self, block: memoryview) -> None:
        """Take the next bytes of the file.

        Raises BadFileError where there are too many segments.
        """
        at, size = 0, len(block)
        while at < size and not self._is_over:
            if self._left:
                step = min(self._left, size - at)
                self._left -= step
                at += step
            else:
                self._head.append(block[at])
                at += 1
                self._look_at_head()

    def _look_at_head(self) -> None:
        """Take in one more byte between two segments: the marker, then the length."""
        head = self._head
        if head[0] != _JPEG_MARK or head[1:2] == bytes((_JPEG_START_OF_SCAN,)):
            self._is_over = True
        elif head == b"\xff\xff":  # a marker may have more of them before it
            del head[0]
        elif head[1:2] and head[1] in _JPEG_ALONE:
            self._end_head(0)
        elif len(head) == struct.calcsize(">BBH"):
            self._end_head(max(0, int.from_bytes(head[2:], "big") - 2))

    def _end_head(self, length: int) -> None:
        self._head.clear()
        self._left = length
        self._count += 1
        if self._count > MAX_PARTS:
            raise BadFileError(f"it has more than {MAX_PARTS:,} JPEG segments")


def check_directories(file: FileIO) -> None:
    """Walk the chain of a TIFF's directories.

    Raises BadFileError where there are too many, or too many entries; the chain may be a ring.
    """
    file.seek(0)
    head = file.read(_TIFF_HEAD)
    order = "<" if head.startswith(b"II") else ">"
    is_big = head[2:4] in _BIG_TIFF
    offset_form, count_form, entry = ("Q", "Q", 20) if is_big else ("I", "H", 12)
    file.seek(len(head) if is_big else _TIFF_HEAD // 2)
    directories, entries = 0, 0
    while offset := _read_number(file, order + offset_form):
        if offset > _LAST_PLACE:  # behind the end of every file
            return
        file.seek(offset)
        count = _read_number(file, order + count_form)
        directories += 1
        entries += count
        if directories > MAX_DIRECTORIES:
            raise BadFileError(f"it has more than {MAX_DIRECTORIES:,} TIFF directories")
        if entries > MAX_PARTS:
            raise BadFileError(f"its TIFF directories have more than {MAX_PARTS:,} entries")
        file.seek(entry * count, 1)


def check_blocks(file: FileIO) -> None:
    """Walk a GIF's blocks as far as they go.

    Raises BadFileError where there are too many.
    """
    file.seek(0)
    buffered = BufferedReader(file)
    head = buffered.read(_GIF_HEAD)
    buffered.seek(_colours(head[10:11]), 1)
    count = 0
    while (kind := buffered.read(1)) in _GIF_BLOCKS:
        count += 1
        if count > MAX_PARTS:
            raise BadFileError(f"it has more than {MAX_PARTS:,} GIF blocks")
        before = buffered.read(_GIF_BLOCKS[kind])
        if kind == _GIF_IMAGE:
            buffered.seek(_colours(before[8:9]) + 1, 1)
        while size := buffered.read(1):
            if size == b"\0":
                break
            buffered.seek(size[0], 1)
    buffered.detach()


def _colours(flags: bytes) -> int:
    """Return the bytes of the colour table that a GIF's flags announce."""
    if not flags or not flags[0] & 0x80:
        return 0
    return 3 << (flags[0] & 7) + 1


def _read_number(file: FileIO, form: str) -> int:
    """Return the next number of a file, 0 at its end."""
    data = file.read(struct.calcsize(form))
    if len(data) < struct.calcsize(form):
        return 0
    number: int = struct.unpack(form, data)[0]
    return number
