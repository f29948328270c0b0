"""What costs ExifTool far more than its bytes is counted and refused before ExifTool sees it."""

import hashlib
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from growth import find_steep
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from service.errors import BadFileError
from service.extract.direct.found_tags import TESTED
from service.extract.direct.reading import DirectReader
from service.extract.png_chunks import ChunkScan
from service.extract.signatures import inspect
from service.extract.structure_checks import (
    MAX_DIRECTORIES,
    MAX_PARTS,
    MAX_XMP_DEPTH,
    MAX_XMP_ELEMENTS,
    SMALL_CHUNK,
    XMP_CAP,
    SegmentScan,
    XmpScan,
)

Png = Callable[..., bytes]
Chunk = Callable[[bytes, bytes], bytes]

COMMENT = b"\xff\xfe\0\x0acomment\0"


def packet(inside: str) -> bytes:
    """Return an XMP packet."""
    return f'<x:xmpmeta><rdf:RDF xmlns:rdf="a">{inside}</rdf:RDF></x:xmpmeta>'.encode()


def nested(depth: int) -> bytes:
    """Return a packet whose elements are nested so deep, its outermost one counted."""
    return packet("<dc:a>" * (depth - 1) + "a fox" + "</dc:a>" * (depth - 1))


def elements(count: int) -> bytes:
    """Return a packet with so many elements, its outermost one counted."""
    return packet("<dc:a>fox</dc:a>" * (count - 1))


def feed(scan: XmpScan | SegmentScan, data: bytes, size: int) -> None:
    """Give a scan the bytes in pieces."""
    for at in range(0, len(data), size):
        scan.feed(memoryview(data)[at : at + size])


REFUSED = {
    "deep": (nested(MAX_XMP_DEPTH + 1), "its XMP is nested deeper than 200 elements"),
    "unclosed": (packet("<dc:a>" * 300), "its XMP is nested deeper than 200 elements"),
    "wide": (elements(MAX_XMP_ELEMENTS + 1), "its XMP has more than 10,000 elements"),
    "long": (packet("a" * XMP_CAP), "its XMP has more than 16 MiB"),
}
TAKEN = {
    "deep": nested(MAX_XMP_DEPTH),
    "wide": elements(MAX_XMP_ELEMENTS),
    "entries": packet("<rdf:li>fox</rdf:li>" * (MAX_XMP_ELEMENTS * 2)),
    "twice": nested(MAX_XMP_DEPTH) * 2,
    "alone": packet("<a/>" * 5000),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("size", [7, 500_000, 100_000_000])
def test_xmp_with_too_much_is_refused(name: str, size: int) -> None:
    data, complaint = REFUSED[name]
    if len(data) / size > 1_000_000:
        size = 500
    with pytest.raises(BadFileError) as caught:
        feed(XmpScan(), data, size)
    assert str(caught.value) == complaint


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize("size", [7, 500_000])
def test_xmp_with_as_much_as_may_be_is_taken(name: str, size: int) -> None:
    feed(XmpScan(), TAKEN[name], size)


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "TIFF", "PNG"])
def test_xmp_is_counted_in_every_kind_of_image(tmp_path: Path, form: str, png: Png) -> None:
    data = saved(form, nested(MAX_XMP_DEPTH + 1), png)
    place = tmp_path / "image"
    place.write_bytes(data)
    with pytest.raises(BadFileError, match="nested deeper"):
        inspect(place, len(data))


def saved(form: str, xmp: bytes, png: Png) -> bytes:
    """Return an image of a kind with this XMP, in a PNG compressed."""
    if form == "PNG":
        return png((b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp)))
    target = BytesIO()
    if form == "TIFF":
        Image.new("RGB", (2, 2)).save(target, form, tiffinfo={700: xmp})
    else:
        Image.new("RGB", (2, 2)).save(target, form, xmp=xmp)
    return target.getvalue()


@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=6))
def test_the_scans_take_any_bytes_in_any_pieces(data: bytes, cuts: list[int]) -> None:
    xmp, segments = XmpScan(), SegmentScan()
    for start, end in pairwise([0, *sorted(cuts), len(data)]):
        xmp.feed(memoryview(data)[start:end])
        segments.feed(memoryview(data)[start:end])


