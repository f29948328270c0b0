"""PNG, JPEG and WebP files put together from parts, sound ones and odd ones, for comparisons."""

import struct
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hypothesis import strategies as st

KEYWORDS = (
    *("parameters", "prompt", "workflow", "Comment", "comment", "Title", "Software", "Seed"),
    *(
        "seed",
        "negative prompt",
        "Creation Time",
        "CreationTime",
        "creation Time",
        "creation time",
        "create-date",
        "Warning",
    ),
    *("Raw profile type exif", "FileName", "filename", "NOTES", "PRIORITY", "a", "1", "x", "X Y z"),
    *("ImageWidth", "ColorType", "sd-metadata", "MIMEType", "Error", "XML:com.adobe.xmp", "URL"),
    *("Image Width", " lead", "trail ", "a  b", "dash-ed", "_x", "9lives", "Directory", "AI", "T_"),
)
VALUES = (
    *(b"", b"30", b"30\n", b"030", b"-0", b"-7", b"1.50", b"1e5", b"1E5", b"1e999", b"1.", b".5"),
    *(
        b"123456789012345",
        b"1234567890123456",
        b"18446744073709551615",
        b"true",
        b"False",
        b"TRUE\n",
    ),
    *(
        b"a cat\nSteps: 20, Seed: 1",
        b'{"3": {"class_type": "KSampler"}}',
        b"tab\there \x01\x1f\x7f",
    ),
    *("été \u2019 猫 🐈".encode(), "naïve".encode("latin-1"), b"\x80\x81\x9f\xff", b"nul\0in it"),
    *(
        b"\xe9 nul\0behind",
        "\ufffe".encode("utf-8", "surrogatepass"),
        b"\xed\xa0\x80",
        b'\\"quoted\\',
    ),
    *(
        b"Mon, 1 Jan 2024 12:10:22 EST",
        b"2024-01-02T03:04:05",
        b"Tue, 04 Mar 2025 10:11:12 GMT",
        b"Tue, 4 May 0000 10:11:12 -0730",
        b"blanks   ",
        b"blanks  \n",
        b"\0\0",
    ),
)
texts = st.one_of(
    st.sampled_from(VALUES),
    st.binary(max_size=24),
    st.text(max_size=12).map(lambda text: text.encode("utf-8", "replace")),
)
keywords = st.one_of(
    st.sampled_from(KEYWORDS).map(str.encode),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=8).map(
        str.encode
    ),
)

Part = tuple[bytes, bytes]


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a PNG's chunk."""
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def png(
    before: Sequence[Part], after: Sequence[Part] = (), behind: bytes = b"", **head: int
) -> bytes:
    """Return a PNG with these chunks before and after its pixels, and bytes behind its end."""
    colour = head.get("colour", 2)
    header = struct.pack(">IIBBBBB", 8, 9, head.get("depth", 8), colour, 0, 0, head.get("adam", 0))
    parts = [(b"IHDR", header), *before, (b"IDAT", zlib.compress(bytes(8))), *after, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts) + behind


def segment(marker: int, body: bytes) -> bytes:
    """Return a JPEG's segment."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(parts: Sequence[tuple[int, bytes]], behind: bytes = b"") -> bytes:
    """Return a JPEG with these segments before its scan, and bytes behind its end."""
    scan = segment(0xDA, b"\1\1\0\0?\0") + b"\x12\x34" * 20
    return b"\xff\xd8" + b"".join(segment(*part) for part in parts) + scan + b"\xff\xd9" + behind


def webp(parts: Sequence[Part], behind: bytes = b"") -> bytes:
    """Return a WebP of these chunks, and bytes behind it."""
    body = b"WEBP"
    for kind, data in parts:
        body += kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body + behind


Entry = tuple[int, int, bytes]
"""A tag of EXIF, the form of its value, and the value's bytes."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}


def exif(
    first: Sequence[Entry],
    inner: Sequence[Entry] = (),
    order: str = "<",
    following: int = 0,
    into: int = 0x8769,
) -> bytes:
    """Return EXIF with these tags, and with these in its EXIF directory if there are any.

    ``into`` may be the tag of another directory.
    """
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = [*first, *([(into, 4, b"")] if inner else [])]
    data_at = 8 + 2 + 12 * len(entries) + 4
    directory, data = _directory(entries, data_at, order)
    inner_at = data_at + len(data)
    if inner:
        entries[-1] = (into, 4, struct.pack(order + "I", inner_at))
        directory, data = _directory(entries, data_at, order)
        inner_at = data_at + len(data)
        entries[-1] = (into, 4, struct.pack(order + "I", inner_at))
        directory, data = _directory(entries, data_at, order)
    block = (
        mark + struct.pack(order + "I", 8) + directory + struct.pack(order + "I", following) + data
    )
    if inner:
        inside, values = _directory(inner, inner_at + 2 + 12 * len(inner) + 4, order)
        block += inside + bytes(4) + values
    return block


def _directory(entries: Sequence[Entry], data_at: int, order: str) -> tuple[bytes, bytes]:
    directory, data = struct.pack(order + "H", len(entries)), b""
    for tag, form, value in entries:
        count = len(value) // _SIZES.get(form, 1)
        place = value.ljust(4, b"\0")
        if len(value) > 4:
            place = struct.pack(order + "I", data_at + len(data))
            data += value + b"\0" * (len(value) % 2)
        directory += struct.pack(order + "HHI", tag, form, count) + place
    return directory, data


def xmp(properties: bytes, toolkit: bytes = b"XMP Core 6.0.0") -> bytes:
    """Return XMP as Draw Things writes it, with these properties."""
    names = {b"dc": b"purl.org/dc/elements/1.1/"}
    names |= {b"xmp": b"ns.adobe.com/xap/1.0/", b"exif": b"ns.adobe.com/exif/1.0/"}
    spaces = b"".join(b'\n  xmlns:%s="http://%s"' % each for each in names.items())
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="' + toolkit + b'">\n'
        b' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        b'  <rdf:Description rdf:about=""'
        + spaces
        + b">\n"
        + properties
        + b"  </rdf:Description>\n"
        b" </rdf:RDF>\n</x:xmpmeta>\n"
    )


def alternative(name: bytes, text: bytes) -> bytes:
    """Return a property of XMP whose text is that of the default language."""
    item = b'<rdf:li xml:lang="x-default">' + text + b"</rdf:li>"
    return b"<%s>\n <rdf:Alt>\n  %s\n </rdf:Alt>\n</%s>\n" % (name, item, name)


def zeros_squeezed(size: int) -> bytes:
    """Return a bomb: so many zeros in a thousandth of the bytes, made in little memory."""
    squeezed = zlib.compressobj()
    parts = [squeezed.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join([*parts, squeezed.flush()])


@contextmanager
def measured_memory() -> Iterator[Callable[[], int]]:
    """Give what returns the most bytes that Python has held since the beginning."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
