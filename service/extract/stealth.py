"""Texts hidden in the lowest bits of the pixels, which ExifTool cannot see.

NovelAI and the "stealth pnginfo" extensions write them.

The pixels run column by column. The bits spell one of four 15-byte marks, then the length of the
payload in bits (32 bits, big-endian), then the payload: UTF-8, gzipped where the mark ends in
``comp``. ``pnginfo`` and ``pngcomp`` use one bit a pixel, of alpha; ``rgbinfo`` and ``rgbcomp``
three: red, green, blue.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from service.extract import magic_numbers
from service.extract.signatures import Signature
from service.light_dataclasses import dataclass
from service.records.json_values import JsonValue

if TYPE_CHECKING:
    from PIL import Image

ALPHA_MARKS = (b"stealth_pnginfo", b"stealth_pngcomp")
RGB_MARKS = (b"stealth_rgbinfo", b"stealth_rgbcomp")
MARK_BITS = 15 * 8
HEADER_BITS = MARK_BITS + 32

PIXEL_CAP = 48 * 1024 * 1024
"""Pixels, 8192 by 6144: the reading of any PNG takes less than 300 MiB (250 were measured)."""
WEBP_PIXEL_CAP = 12 * 1024 * 1024
"""The same of a WebP, whose decoder takes 16 bytes a pixel in place of Pillow's 4."""
_STRIP = 1024 * 1024
"""Pixels that are looked at in one go, so that nothing is copied whole."""
TEXT_CAP = 16 * 1024 * 1024
"""Bytes, inflated."""

_LOOK_ROWS = 16
"""So many bits of alpha tell the marks from chance: of images of mere noise, one in 65,536 is
decoded in vain. Twice the rows would take twice as long to inflate."""

_SAMPLES = {2: 3, 6: 4}
"""PNG colour type → samples a pixel: RGB and RGBA, the kinds in which texts are hidden."""

MAX_WIDTH = 65_535
"""Pixels; a wider row would cost more than the look is worth."""

_UP, _AVERAGE, _PAETH = 2, 3, 4

_TELLING_LENGTH = 30
"""Characters. Shorter texts are titles and programs' names, which do not tell how an image was
made."""
_PLACES_OF_TEXTS = (
    "ExifIFD:UserComment",
    "IFD0:ImageDescription",
    "IFD0:Make",
    "IFD0:Model",
    "XMP-dc:Description",
)
"""Besides all that a PNG says."""

_UNDECODABLE = (
    OSError,
    ValueError,
    SyntaxError,
)
"""What Pillow raises over broken images."""

_LOWEST = bytes(0x30 | (byte & 1) for byte in range(256))
"""Byte → its lowest bit as the digit ``0`` or ``1``."""


def may_hide_text(signature: Signature, tags: Mapping[str, JsonValue]) -> bool:
    """Return whether the kind of file can hide a text, and no tag tells how it was made."""
    is_webp_with_alpha = signature.mime_type == "image/webp" and signature.has_alpha
    if signature.mime_type != "image/png" and not is_webp_with_alpha:
        return False
    return not any(_is_telling(name, value) for name, value in tags.items())


def _is_telling(name: str, value: JsonValue) -> bool:
    is_place_of_texts = name.startswith("PNG:") or name in _PLACES_OF_TEXTS
    return is_place_of_texts and isinstance(value, str) and len(value) >= _TELLING_LENGTH


def hidden_texts(location: Path, signature: Signature) -> dict[str, JsonValue]:
    """Return the hidden texts, if there are any, as tags ``Stealth:Alpha`` and ``Stealth:Rgb``."""
    try:
        if signature.mime_type == "image/png" and not _begins_with_mark(location):
            return {}
        cap = PIXEL_CAP if signature.mime_type == "image/png" else WEBP_PIXEL_CAP
        found = _read_pixels(location, cap)
    except _UNDECODABLE:
        return {}  # what Pillow cannot decode, nobody could hide a readable text in
    return {name: text for name, text in found.items() if text}


def _read_pixels(location: Path, cap: int) -> dict[str, str | None]:
    """Return what both planes say of an image of at most so many pixels."""
    from PIL import Image  # noqa: PLC0415  costs each start 10 ms, and hardly any image needs it

    try:
        with Image.open(location) as image:
            return _read_planes(image) if image.width * image.height <= cap else {}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(str(error)) from error


def _begins_with_mark(location: Path) -> bool:
    """Return whether the first column of a PNG begins like a mark.

    So hardly any image need be decoded.
    """
    with location.open("rb") as file:
        png = read_shape(file)
        if png is None or png.width * png.height > PIXEL_CAP:
            return False
        column = read_first_column(file, png, _LOOK_ROWS)
    pixels = [column[at : at + png.samples] for at in range(0, len(column), png.samples)]
    alpha = b"".join(pixel[3:] for pixel in pixels)
    colours = b"".join(pixel[:3] for pixel in pixels)
    return _fits_mark(alpha, ALPHA_MARKS[0]) or _fits_mark(colours, RGB_MARKS[0])


