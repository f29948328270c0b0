"""What is read without ExifTool, what is left to it, and what it may cost."""

import os
import struct
import zlib
from pathlib import Path

import pytest
from growth import find_steep
from plain_files import (
    alternative,
    chunk,
    exif,
    jpeg,
    measured_memory,
    png,
    webp,
    xmp,
    zeros_squeezed,
)

from service.extract.direct.found_tags import TESTED, Dialect
from service.extract.direct.reading import LARGEST, DirectReader, tags_of
from service.extract.png_chunks import TEXT_CAP

FILE = {"File:FileType": "PNG", "File:FileTypeExtension": "png", "File:MIMEType": "image/png"}
HEADER = {
    "PNG:ImageWidth": 8,
    "PNG:ImageHeight": 9,
    "PNG:BitDepth": 8,
    "PNG:ColorType": "RGB",
    "PNG:Compression": "Deflate/Inflate",
    "PNG:Filter": "Adaptive",
    "PNG:Interlace": "Noninterlaced",
}
LARGE = 1_000_000
"""Bytes of a text whose cost is looked at."""


def test_the_tags_of_a_png_are_named_as_exiftool_names_them() -> None:
    texts = [
        (b"tEXt", b"parameters\0a cat"),
        (b"tEXt", b"parameters\0a dog"),
        (b"tEXt", b"Seed\x007"),
    ]
    comment = (0x9286, 7, b"UNICODE\0" + "a hare".encode("utf-16-le"))
    data = png([*texts, (b"eXIf", exif([(0x131, 2, b"A1111 \0")], [comment]))])
    assert tags_of(data, "image/png") == FILE | HEADER | {
        "File:ExifByteOrder": "Little-endian (Intel, II)",
        "PNG:Copy1:Parameters": "a cat",
        "PNG:Parameters": "a dog",
        "PNG:Seed": 7,
        "IFD0:Software": "A1111",
        "ExifIFD:UserComment": "a hare",
    }


