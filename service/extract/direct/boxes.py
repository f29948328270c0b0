"""Boxes of ISO media files (ISO 14496-12): a length, a kind, a content, in which may be boxes."""

import struct
from collections.abc import Iterator

from service.extract.direct.found_tags import FoundTags, NotUnderstoodError
from service.light_patterns import light_pattern

_HEAD = struct.Struct(">I4s")
_BRAND = light_pattern(rb"[A-Za-z][A-Za-z0-9]{2}[A-Za-z0-9 ]")
_MINOR = struct.Struct(">HBB")
_BRANDS_AT = 8
_EXIF = b"Exif\0\0"
_MOST_BOXES = 1_000

Box = tuple[bytes, int, int]
"""Its kind, where its content begins, and where it ends."""


def boxes_of(data: memoryview, at: int, end: int) -> Iterator[Box]:
    """Yield each box between two places; they fill what is between them.

    Raises NotUnderstoodError where one is empty, reaches over the end, or states its length in
    another way.
    """
    for _ in range(_MOST_BOXES):
        if at == end:
            return
        if end - at <= _HEAD.size:
            break
        size, kind = _HEAD.unpack_from(data, at)
        if size <= _HEAD.size or at + size > end:
            break
        yield kind, at + _HEAD.size, at + size
        at += size
    raise NotUnderstoodError("a box that is cut off, of another form, or too many")


def read_brands(group: str, word: str, body: bytes, found: FoundTags) -> None:
    """Find the tags of a ``ftyp`` box, whose first brand is called by this word."""
    brands = [body[at : at + 4] for at in range(_BRANDS_AT, len(body), 4)]
    if not brands or not all(map(_BRAND.fullmatch, brands)) or b"true" in map(bytes.lower, brands):
        raise NotUnderstoodError("brands of another form")
    minor = "{:x}.{:x}.{:x}".format(*_MINOR.unpack_from(body, 4))
    found.add(group, "MajorBrand", word)
    found.add(group, "MinorVersion", minor)
    found.add(group, "CompatibleBrands", [brand.decode() for brand in brands])


def exif_of(body: bytes) -> bytes:
    """Return the block of an EXIF box or item, which says how far in it begins."""
    start = int.from_bytes(body[:4], "big")
    if len(body) <= 4 or start not in (0, len(_EXIF)) or body[4 : 4 + start] != _EXIF[:start]:  # noqa: PLR2004
        raise NotUnderstoodError("EXIF behind a head of another form")
    return body[4 + start :]
