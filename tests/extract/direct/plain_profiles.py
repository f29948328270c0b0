"""Colour profiles put together from tags, for comparisons and limits."""

import struct
from collections.abc import Sequence

Tag = tuple[bytes, bytes]
"""The name of a tag, and its value with the value's type."""


def profile(tags: Sequence[Tag], **head: bytes) -> bytes:
    """Return a profile of these tags; ``head`` has other bytes of its head by ``at`` places."""
    data_at = 128 + 4 + 12 * len(tags)
    entries, data = b"", b""
    for name, value in tags:
        entries += struct.pack(">4sII", name, data_at + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    header = bytearray(128)
    header[0:4] = struct.pack(">I", data_at + len(data))
    for at, stored in {**HEAD, **{int(at[2:]): each for at, each in head.items()}}.items():
        header[at : at + len(stored)] = stored
    return bytes(header) + struct.pack(">I", len(tags)) + entries + data


HEAD = {
    4: b"lcms",
    8: b"\x04\x40\0\0",
    12: b"mntrRGB XYZ ",
    24: struct.pack(">6H", 2023, 9, 2, 8, 24, 55),
    36: b"acspAPPL",
    68: struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D),
    80: b"lcms",
}
"""That of a profile of Little CMS, by places."""


def text(words: bytes) -> bytes:
    """Return a plain text."""
    return b"text\0\0\0\0" + words + b"\0"


def described(words: bytes) -> bytes:
    """Return a description as profiles of version 2 have it."""
    return b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words + bytes(79)


def languages(*texts: tuple[bytes, str]) -> bytes:
    """Return a text in several languages, each called like ``enUS``."""
    at = 16 + 12 * len(texts)
    records, data = b"", b""
    for language, words in texts:
        wide = words.encode("utf-16-be", "surrogatepass")
        records += struct.pack(">4sII", language, len(wide), at + len(data))
        data += wide
    return b"mluc\0\0\0\0" + struct.pack(">II", len(texts), 12) + records + data


def colour(*numbers: int) -> bytes:
    """Return a colour of three numbers of fixed point."""
    return b"XYZ \0\0\0\0" + struct.pack(">3I", *numbers)


SRGB: tuple[Tag, ...] = (
    (b"desc", languages((b"enUS", "sRGB"))),
    (b"cprt", text(b"Public Domain")),
    (b"wtpt", colour(0xF6D6, 0x10000, 0xD32D)),
    (b"rXYZ", colour(0x6FA2, 0x38F5, 0x0390)),
    (b"chad", b"sf32\0\0\0\0" + struct.pack(">9i", *range(-40_000, 50_000, 10_000))),
    (b"rTRC", b"para\0\0\0\0\0\3\0\0" + bytes(20)),
    (b"chrm", b"chrm\0\0\0\0\0\3\0\0" + struct.pack(">6I", *range(0, 60_000, 10_000))),
    (b"tech", b"sig \0\0\0\0CRT "),
    (b"lumi", colour(0, 5_000_000, 0)),
    (b"meas", b"meas\0\0\0\0" + struct.pack(">I3IIII", 1, 0, 0, 0, 0, 655, 2)),
    (b"view", b"view\0\0\0\0" + struct.pack(">3I3II", 1_200_000, 1_300_000, 9, 8, 7, 6, 1)),
)
"""Tags of a display, of every kind that is read."""
