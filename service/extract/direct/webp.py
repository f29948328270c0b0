"""A WebP's chunks, as ExifTool reads them."""

import struct
from collections.abc import Callable

from service.extract.direct.exif import read_exif
from service.extract.direct.found_tags import MINOR, Era, FoundTags, NotUnderstoodError
from service.extract.direct.icc import read_profile
from service.extract.direct.jumbf import read_manifest
from service.extract.direct.xmp import read_xmp
from service.light_dataclasses import dataclass

_START = 12
_HEAD = struct.Struct("<4sI")
_MOST_CHUNKS = 10_000
_FLAGS = {1: "Animation", 2: "XMP", 3: "EXIF", 4: "Alpha", 5: "ICC Profile"}
_VERSIONS = (
    "0 (bicubic reconstruction, normal loop)",
    "1 (bilinear reconstruction, simple loop)",
    "2 (bilinear reconstruction, no loop)",
    "3 (no reconstruction, no loop)",
)
_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ANMF", b"ALPH"})
_PIXEL_HEAD = 32
"""Bytes of such a chunk that are looked at; all others are pixels."""
_PREPROCESSINGS = ("none", "Level Reduction")
_FILTERS = ("none", "Horizontal", "Vertical", "Gradient")
_COMPRESSIONS = ("none", "Lossless")
_EXIF = b"Exif\0\0"
_LONG_S = 30
"""Seconds from which ExifTool writes a duration in minutes."""


@dataclass(slots=True)
class _Walk:
    """A WebP that is being read, and what may occur once."""

    found: FoundTags
    has_exif: bool = False
    has_manifest: bool = False
    has_profile: bool = False
    duration_ms: int | None = None


def read_webp(data: memoryview, found: FoundTags) -> None:
    """Find the tags of a whole file. Raises NotUnderstoodError where ExifTool is to read it."""
    found.require(is_known=found.dialect.knows_extended_webp)
    walk = _Walk(found)
    at = _START
    for _ in range(_MOST_CHUNKS):
        if at + _HEAD.size > len(data):
            break
        kind, length = _HEAD.unpack_from(data, at)
        read = _CHUNKS.get(kind)
        start = at + _HEAD.size
        at = start + length + length % 2
        if read is None or not length or at > len(data):
            raise NotUnderstoodError(f"a chunk {kind!r}, or one that is cut off")
        needed = _PIXEL_HEAD if kind in _PIXELS else length
        read(walk, data[start : start + min(length, needed)].tobytes())
    else:
        raise NotUnderstoodError("chunks without end")
    if at < len(data):
        found.warn("Error reading RIFF file (corrupted?)")


def _read_extended(walk: _Walk, body: bytes) -> None:
    if len(body) != 10 or walk.found.has("RIFF", "WebP_Flags"):  # noqa: PLR2004 - the size of VP8X
        raise NotUnderstoodError("a VP8X chunk of another size, or a second one")
    [flags] = struct.unpack_from("<I", body)
    if flags >> 6 or flags & 1:
        raise NotUnderstoodError("flags without a word")
    words = [word for bit, word in _FLAGS.items() if flags >> bit & 1]
    walk.found.replace("FileType", "Extended WEBP")
    walk.found.add("RIFF", "WebP_Flags", ", ".join(words) or "(none)")
    walk.found.add("RIFF", "ImageWidth", int.from_bytes(body[4:7], "little") + 1)
    walk.found.add("RIFF", "ImageHeight", int.from_bytes(body[7:10], "little") + 1)


def _read_lossy(walk: _Walk, body: bytes) -> None:
    if body[3:6] != b"\x9d\x01\x2a" or len(body) < 10:  # noqa: PLR2004 - the head of a key frame
        raise NotUnderstoodError("a VP8 chunk of another form")
    version = (body[0] & 0x0E) >> 1
    if version >= len(_VERSIONS):
        raise NotUnderstoodError("a version of VP8 without a word")
    width, height = struct.unpack_from("<HH", body, 6)
    walk.found.add("RIFF", "VP8Version", _VERSIONS[version])
    walk.found.add("RIFF", "ImageWidth", width & 0x3FFF, 0)
    walk.found.add("RIFF", "HorizontalScale", width >> 14)
    walk.found.add("RIFF", "ImageHeight", height & 0x3FFF, 0)
    walk.found.add("RIFF", "VerticalScale", height >> 14)


