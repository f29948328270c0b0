"""C2PA manifests where ExifTool does not look: in WebP, and in JPEGs that number segments from 0.

The manifest is a JUMBF box. A WebP holds it in a RIFF chunk ``C2PA`` (C2PA's specification, 2.2,
"Embedding manifests into RIFF"), a JPEG in APP11 segments: ``JP``, a number of the box, a number of
the segment, the box's head in each of them (ISO 19566-5). ExifTool reads the box in a PNG's
``caBX``, so it is given to it in a PNG of nothing else, where the direct reader does not read it.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from service.records.json_values import JsonValue

WEBP, JPEG = "image/webp", "image/jpeg"

LARGEST = 16 * 1024 * 1024
"""Bytes of a box. Thumbnails in it make it some hundred thousand."""

GROUPS = ("JUMBF:", "CBOR:")
"""What ExifTool calls the manifest's tags."""

_RIFF_HEAD = struct.Struct("<4sI4s")
_RIFF_CHUNK = struct.Struct("<4sI")
_SEGMENT = struct.Struct(">HH")
_JUMBF_SEGMENT = struct.Struct(">2sHI")
_BOX_HEAD = 8

_APP11, _SCAN = 0xFFEB, 0xFFDA
_MOST_SEGMENTS = 2_000

_PNG = b"\x89PNG\r\n\x1a\n"
_PIXEL = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)


def may_hold_block(mime_type: str | None, tags: Mapping[str, JsonValue]) -> bool:
    """Return whether a file may hold a manifest that ExifTool has passed over."""
    if any(name.startswith(GROUPS) for name in tags):
        return False
    if mime_type == JPEG:
        return "JUMBF" in str(tags.get("ExifTool:Warning"))
    return mime_type == WEBP


def find_block(location: Path, mime_type: str | None) -> bytes | None:
    """Return the JUMBF box of a WebP or JPEG, or None. Never raises for what a file holds."""
    try:
        with location.open("rb") as file:
            return _of_webp(file) if mime_type == WEBP else _of_jpeg(file)
    except (OSError, struct.error):
        return None


def _of_webp(file: BinaryIO) -> bytes | None:
    magic, _, form = _RIFF_HEAD.unpack(file.read(_RIFF_HEAD.size))
    if magic != b"RIFF" or form != b"WEBP":
        return None
    for _ in range(_MOST_SEGMENTS):
        kind, length = _RIFF_CHUNK.unpack(file.read(_RIFF_CHUNK.size))
        if kind == b"C2PA":
            return file.read(length) if length <= LARGEST else None
        file.seek(length + length % 2, 1)
    return None


def _of_jpeg(file: BinaryIO) -> bytes | None:
    parts: dict[int, bytes] = {}
    for number, data in _jumbf_segments(file):
        parts[number] = data if not parts else data[_BOX_HEAD:]
    block = b"".join(parts[number] for number in sorted(parts))
    return block if block and len(block) <= LARGEST else None


def _jumbf_segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield number and data of the APP11 segments of a JPEG's first box."""
    file.seek(2)
    box: int | None = None
    for _ in range(_MOST_SEGMENTS):
        marker, length = _SEGMENT.unpack(file.read(_SEGMENT.size))
        if marker == _SCAN or marker >> 8 != 0xFF:  # noqa: PLR2004 - here the picture begins
            return
        data = file.read(length - 2)
        if marker != _APP11 or len(data) < _JUMBF_SEGMENT.size + _BOX_HEAD:
            continue
        mark, number_of_box, number = _JUMBF_SEGMENT.unpack_from(data)
        if mark == b"JP" and box in (None, number_of_box):
            box = number_of_box
            yield number, data[_JUMBF_SEGMENT.size :]


def make_png(block: bytes) -> bytes:
    """Return a PNG that holds the box and one pixel's head."""
    chunks = ((b"IHDR", _PIXEL), (b"caBX", block), (b"IEND", b""))
    return _PNG + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def tags_of_block(tags: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the manifest's tags among those of such a PNG."""
    return {name: value for name, value in tags.items() if name.startswith(GROUPS)}
