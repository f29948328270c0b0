"""What kind of file it is, told by its first bytes and never by its name.

Of 283 real files 6 have a wrong name.

Only kinds listed here are ever shown to ExifTool, so its readers of executables, documents and
archives, where most of its security faults were, cannot be reached.
"""

from collections.abc import Callable

HEAD = 4096
"""Bytes that suffice to tell the kind."""

PNG = b"\x89PNG\r\n\x1a\n"

_STARTS = (
    (PNG, "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xff\x0a", "image/jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00\x08\x00\x00\x00", "image/tiff"),
    (b"MM\x00+\x00\x08\x00\x00", "image/tiff"),
    (b"glTF\x02\x00\x00\x00", "model/gltf-binary"),
)

_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"hevx": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    b"qt  ": "video/quicktime",
}
_VAGUE = frozenset({"image/heif"})
"""``mif1`` is the major brand of many AVIF files, whose second brand then says ``avif``."""

_AUDIO = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "})
_OLD_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"pnot"})
_EBML = b"\x1a\x45\xdf\xa3"
_WEBP_FLAGS = {b"VP8X": 20, b"VP8L": 24}
"""First chunk → the byte whose bit 4 says alpha: the flags, and bit 28 of the lossless header."""
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})


def kind_of(head: bytes) -> str | None:
    """Return the MIME type of a file that starts with ``head``, None for a kind we do not read."""
    for start, mime_type in _STARTS:
        if head.startswith(start):
            return mime_type
    for look in _LOOKS:
        if found := look(head):
            return found
    return None


def _riff(head: bytes) -> str | None:
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _iso_media(head: bytes) -> str | None:
    if head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    brands = _read_brands(head)
    if not brands or brands[0] in _AUDIO:
        return None
    known = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    if brands[0] not in _BRANDS:
        return "image/avif" if "image/avif" in known else "video/mp4"
    return _exact_image(known) if known[0] in _VAGUE else known[0]


def _read_brands(head: bytes) -> list[bytes]:
    """Return the major brand and the compatible ones; none where this is no ISO media file."""
    if head[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]


def _exact_image(known: list[str]) -> str:
    """Return the first kind that says more than a vague major brand, or else the major brand's."""
    for mime_type in known:
        if mime_type.startswith("image/") and mime_type not in _VAGUE:
            return mime_type
    return known[0]


def _matroska(head: bytes) -> str | None:
    if not head.startswith(_EBML):
        return None
    if b"webm" in head[:64]:
        return "video/webm"
    return "video/x-matroska" if b"matroska" in head[:64] else None


def _bitmap(head: bytes) -> str | None:
    header = int.from_bytes(head[14:18], "little")
    return "image/bmp" if head[:2] == b"BM" and header in _BMP_HEADERS else None


_LOOKS: tuple[Callable[[bytes], str | None], ...] = (_riff, _iso_media, _matroska, _bitmap)


def has_webp_alpha(head: bytes) -> bool:
    """Return whether a WebP that starts with ``head`` says that it has an alpha channel."""
    flags = _WEBP_FLAGS.get(head[12:16])
    return flags is not None and len(head) > flags and bool(head[flags] & 0x10)