def _read_lossless(walk: _Walk, body: bytes) -> None:
    if body[:1] != b"\x2f" or len(body) < 6:  # noqa: PLR2004 - as much as ExifTool looks at
        raise NotUnderstoodError("a VP8L chunk of another form")
    walk.found.require(is_known=walk.found.dialect.is_tested)
    [size] = struct.unpack_from("<I", body, 1)
    walk.found.add("RIFF", "ImageWidth", (size & 0x3FFF) + 1, 0)
    walk.found.add("RIFF", "ImageHeight", (size >> 14 & 0x3FFF) + 1, 0)


def _read_alpha(walk: _Walk, body: bytes) -> None:
    """Read three numbers, of which ExifTool looks at the same two bits."""
    number = body[0] & 3
    if number >= len(_PREPROCESSINGS):
        raise NotUnderstoodError("an alpha channel without a word")
    walk.found.add("RIFF", "AlphaPreprocessing", _PREPROCESSINGS[number])
    walk.found.add("RIFF", "AlphaFiltering", _FILTERS[number])
    walk.found.add("RIFF", "AlphaCompression", _COMPRESSIONS[number])


def _read_animation(walk: _Walk, body: bytes) -> None:
    if len(body) != 6:  # noqa: PLR2004 - the size of ANIM
        raise NotUnderstoodError("an ANIM chunk of another size")
    walk.found.add("RIFF", "BackgroundColor", " ".join(map(str, body[:4])))
    walk.found.add("RIFF", "AnimationLoopCount", body[4] or "inf")


def _read_frame(walk: _Walk, body: bytes) -> None:
    if len(body) < 16:  # noqa: PLR2004 - the head of a frame
        raise NotUnderstoodError("an ANMF chunk that is cut off")
    is_first = walk.duration_ms is None
    duration = (walk.duration_ms or 0) + (struct.unpack_from("<I", body, 12)[0] & 0x0FFF)
    walk.duration_ms = duration
    seconds = duration / 1000
    if seconds >= _LONG_S:
        raise NotUnderstoodError("a duration in minutes")
    text = f"{seconds:.2f} s" if duration else "0 s"
    if is_first:
        walk.found.add("RIFF", "Duration", text)
    else:
        walk.found.replace("Duration", text)


def _read_exif(walk: _Walk, body: bytes) -> None:
    if walk.has_exif or walk.has_manifest:
        raise NotUnderstoodError("a second EXIF, or one behind a manifest")
    walk.has_exif = True
    if body.startswith(_EXIF):
        walk.found.warn(f"{MINOR}Improper EXIF header")
        body = body[len(_EXIF) :]
    read_exif(body, walk.found)


def _read_profile(walk: _Walk, body: bytes) -> None:
    if walk.has_profile:
        raise NotUnderstoodError("a second profile")
    walk.has_profile = True
    read_profile(body, walk.found)


def _read_manifest(walk: _Walk, body: bytes) -> None:
    """Read a manifest where ExifTool does. Where it does not, ``c2pa_blocks`` has it read."""
    if walk.found.dialect.era is Era.TWELVE:
        return
    if walk.has_manifest or walk.has_exif or walk.has_profile:
        raise NotUnderstoodError("a second manifest, or one behind EXIF or a profile")
    walk.has_manifest = True
    read_manifest(body, walk.found)


def _read_xmp(walk: _Walk, body: bytes) -> None:
    read_xmp(body, walk.found)


_CHUNKS: dict[bytes, Callable[[_Walk, bytes], None]] = {
    b"VP8X": _read_extended,
    b"VP8 ": _read_lossy,
    b"VP8L": _read_lossless,
    b"ALPH": _read_alpha,
    b"ANIM": _read_animation,
    b"ANMF": _read_frame,
    b"EXIF": _read_exif,
    b"XMP ": _read_xmp,
    b"ICCP": _read_profile,
    b"C2PA": _read_manifest,
}
"""Every chunk that is understood."""