@pytest.mark.parametrize(
    "text",
    [
        "a drawing <rdf:RDF of a fox",
        '<x:xmpmeta><rdf:RDF xmlns:rdf="a"/></x:xmpmeta>',
        "<x:xmpmeta><rdf:RDF><dc:a>fox</dc:a></rdf:RDF ></x:xmpmeta>",
        '{"text": "<rdf:RDF><\\/rdf:RDF>"}',
    ],
)
def test_pixels_behind_what_only_begins_like_xmp_are_not_counted(
    png: Png, tmp_path: Path, text: str
) -> None:
    place = tmp_path / "a.png"
    pixels = (b"IDAT", hashlib.shake_128(b"a fox").digest(3_000_000))
    place.write_bytes(png((b"tEXt", b"parameters\0" + text.encode()), pixels))
    assert inspect(place, place.stat().st_size).mime_type == "image/png"


def test_a_packet_goes_on_behind_the_head_of_a_segment() -> None:
    head = b"\xff\xe1\x01\x02http://ns.example.org/more/\0" + b"A" * 32 + b"\0\0\1\2\0\0\3\4"
    data = nested(MAX_XMP_DEPTH + 1).replace(b"a fox", head)
    half = data.replace(b"<dc:a>" * 100, b"<dc:a>" * 50 + head + b"<dc:a>" * 50, 1)
    with pytest.raises(BadFileError, match="nested deeper"):
        feed(XmpScan(), half, 1 << 19)


BEGINNINGS = b"<rdf:RDF" + b"\1" * 17
"""A packet that is over at once, since what follows is no text."""


def test_a_search_for_xmp_takes_work_in_proportion_to_its_bytes() -> None:
    def make(size: int) -> bytes:
        return BEGINNINGS * (size // len(BEGINNINGS))

    steep = find_steep([("beginnings", make)], lambda data: XmpScan().feed(data), 400_000)
    assert steep == {}


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_xmp_with_too_much_is_refused_before_all_of_it_is_taken_apart(
    tmp_path: Path, form: str, png: Png
) -> None:
    bomb = b"<rdf:RDF>" + b"<aa b>" * 1_000_000
    data = png((b"prVt", bomb)) if form == "PNG" else saved(form, b"", png)[:20] + bomb
    place = tmp_path / ("image.png" if form == "PNG" else "image.jpg")
    place.write_bytes(data)
    reader, state = DirectReader(TESTED), place.stat()
    tracemalloc.start()
    try:
        with pytest.raises(BadFileError, match="nested deeper"):
            reader.inspect(place, state.st_size, state.st_mtime_ns, lambda: None)
        assert tracemalloc.get_traced_memory()[1] - len(data) < 40 * 2**20
    finally:
        tracemalloc.stop()


def test_a_jpeg_with_too_many_segments_is_refused(tmp_path: Path) -> None:
    whole = saved("JPEG", b"", lambda: b"")
    data = whole[:2] + COMMENT * MAX_PARTS + whole[2:]
    place = tmp_path / "image.jpg"
    place.write_bytes(data)
    with pytest.raises(BadFileError) as caught:
        inspect(place, len(data))
    assert str(caught.value) == "it has more than 100,000 JPEG segments"


@pytest.mark.parametrize("size", [1, 5, 1_000_000])
def test_segments_are_counted_up_to_the_picture_in_pieces_of_any_size(size: int) -> None:
    picture = b"\xff\xda\0\x08......" + COMMENT * (MAX_PARTS + 1)
    fine = b"\xff\xd8" + b"\xff\xff" + COMMENT[1:] + COMMENT * (MAX_PARTS - 2) + picture
    for data in (fine, fine.removesuffix(picture)):
        scan = SegmentScan()
        feed(scan, data, size)
    with pytest.raises(BadFileError):
        scan.feed(memoryview(COMMENT))


def test_a_png_with_too_many_small_chunks_is_refused(chunk: Chunk) -> None:
    scan = ChunkScan()
    scan.feed(memoryview(chunk(b"vpAg", b"") * MAX_PARTS))
    scan.feed(memoryview(chunk(b"IDAT", bytes(SMALL_CHUNK)) * 10))
    with pytest.raises(BadFileError) as caught:
        scan.feed(memoryview(chunk(b"IDAT", b"")))
    assert str(caught.value) == "it has more than 100,000 small PNG chunks"


def tiff(*directories: int, order: str = "<", ring: bool = False) -> bytes:
    """Return a TIFF with directories of so many entries, the last one followed by the first."""
    data = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8))
    for number, count in enumerate(directories):
        data += struct.pack(f"{order}H", count)
        data += struct.pack(f"{order}HHII", 0x100, 4, 1, 1) * count
        following = len(data) + 4
        if number + 1 == len(directories):
            following = 8 if ring else 0
        data += struct.pack(f"{order}I", following)
    return bytes(data)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("directories", "ring", "complaint"),
    [
        ([1] * (MAX_DIRECTORIES + 1), False, "it has more than 10,000 TIFF directories"),
        ([1], True, "it has more than 10,000 TIFF directories"),
        ([50_000, 50_001], False, "its TIFF directories have more than 100,000 entries"),
    ],
)
def test_a_tiff_with_too_much_in_its_directories_is_refused(
    tmp_path: Path, directories: list[int], order: str, complaint: str, *, ring: bool
) -> None:
    data = tiff(*directories, order=order, ring=ring)
    place = tmp_path / "image.tiff"
    place.write_bytes(data)
    with pytest.raises(BadFileError) as caught:
        inspect(place, len(data))
    assert str(caught.value) == complaint


