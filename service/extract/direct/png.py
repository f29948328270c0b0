"""A PNG's chunks, as ExifTool reads them: its header, its texts, its small facts, its EXIF."""

import struct
import zlib
from collections.abc import Callable

from service.extract.direct.exif import read_exif
from service.extract.direct.found_tags import MINOR, FoundTags, NotUnderstoodError
from service.extract.direct.icc import read_profile
from service.extract.direct.jumbf import read_manifest
from service.extract.direct.png_texts import DATES, from_latin, read_date, tag_name
from service.extract.direct.xmp import read_xmp
from service.extract.png_chunks import TEXT_CAP
from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern

_START = 8
"""Bytes of the signature."""
_HEAD = struct.Struct(">I4s")
_CRC = 4
_LONGEST_CHUNK = 0x7FFFFFFF

_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf"})
_XMP = b"XML:com.adobe.xmp"
_NAME = light_pattern(rb"[ -~]{1,79}")
_COLOURS = {
    0: "Grayscale",
    2: "RGB",
    3: "Palette",
    4: "Grayscale with Alpha",
    6: "RGB with Alpha",
}
_INTERLACE = {0: "Noninterlaced", 1: "Adam7 Interlace"}
_INTENTS = ("Perceptual", "Relative Colorimetric", "Saturation", "Absolute Colorimetric")
_UNITS = ("Unknown", "meters")
_CHROMATICITIES = (
    *("WhitePointX", "WhitePointY", "RedX", "RedY"),
    *("GreenX", "GreenY", "BlueX", "BlueY"),
)


@dataclass(slots=True)
class _Walk:
    """A PNG that is being read."""

    found: FoundTags
    colour: int = -1
    inflated: int = 0
    has_exif: bool = False
    has_manifest: bool = False
    has_profile: bool = False


def read_png(data: memoryview, found: FoundTags) -> None:
    """Find the tags of a whole file. Raises NotUnderstoodError where ExifTool is to read it."""
    walk = _Walk(found)
    at, is_behind_pixels, has_warned = _START, False, False
    while True:
        length, kind = _head(data, at)
        if kind == b"IEND":
            break
        start, is_first = at + _HEAD.size, at == _START
        at = start + length + _CRC
        if at > len(data) or is_first != (kind == b"IHDR"):
            raise NotUnderstoodError("a PNG that is cut off, or does not begin with its header")
        if kind == b"IDAT":
            is_behind_pixels = True
            continue
        if is_behind_pixels and kind in _TEXTS and not has_warned:
            has_warned = True
            found.require(is_known=found.dialect.is_tested)
            where = "found after PNG IDAT (may be ignored by some readers)"
            found.warn(f"{MINOR}Text/EXIF chunk(s) {where}")
        read = _CHUNKS.get(kind)
        if read is None:
            raise NotUnderstoodError(f"a chunk {kind!r}")
        read(walk, data[start : start + length].tobytes())
    _look_behind(data, at + _HEAD.size + _CRC, length, found)


def _head(data: memoryview, at: int) -> tuple[int, bytes]:
    if at + _HEAD.size > len(data):
        raise NotUnderstoodError("a PNG without an end")
    length, kind = _HEAD.unpack_from(data, at)
    if length > _LONGEST_CHUNK:
        raise NotUnderstoodError("a chunk of no possible size")
    return length, kind


def _look_behind(data: memoryview, end: int, length: int, found: FoundTags) -> None:
    """Say what ExifTool says of a few bytes behind the end; it reads more of them as chunks."""
    behind = len(data) - end
    if length or behind < 0 or behind >= _HEAD.size:
        raise NotUnderstoodError("an odd end of a PNG, or much behind it")
    if behind:
        found.warn(f"{MINOR}Trailer data after PNG IEND chunk")