def test_of_two_tags_of_a_name_the_one_of_higher_priority_keeps_it() -> None:
    jfif = (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    density = (0xE1, b"Exif\0\0" + exif([(0x11A, 5, struct.pack("<II", 72, 1))]))
    tags = tags_of(jpeg([jfif, density, (0xFE, b"one"), (0xFE, b"two")]), "image/jpeg") or {}
    names = ("File:Comment", "File:Copy1:Comment", "IFD0:XResolution", "JFIF:Copy1:XResolution")
    assert [tags.get(name) for name in names] == ["one", "two", 72, 1]


def test_a_comment_in_exif_keeps_its_name_before_one_in_xmp() -> None:
    block = exif([], [(0x9286, 7, b"ASCII\0\0\0one")])
    packet = xmp(alternative(b"exif:UserComment", b"two"))
    parts = [(b"EXIF", block), (b"XMP ", packet)]
    for order in (parts, parts[::-1]):
        tags = tags_of(webp(order), "image/webp") or {}
        names = ("ExifIFD:UserComment", "XMP-exif:Copy1:UserComment")
        assert [tags.get(name) for name in names] == ["one", "two"]


def test_exif_without_tags_as_midjourney_writes_it_says_its_order_alone() -> None:
    tags = tags_of(png([], [(b"eXIf", exif([], order=">"))]), "image/png") or {}
    assert tags["File:ExifByteOrder"] == "Big-endian (Motorola, MM)"
    assert [name for name in tags if "IFD" in name] == []


def test_a_word_of_fooocus_and_a_height_of_gimp_are_read() -> None:
    word = exif([(0x131, 2, b"Fooocus v2.5.5\0"), (0x927C, 2, b"fooocus\0")])
    height = exif([(0x102, 3, bytes((8, 0)) * 3)], [(6, 5, struct.pack("<II", 3, 2))], into=0x8825)
    said = [
        tags_of(jpeg([(0xE1, b"Exif\0\0" + each), FRAME]), "image/jpeg") for each in (word, height)
    ]
    assert [tags and tags.get("IFD0:MakerNoteUnknownText") for tags in said] == ["fooocus", None]
    assert [tags and tags.get("IFD0:Copy1:BitsPerSample") for tags in said] == [None, "8 8 8"]
    assert [tags and tags.get("GPS:GPSAltitude") for tags in said] == [None, "1.5 m"]


def test_what_windows_writes_of_the_density_is_read_where_this_exiftool_knows_it() -> None:
    block = exif([(0x5110, 1, b"\1"), (0x5111, 4, b"\7\0\0\0"), (0x5112, 4, b"\7\0\0\0")])
    data = jpeg([(0xE1, b"Exif\0\0" + block), FRAME])
    said = {
        version: tags and [value for name, value in tags.items() if "IFD0" in name]
        for version in ((12, 57), (12, 76), (13, 59))
        for tags in [tags_of(data, "image/jpeg", Dialect.of(version))]
    }
    assert said == {(12, 57): [], (12, 76): None, (13, 59): ["1", "7", "7"]}


def test_an_exiftool_that_quotes_every_value_is_answered_for_so() -> None:
    data = png([(b"tEXt", b"Seed\x0030"), (b"tEXt", b"Flag\0True"), (b"tEXt", b"Cfg\x001.50")])
    said = {
        version: [tags[name] for name in ("PNG:BitDepth", "PNG:Seed", "PNG:Flag", "PNG:Cfg")]
        for version in ((12, 57), (12, 87), (12, 88), (13, 59))
        if (tags := tags_of(data, "image/png", Dialect.of(version)))
    }
    bare, quoted = [8, 30, True, 1.5], ["8", "30", "True", "1.50"]
    assert said == {(12, 57): bare, (12, 87): bare, (12, 88): quoted, (13, 59): quoted}


def test_what_a_version_says_otherwise_is_left_to_it() -> None:
    lossy = webp([(b"VP8 ", b"\0\0\0\x9d\x01\x2a\1\0\1\0")])
    lossless = webp([(b"VP8L", b"\x2f" + bytes(8))])
    files = ((lossy, "image/webp"), (lossless, "image/webp"), (png([], [TEXT]), "image/png"))
    read = {
        version: [tags_of(*file, Dialect.of(version)) is not None for file in files]
        for version in ((12, 38), (12, 57), (13, 59))
    }
    assert read == {
        (12, 38): [False, False, True],
        (12, 57): [True, True, True],
        (13, 59): [True, False, False],
    }


def broken(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes((byte,)) + data[at + 1 :]


TEXT = (b"tEXt", b"parameters\0a cat")
COMMENT = (0xE1, b"Exif\0\0" + exif([(0x10E, 2, b"a cat\0")]))
FRAME = (0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")
LEFT_TO_EXIFTOOL: dict[str, bytes] = {
    "an unknown chunk.png": png([TEXT, (b"teXt", b"words")]),
    "a manifest.png": png([(b"caBX", b"box")]),
    "a colour profile.png": png([(b"iCCP", b"sRGB\0\0" + zlib.compress(b"profile"))]),
    "a text in a language.png": png([(b"iTXt", b"Title\0\0\0de\0\0Katze")]),
    "a profile in a text.png": png([(b"tEXt", b"Raw profile type exif\0\nexif\n 1\n00")]),
    "a keyword that is a table's word.png": png([(b"tEXt", b"NOTES\0words")]),
    "a stream cut off.png": png([(b"zTXt", b"parameters\0\0" + zlib.compress(b"a" * 99)[:-6])]),
    "a date of the first century.png": png(
        [(b"tEXt", b"Creation Time\0Tue, 4 May 0000 10:11:12 -0730")]
    ),
    "no end.png": png([TEXT])[:-12],
    "cut off.png": png([TEXT])[:60],
    "texts behind the end.png": png([TEXT], behind=chunk(*TEXT)),
    "a header of another size.png": broken(png([TEXT]), 11, 14),
    "maker notes.jpg": jpeg([(0xE1, b"Exif\0\0" + exif([(0x927C, 2, b"Nikon\0")])), FRAME]),
    "a word of Fooocus' beside a camera.jpg": jpeg(
        [(0xE1, b"Exif\0\0" + exif([(0x10F, 2, b"a\0"), (0x927C, 2, b"a1111\0")])), FRAME]
    ),
    "a directory with an odd rest.jpg": jpeg(
        [(0xE1, b"Exif\0\0" + exif([], [(0x9000, 7, b"0232")])[:-1]), FRAME]
    ),
    "a camera's tag.jpg": jpeg([(0xE1, b"Exif\0\0" + exif([(0x829A, 5, bytes(8))])), FRAME]),
    "a position.jpg": jpeg([(0xE1, b"Exif\0\0" + exif([(0x8825, 4, b"\x08\0\0\0")])), FRAME]),
    "a thumbnail.jpg": jpeg([(0xE1, b"Exif\0\0" + exif([(0x10E, 2, b"a\0")], following=8)), FRAME]),
    "a value beyond the end.jpg": jpeg([(0xE1, COMMENT[1][:-4]), FRAME]),
    "two EXIFs.jpg": jpeg([COMMENT, COMMENT, FRAME]),
    "IPTC.jpg": jpeg([(0xED, b"Photoshop 3.0\x008BIM"), FRAME]),
    "a manifest.jpg": jpeg([(0xEB, b"JP\0\1"), FRAME]),
    "a trailer.jpg": jpeg([FRAME], behind=b"\xa1\xb2\xc3\xd4"),
    "no scan.jpg": b"\xff\xd8\xff\xdb\0\4\0\0\xff\xd9",
    "XMP of another form.jpg": jpeg(
        [(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(b"<xmp:Rating>5</xmp:Rating>")), FRAME]
    ),
    "an entity that is none.jpg": jpeg(
        [
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(alternative(b"dc:description", b"&a;"))),
            FRAME,
        ]
    ),
    "cut off.webp": webp([(b"VP8L", b"\x2f" + bytes(8))])[:-2],
}
KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


@pytest.mark.parametrize("name", LEFT_TO_EXIFTOOL)
def test_what_is_not_wholly_understood_is_left_to_exiftool(name: str) -> None:
    assert tags_of(LEFT_TO_EXIFTOOL[name], KINDS[Path(name).suffix]) is None


def test_a_file_that_is_gone_grown_large_or_of_an_odd_ending_is_left_to_exiftool(
    tmp_path: Path,
) -> None:
    data = png([TEXT])
    place = tmp_path / "a.png"
    place.write_bytes(data)
    odd = tmp_path / "a.jfif"
    odd.write_bytes(data)
    reader = DirectReader(TESTED)
    assert reader.read_tags(place, len(data), "image/png") is not None
    assert reader.read_tags(place, len(data) - 1, "image/png") is None
    assert reader.read_tags(place, len(data) + 1, "image/png") is None
    assert reader.read_tags(place, len(data), "image/apng") is None
    assert reader.read_tags(odd, len(data), "image/png") is None
    assert reader.read_tags(tmp_path / "gone.png", len(data), "image/png") is None
    os.truncate(place, LARGEST + 1)
    assert reader.read_tags(place, LARGEST + 1, "image/png") is None


def test_a_bug_over_a_file_leaves_it_to_exiftool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken_rule(*_: object) -> None:
        raise IndexError("a slip")

    place = tmp_path / "a.png"
    place.write_bytes(png([TEXT]))
    reader = DirectReader(TESTED)
    monkeypatch.setattr("service.extract.direct.reading.tags_of", broken_rule)
    assert reader.read_tags(place, place.stat().st_size, "image/png") is None
    assert [(each.message, each.__dict__["path"]) for each in caplog.records] == [
        ("bug_in_reading_directly", str(place))
    ]


def test_one_file_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    reader = DirectReader(TESTED)
    said = []
    for text in (b"a long tale " * 999, b"a cat", b"a tale " * 99):
        place = tmp_path / "a.png"
        place.write_bytes(png([(b"tEXt", b"parameters\0" + text)]))
        tags = reader.read_tags(place, place.stat().st_size, "image/png")
        said.append(tags and tags["PNG:Parameters"])
    assert said == ["a long tale " * 999, "a cat", "a tale " * 99]


def test_a_text_bomb_is_left_alone_in_little_memory() -> None:
    data = png([(b"zTXt", b"parameters\0\0" + zeros_squeezed(4 * TEXT_CAP))])
    with measured_memory() as most:
        assert tags_of(data, "image/png") is None
        assert most() < 3 * TEXT_CAP


def test_many_small_bombs_are_counted_together() -> None:
    half = zlib.compress(bytes(TEXT_CAP // 2 + 1))
    one, two = [(b"zTXt", b"parameters\0\0" + half)], [(b"zTXt", b"prompt\0\0" + half)]
    assert tags_of(png(one), "image/png") is not None
    assert tags_of(png([*one, *two]), "image/png") is None


def properties(part: bytes, size: int) -> bytes:
    packet = xmp(part * (size // len(part)))
    return png([(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + packet)])


def entries(size: int) -> bytes:
    return png([(b"eXIf", exif([(0x10E, 2, b"a" * size)] * 60))])


PARTS = (
    b"<",
    b"&",
    b" ",
    b"&#x",
    b"<a:b>",
    b"<rdf:li>",
    b"</rdf:Description>",
    b"<dc:description>",
)


def test_the_cost_grows_in_line_with_the_size() -> None:
    cases = [(part.decode(), lambda size, part=part: properties(part, size)) for part in PARTS]
    blanks = [
        ("keywords", lambda size: png([(b"tEXt", b"a " * 39 + b"\0" + b"\n" * size)])),
        (
            "comment",
            lambda size: png([(b"eXIf", exif([(0x9286, 7, bytes(8) + b" " * size + b"a")]))]),
        ),
        ("chunks", lambda size: png([(b"tEXt", b"a\0b")] * (size // 16))),
        ("frames", lambda size: webp([(b"ANMF", bytes(16))] * (size // 24))),
        ("segments", lambda size: jpeg([(0xDB, b"")] * (size // 4))),
        ("entries", lambda size: entries(size // 60)),
    ]
    for kind in KINDS.values():
        assert (
            find_steep([*cases, *blanks], lambda data, kind=kind: tags_of(data, kind), LARGE) == {}
        )


def test_no_value_is_read_from_a_directory_or_beyond_the_block() -> None:
    for at in (0, 4, 7, 9, 20, 34, 200, 1 << 31):
        block = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0x10E, 2, 9, at, 0)
        assert tags_of(png([(b"eXIf", block)]), "image/png") is None