def _fits_mark(samples: bytes, mark: bytes) -> bool:
    """Return whether the lowest bits agree with the mark as far as both go.

    The ``info`` and ``comp`` marks differ only behind that.
    """
    bits = samples.translate(_LOWEST)[: 11 * 8]
    return bool(bits) and _to_digits(mark).startswith(bits)


def _to_digits(data: bytes) -> bytes:
    return f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}".encode()


def _read_planes(image: "Image.Image") -> dict[str, str | None]:
    found = {}
    if image.mode == "RGBA":
        found["Stealth:Alpha"] = _read_text(image, ALPHA_MARKS, 1)
    if image.mode in ("RGB", "RGBA"):
        found["Stealth:Rgb"] = _read_text(image, RGB_MARKS, 3)
    return found


def _read_text(image: "Image.Image", marks: tuple[bytes, bytes], samples: int) -> str | None:
    capacity = image.width * image.height * samples
    if capacity <= HEADER_BITS:
        return None
    header = _lowest_bits(image, HEADER_BITS, samples)
    mark, length = header[:15], int.from_bytes(header[15:], "big")
    if mark not in marks or not 0 < length <= min(capacity - HEADER_BITS, TEXT_CAP * 8):
        return None
    payload = _lowest_bits(image, HEADER_BITS + length, samples)[len(header) :]
    return _decode(payload, compressed=mark.endswith(b"comp"))


def _lowest_bits(image: "Image.Image", count: int, samples: int) -> bytes:
    """Return the lowest bits of the first ``count`` samples, column by column, as whole bytes."""
    packed = bytearray()
    rest = b""
    for digits in _digits(image, samples):
        wanted = count - len(packed) * 8
        rest = (rest + digits)[:wanted]
        whole = len(rest) // 8
        packed += int(rest[: whole * 8] or b"0", 2).to_bytes(whole, "big")
        if len(rest) == wanted:
            break
        rest = rest[whole * 8 :]
    return bytes(packed)


def _digits(image: "Image.Image", samples: int) -> Iterator[bytes]:
    """Yield the lowest bits of all samples, column by column, as digits, a strip at a time."""
    from PIL.Image import Transpose  # noqa: PLC0415  as above

    columns = max(1, _STRIP // image.height)
    for left in range(0, image.width, columns):
        strip = image.crop((left, 0, min(left + columns, image.width), image.height))
        plane = strip.getchannel("A") if samples == 1 else strip.convert("RGB")
        yield plane.transpose(Transpose.TRANSPOSE).tobytes().translate(_LOWEST)


def _decode(payload: bytes, *, compressed: bool) -> str | None:
    try:
        if compressed:
            inflater = zlib.decompressobj(wbits=31)
            payload = inflater.decompress(payload, TEXT_CAP)
            if not inflater.eof:
                return None
        return payload.decode("utf-8")
    except (zlib.error, UnicodeDecodeError):
        return None


@dataclass(frozen=True, slots=True)
class PngShape:
    """What a PNG's IHDR says, where its pixels are 8-bit RGB or RGBA and not interlaced."""

    width: int
    height: int
    samples: int
    """A pixel: 3 or 4."""


def read_shape(file: BinaryIO) -> PngShape | None:
    """Return the shape of the PNG that ``file`` begins with; None where it hides no text."""
    head = file.read(33)
    is_whole = len(head) == 33  # noqa: PLR2004 - the end of IHDR
    if not is_whole or not head.startswith(magic_numbers.PNG) or head[12:16] != b"IHDR":
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head[16:29])
    hides_texts = depth == 8 and colour in _SAMPLES and not interlaced  # noqa: PLR2004
    if not hides_texts or not 0 < width <= MAX_WIDTH or not height:
        return None
    return PngShape(width, height, _SAMPLES[colour])


def read_first_column(file: BinaryIO, png: PngShape, rows: int) -> bytes:
    """Return the samples of the first pixel of up to ``rows`` rows; ``file`` is behind its IHDR.

    In column 0 the left neighbours that a row's filter refers to are zero, so its pixels can be had
    from the inflated rows without undoing any other pixel: a few milliseconds instead of a whole
    decode.
    """
    stride = 1 + png.width * png.samples
    data = BytesIO(_inflate(file, stride * min(rows, png.height)))
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


def _inflate(file: BinaryIO, size: int) -> bytes:
    inflater = zlib.decompressobj()
    found = bytearray()
    for data in _image_pieces(file):
        try:
            found += inflater.decompress(data, size - len(found))
        except zlib.error:
            break
        if len(found) >= size:
            break
    return bytes(found)


def _image_pieces(file: BinaryIO) -> Iterator[bytes]:
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 - length and type
        length = int.from_bytes(head[:4], "big")
        if head[4:] == b"IDAT":
            # A single IDAT may hold the whole image: no more of it is read than is needed.
            for at in range(0, length, 1 << 16):
                yield file.read(min(1 << 16, length - at))
            file.seek(4, 1)
        elif head[4:] == b"IEND":
            return
        else:
            file.seek(length + 4, 1)
