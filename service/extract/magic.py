"""What kind of file it is, told by its first bytes and never by its name (6 of 283 real files bear a wrong one).

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
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})


def kind(head: bytes) -> str | None:
    """Return the MIME type of a file that starts with ``head``, or None where it is not of a kind we read."""
    for start, mime_type in _STARTS:
        if head.startswith(start):
            return mime_type
    return next((found for look in _LOOKS if (found := look(head))), None)


def _riff(head: bytes) -> str | None:
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _iso_media(head: bytes) -> str | None:
    if head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    if head[4:8] != b"ftyp" or head[8:12] in _AUDIO:
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    known = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    if brands[0] not in _BRANDS:
        return next((mime for mime in known if mime == "image/avif"), "video/mp4")
    exact = [mime for mime in known if mime not in _VAGUE and mime.startswith("image/")]
    return exact[0] if exact and known[0] in _VAGUE else known[0]


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


def webp_alpha(head: bytes) -> bool:
    """Return whether a WebP that starts with ``head`` says that it has an alpha channel."""
    if head[12:16] == b"VP8X":
        return bool(head[20] & 0x10) if len(head) > 20 else False  # noqa: PLR2004 - the flags byte
    if head[12:16] == b"VP8L":
        return bool(head[24] & 0x10) if len(head) > 24 else False  # noqa: PLR2004 - bit 28 of the header
    return False
