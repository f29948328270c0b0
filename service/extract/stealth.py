"""Texts hidden in the lowest bits of the pixels (NovelAI, the "stealth pnginfo" extensions), which ExifTool cannot see.

The pixels run column by column. The bits spell one of four 15-byte marks, then the length of the
payload in bits (32 bits, big-endian), then the payload: UTF-8, gzipped where the mark ends in
``comp``. ``pnginfo`` and ``pngcomp`` use one bit a pixel, of alpha; ``rgbinfo`` and ``rgbcomp``
three: red, green, blue.
"""

import zlib
from collections.abc import Mapping
from pathlib import Path

from PIL import Image
from pydantic import JsonValue

from service.extract.png_column import first_column, shape
from service.extract.signatures import Signature

ALPHA_MARKS = (b"stealth_pnginfo", b"stealth_pngcomp")
RGB_MARKS = (b"stealth_rgbinfo", b"stealth_rgbcomp")
MARK_BITS = 15 * 8
HEADER_BITS = MARK_BITS + 32

PIXEL_CAP = 64 * 1024 * 1024
TEXT_CAP = 16 * 1024 * 1024
"""Bytes, inflated."""

_LOOK_ROWS = 32
"""So many bits of alpha tell the marks from chance.

120 rows would take four times as long to inflate.
"""

_SAID = 30
"""Characters.

Shorter texts are titles and programs' names, which do not tell how an image was made.
"""
_TELLING = (
    "ExifIFD:UserComment",
    "IFD0:ImageDescription",
    "IFD0:Make",
    "IFD0:Model",
    "XMP-dc:Description",
)

_LOWEST = bytes(0x30 | (byte & 1) for byte in range(256))
"""Byte → its lowest bit as the digit ``0`` or ``1``."""


def wanted(signature: Signature, tags: Mapping[str, JsonValue]) -> bool:
    """Return whether pixels should be searched.

    The kind can hide a text, and no tag tells how it was made.
    """
    if signature.mime_type != "image/png" and not (
        signature.mime_type == "image/webp" and signature.has_alpha
    ):
        return False
    return not any(_tells(name, value) for name, value in tags.items())


def _tells(name: str, value: JsonValue) -> bool:
    placed = name.startswith("PNG:") or name in _TELLING
    return placed and isinstance(value, str) and len(value) >= _SAID


def texts(location: Path, signature: Signature) -> dict[str, JsonValue]:
    """Return the hidden texts as tags (``Stealth:Alpha``, ``Stealth:Rgb``).

    Nothing where the image hides none.
    """
    try:
        if signature.mime_type == "image/png" and not _marked(location):
            return {}
        with Image.open(location) as image:
            found = _read(image) if image.width * image.height <= PIXEL_CAP else {}
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return {}  # what Pillow cannot decode, nobody could hide a readable text in
    return {name: text for name, text in found.items() if text}


def _marked(location: Path) -> bool:
    """Return whether the first column of a PNG begins like a mark, so that hardly any image need be decoded."""
    with location.open("rb") as file:
        png = shape(file)
        if png is None or png.width * png.height > PIXEL_CAP:
            return False
        column = first_column(file, png, _LOOK_ROWS)
    pixels = [column[at : at + png.samples] for at in range(0, len(column), png.samples)]
    alpha = b"".join(pixel[3:] for pixel in pixels)
    colours = b"".join(pixel[:3] for pixel in pixels)
    return _begins(alpha, ALPHA_MARKS[0]) or _begins(colours, RGB_MARKS[0])


def _begins(samples: bytes, mark: bytes) -> bool:
    """Return whether the lowest bits agree with the mark as far as both go.

    ``info`` and ``comp`` marks differ late.
    """
    bits = samples.translate(_LOWEST)[: 11 * 8]
    return bool(bits) and _bits(mark).startswith(bits)


def _bits(data: bytes) -> bytes:
    return f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}".encode()


def _read(image: Image.Image) -> dict[str, str | None]:
    return {
        "Stealth:Alpha": _text(image.getchannel("A"), ALPHA_MARKS, 1)
        if image.mode == "RGBA"
        else None,
        "Stealth:Rgb": _text(image.convert("RGB"), RGB_MARKS, 3)
        if image.mode in ("RGB", "RGBA")
        else None,
    }


def _text(plane: Image.Image, marks: tuple[bytes, bytes], samples: int) -> str | None:
    capacity = plane.width * plane.height * samples
    if capacity <= HEADER_BITS:
        return None
    header = _packed(_digits(plane, HEADER_BITS, samples))
    mark, length = header[:15], int.from_bytes(header[15:], "big")
    if mark not in marks or not 0 < length <= min(capacity - HEADER_BITS, TEXT_CAP * 8):
        return None
    payload = _packed(_digits(plane, HEADER_BITS + length, samples)[HEADER_BITS:])
    return _decoded(payload, compressed=mark.endswith(b"comp"))


def _digits(plane: Image.Image, count: int, samples: int) -> bytes:
    """Return the lowest bits of the first ``count`` samples, column by column, as digits."""
    columns = -(-count // (samples * plane.height))
    turned = plane.crop((0, 0, columns, plane.height)).transpose(Image.Transpose.TRANSPOSE)
    return turned.tobytes()[:count].translate(_LOWEST)


def _packed(digits: bytes) -> bytes:
    whole = len(digits) // 8
    return int(digits[: whole * 8] or b"0", 2).to_bytes(whole, "big")


def _decoded(payload: bytes, *, compressed: bool) -> str | None:
    try:
        if compressed:
            inflater = zlib.decompressobj(wbits=31)
            payload = inflater.decompress(payload, TEXT_CAP)
            if not inflater.eof:
                return None
        return payload.decode("utf-8")
    except (zlib.error, UnicodeDecodeError):
        return None