def _read_header(walk: _Walk, body: bytes) -> None:
    if len(body) != 13:  # noqa: PLR2004 - the size of IHDR
        raise NotUnderstoodError("an IHDR of another size")
    width, height, depth, colour, compression, method, interlace = struct.unpack(">IIBBBBB", body)
    if colour not in _COLOURS or interlace not in _INTERLACE or compression or method:
        raise NotUnderstoodError("an IHDR with unknown values")
    walk.colour = colour
    for name, value in (
        ("ImageWidth", width),
        ("ImageHeight", height),
        ("BitDepth", depth),
        ("ColorType", _COLOURS[colour]),
        ("Compression", "Deflate/Inflate"),
        ("Filter", "Adaptive"),
        ("Interlace", _INTERLACE[interlace]),
    ):
        walk.found.add("PNG", name, value)


def _read_text(walk: _Walk, body: bytes) -> None:
    keyword, mark, text = body.partition(b"\0")
    if not mark:
        raise NotUnderstoodError("a text chunk without a text")
    _add_latin(walk, keyword, text)


def _read_compressed(walk: _Walk, body: bytes) -> None:
    keyword, mark, rest = body.partition(b"\0")
    if not mark or rest[:1] != b"\0":
        raise NotUnderstoodError("a zTXt chunk of another method")
    _add_latin(walk, keyword, _inflate(walk, rest[1:]))


def _read_international(walk: _Walk, body: bytes) -> None:
    keyword, _, rest = body.partition(b"\0")
    is_compressed, method = rest[:1], rest[1:2]
    parts = rest[2:].split(b"\0", 2)
    if is_compressed not in (b"\0", b"\1") or method != b"\0" or len(parts) != 3:  # noqa: PLR2004
        raise NotUnderstoodError("an iTXt chunk of another form")
    language, _, text = parts
    if language or len(rest) < 4:  # noqa: PLR2004 - ExifTool passes over a shorter one
        raise NotUnderstoodError("a text of a language, which is named by it")
    if is_compressed == b"\1":
        text = _inflate(walk, text)
    if keyword == _XMP:
        read_xmp(text, walk.found)
    else:
        _add_text(walk, keyword, text)


def _inflate(walk: _Walk, data: bytes) -> bytes:
    """Return a whole stream; what is inflated of one file is bounded."""
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, TEXT_CAP - walk.inflated + 1)
    except zlib.error as error:
        raise NotUnderstoodError("a damaged stream") from error
    walk.inflated += len(text)
    if not inflater.eof or walk.inflated > TEXT_CAP:
        raise NotUnderstoodError("a stream without an end, or too long")
    return text


def _add_latin(walk: _Walk, keyword: bytes, text: bytes) -> None:
    if b"\0" in text and not text.isascii():
        walk.found.has_cut_text = True
    _add_text(walk, keyword, from_latin(text))


def _add_text(walk: _Walk, keyword: bytes, text: bytes) -> None:
    name = tag_name(keyword)
    walk.found.add_text("PNG", name, read_date(text) if keyword in DATES else text)


def _read_exif(walk: _Walk, body: bytes) -> None:
    if walk.has_exif or walk.has_manifest:
        raise NotUnderstoodError("a second EXIF, or one beside a manifest")
    walk.has_exif = True
    read_exif(body, walk.found)


def _read_manifest(walk: _Walk, body: bytes) -> None:
    """Read a manifest; ExifTool takes places in it and in EXIF one for the other."""
    if walk.has_manifest or walk.has_exif:
        raise NotUnderstoodError("a second manifest, or one beside EXIF")
    walk.has_manifest = True
    read_manifest(body, walk.found)


def _read_profile(walk: _Walk, body: bytes) -> None:
    name, mark, rest = body.partition(b"\0")
    if walk.has_profile or not mark or rest[:1] != b"\0" or not _NAME.fullmatch(name):
        raise NotUnderstoodError("a second profile, or one of another form")
    walk.has_profile = True
    walk.found.add_text("PNG", "ProfileName", name)
    read_profile(_inflate(walk, rest[1:]), walk.found)