@pytest.mark.parametrize("cut", [4, 6, 8, 9, 20, None])
def test_a_tiff_is_walked_as_far_as_it_goes(tmp_path: Path, cut: int | None) -> None:
    data = tiff(*[1] * 1000, 60_000)[:cut]
    place = tmp_path / "image.tiff"
    place.write_bytes(data)
    assert inspect(place, len(data)).mime_type == "image/tiff"


def gif(frames: int, comments: int) -> bytes:
    """Return a GIF with so many frames, each with colours of its own, and so many comments."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x81, 0, 0) + bytes(12)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0x80) + bytes(6) + b"\x02\x02\x44\x01\0"
    return head + frame * frames + b"\x21\xfe\x07comment\x03s,;\0" * comments + b";"


def test_a_big_tiff_is_walked_by_its_own_numbers(tmp_path: Path) -> None:
    place = tmp_path / "a.tif"
    entry = struct.pack("<QHHQQQ", 1, 256, 4, 1, 64, 0)
    # By the numbers of any other TIFF: 65,535 entries, and behind them a directory of as many.
    gap = bytearray(2_000_000)
    gap[786_430 - 16 + 0 : 786_434 - 16] = struct.pack("<I", 1_000_000)
    gap[1_000_000 - 16 : 1_000_002 - 16] = b"\xff\xff"
    first = 0x1FFFFF
    gap += bytes(first - 16 - len(gap))
    place.write_bytes(b"II+\0" + struct.pack("<HHQ", 8, 0, first) + gap + entry)
    assert inspect(place, place.stat().st_size).mime_type == "image/tiff"
    wide = b"II+\0" + struct.pack("<HHQQ", 8, 0, 16, MAX_PARTS + 1)
    place.write_bytes(wide)
    with pytest.raises(BadFileError, match="more than 100,000 entries"):
        inspect(place, len(wide))


@pytest.mark.parametrize(("frames", "comments"), [(1, MAX_PARTS), (MAX_PARTS, 1)])
def test_a_gif_with_too_many_blocks_is_refused(tmp_path: Path, frames: int, comments: int) -> None:
    place = tmp_path / "image.gif"
    data = gif(frames, comments)
    place.write_bytes(data)
    with pytest.raises(BadFileError) as caught:
        inspect(place, len(data))
    assert str(caught.value) == "it has more than 100,000 GIF blocks"


@pytest.mark.parametrize("cut", [6, 10, 12, 20, 30, 100, None])
def test_a_gif_is_walked_as_far_as_it_goes(tmp_path: Path, cut: int | None) -> None:
    place = tmp_path / "image.gif"
    data = gif(1000, MAX_PARTS - 1000)[:cut]
    place.write_bytes(data)
    assert inspect(place, len(data)).mime_type == "image/gif"