def _read_intent(walk: _Walk, body: bytes) -> None:
    if len(body) != 1 or body[0] >= len(_INTENTS):
        raise NotUnderstoodError("an sRGB chunk of another form")
    walk.found.add("PNG", "SRGBRendering", _INTENTS[body[0]])


def _read_gamma(walk: _Walk, body: bytes) -> None:
    [stored] = _numbers(body, 1)
    if not stored:
        raise NotUnderstoodError("a gamma of nothing")
    walk.found.add_text("PNG", "Gamma", b"%.15g" % (int(1e9 / stored + 0.5) / 1e4))


def _read_chromaticities(walk: _Walk, body: bytes) -> None:
    for name, stored in zip(_CHROMATICITIES, _numbers(body, 8), strict=True):
        walk.found.add_text("PNG", name, b"%.15g" % (stored / 100_000))


def _numbers(body: bytes, count: int) -> tuple[int, ...]:
    if len(body) != 4 * count:
        raise NotUnderstoodError("a chunk of another size")
    return struct.unpack(f">{count}I", body)


def _read_density(walk: _Walk, body: bytes) -> None:
    if len(body) != 9 or body[8] >= len(_UNITS):  # noqa: PLR2004 - the size of pHYs
        raise NotUnderstoodError("a pHYs chunk of another form")
    across, down, unit = struct.unpack(">IIB", body)
    walk.found.add("PNG-pHYs", "PixelsPerUnitX", across)
    walk.found.add("PNG-pHYs", "PixelsPerUnitY", down)
    walk.found.add("PNG-pHYs", "PixelUnits", _UNITS[unit])


def _read_background(walk: _Walk, body: bytes) -> None:
    if len(body) not in (1, 2, 6):
        raise NotUnderstoodError("a bKGD chunk of another size")
    walk.found.add_text("PNG", "BackgroundColor", _spaced(body, wide=len(body) > 1))


def _read_palette(walk: _Walk, body: bytes) -> None:
    if not body:
        raise NotUnderstoodError("a palette without colours")
    if len(body) <= 3:  # noqa: PLR2004 - a single colour is written as numbers
        walk.found.add_text("PNG", "Palette", _spaced(body, wide=False))
    else:
        walk.found.add_binary("PNG", "Palette", body)


def _read_transparency(walk: _Walk, body: bytes) -> None:
    is_palette = walk.colour == 3  # noqa: PLR2004 - a byte for each colour of the palette
    if not body or (not is_palette and len(body) not in (2, 6)):
        raise NotUnderstoodError("a tRNS chunk of another size")
    if len(body) <= 6:  # noqa: PLR2004 - as many as one colour has
        walk.found.add_text("PNG", "Transparency", _spaced(body, wide=not is_palette))
    else:
        walk.found.add_binary("PNG", "Transparency", body)


def _read_time(walk: _Walk, body: bytes) -> None:
    if len(body) != 7:  # noqa: PLR2004 - the size of tIME
        raise NotUnderstoodError("a tIME chunk of another size")
    text = b"%04d:%02d:%02d %02d:%02d:%02d" % struct.unpack(">H5B", body)
    walk.found.add_text("PNG", "ModifyDate", text)


def _spaced(body: bytes, *, wide: bool) -> bytes:
    numbers = struct.unpack(f">{len(body) // 2}H", body) if wide else tuple(body)
    return b" ".join(b"%d" % number for number in numbers)


_CHUNKS: dict[bytes, Callable[[_Walk, bytes], None]] = {
    b"IHDR": _read_header,
    b"tEXt": _read_text,
    b"zTXt": _read_compressed,
    b"iTXt": _read_international,
    b"eXIf": _read_exif,
    b"sRGB": _read_intent,
    b"gAMA": _read_gamma,
    b"cHRM": _read_chromaticities,
    b"pHYs": _read_density,
    b"bKGD": _read_background,
    b"PLTE": _read_palette,
    b"tRNS": _read_transparency,
    b"tIME": _read_time,
    b"iCCP": _read_profile,
    b"caBX": _read_manifest,
}
"""Every chunk that is understood, besides pixels and the end."""
