"""AVIF, JPEG XL, plain XMP and cut texts, read directly: what ExifTool reads, or not at all."""

import io
from pathlib import Path

import odd_boxes
import pytest
from comparing import BothReaders, differences, many, together, write
from growth import find_steep
from hypothesis import given
from PIL import Image, features
from plain_boxes import (
    CHANNEL,
    COLOURS,
    EXTENT,
    PICTURE,
    SQUARE,
    avif,
    box,
    codestream,
    described,
    jxl,
    packet,
)
from plain_files import exif, jpeg, png, webp
from plain_profiles import SRGB, profile

from service.errors import BadFileError
from service.extract.direct.found_tags import TESTED, Dialect
from service.extract.direct.reading import DirectReader, tags_of

COMMENT = exif([(0x10E, 2, b"a cat\0")], [(0x9286, 7, b"ASCII\0\0\0a cat\nSteps: 20")])
MADE_BY_A_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
STATED = packet(described(f'Iptc4xmpExt:DigitalSourceType="{MADE_BY_A_MODEL}"'))
AVIF, JXL, PNG = "image/avif", "image/jxl", "image/png"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("boxes")


@pytest.mark.exiftool
@many
@given(files=together(odd_boxes.avif_files))
def test_odd_avifs(both: BothReaders, folder: Path, files: list[bytes]) -> None:
    assert differences(list(both.compare(write(folder, "avif", files)))) == []


@pytest.mark.exiftool
@many
@given(files=together(odd_boxes.jxl_files))
def test_odd_jpeg_xls(both: BothReaders, folder: Path, files: list[bytes]) -> None:
    assert differences(list(both.compare(write(folder, "jxl", files)))) == []


@pytest.mark.exiftool
@many
@given(files=together(odd_boxes.xmp_files))
def test_odd_xmp(both: BothReaders, folder: Path, files: list[bytes]) -> None:
    assert differences(list(both.compare(write(folder, "png", files)))) == []


@pytest.mark.exiftool
@many
@given(files=together(odd_boxes.alpha_files))
def test_odd_alpha_channels(both: BothReaders, folder: Path, files: list[bytes]) -> None:
    assert differences(list(both.compare(write(folder, "webp", files)))) == []


@pytest.mark.exiftool
@many
@given(files=together(odd_boxes.cut_files))
def test_texts_cut_at_a_nul(both: BothReaders, folder: Path, files: list[bytes]) -> None:
    assert differences(list(both.compare(write(folder, "png", files)))) == []


@pytest.mark.exiftool
@pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no AVIF")
def test_avifs_as_pillow_writes_them_are_read_directly(both: BothReaders, tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x112] = 6
    options: list[tuple[str, dict[str, object]]] = [
        ("RGB", {}),
        ("L", {}),
        ("RGBA", {"exif": b"Exif\0\0" + COMMENT, "xmp": STATED, "icc_profile": profile(SRGB)}),
        ("RGB", {"exif": turned.tobytes(), "subsampling": "4:4:4", "range": "limited"}),
    ]
    files = []
    for mode, how in options:
        file = io.BytesIO()
        Image.new(mode, (24, 17)).save(file, "AVIF", **how)
        files.append(file.getvalue())
    compared = list(both.compare(write(tmp_path, "avif", files)))
    assert differences(compared) == []
    assert len(compared) == len(files)


@pytest.mark.exiftool
def test_the_plain_forms_of_each_are_read_directly(both: BothReaders, tmp_path: Path) -> None:
    places = [
        *write(tmp_path, "avif", [avif(exif=bytes(4) + COMMENT, xmp=STATED, channel=CHANNEL)]),
        *write(tmp_path, "jxl", [jxl([(b"xml ", STATED), (b"jxlc", SQUARE)]), SQUARE]),
        *write(tmp_path, "png", [png([(b"tEXt", b"prompt\0\xe9 one\0two")])]),
        *write(tmp_path, "jpg", [jpeg([(0xEE, b"Adobe\0d\0\0\0\0\1"), FRAME])]),
    ]
    compared = list(both.compare(places))
    assert differences(compared) == []
    assert len(compared) == len(places)


FRAME = (0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")


def test_an_avif_says_its_size_its_texts_and_what_its_alpha_channel_is() -> None:
    data = avif(exif=bytes(4) + COMMENT, xmp=STATED, channel=CHANNEL)
    said = {
        version: [
            (name, value)
            for name, value in (tags_of(data, AVIF, Dialect.of(version)) or {}).items()
            if name.partition(":")[0] not in ("File", "Meta") and "Media" not in name
        ][4:]
        for version in ((12, 57), (13, 59))
    }
    texts = [
        ("IFD0:ImageDescription", "a cat"),
        ("ExifIFD:UserComment", "a cat\nSteps: 20"),
        ("XMP-x:XMPToolkit", "XMP Core 6.0.0"),
        ("XMP-iptcExt:DigitalSourceType", MADE_BY_A_MODEL),
    ]
    colours = [
        ("QuickTime:ColorProfiles", "nclx"),
        ("QuickTime:ColorPrimaries", "BT.709"),
        ("QuickTime:TransferCharacteristics", "sRGB or sYCC"),
        ("QuickTime:MatrixCoefficients", "BT.601"),
    ]
    kind = ("QuickTime:AuxiliaryImageType", "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")

    def configured(copy: str, depth: object, version: object, chroma: str) -> list[object]:
        return [
            (f"QuickTime:{copy}ImagePixelDepth", depth),
            (f"QuickTime:{copy}AV1ConfigurationVersion", version),
            (f"QuickTime:{copy}ChromaFormat", chroma),
            (f"QuickTime:{copy}ChromaSamplePosition", "Unknown"),
        ]

    extent = [("QuickTime:ImageSpatialExtent", "24x17")]
    grey = "Monochrome 4:0:0"
    assert said == {
        (12, 57): [
            *extent,
            *colours,
            *configured("", 8, 1, grey),
            kind,
            *texts,
            *configured("Copy1:", "8 8 8", 1, "YUV 4:2:0"),
        ],
        (13, 59): [
            *extent,
            *configured("", "8 8 8", "1", "YUV 4:2:0"),
            *colours,
            ("QuickTime:VideoFullRangeFlag", "Full"),
            kind,
            *texts,
            *configured("Copy1:", "8", "1", grey),
        ],
    }


def test_a_jpeg_xl_says_its_size_in_each_form_of_its_first_bits() -> None:
    forms = {
        "square": SQUARE,
        "small, 3:2": codestream((1, 1), (7, 5), (4, 3)),
        "small, both": codestream((1, 1), (7, 5), (0, 3), (31, 5)),
        "large, both": codestream((0, 1), (2, 2), (99_999, 18), (0, 3), (0, 2), (511, 9)),
    }
    said = {}
    for name, data in forms.items():
        tags = tags_of(data, JXL) or {}
        said[name] = (tags.get("File:ImageWidth"), tags.get("File:ImageHeight"))
        assert tags["File:FileType"] == "JXL Codestream"
    assert said == {
        "square": (1024, 1024),
        "small, 3:2": (96, 64),
        "small, both": (256, 64),
        "large, both": (512, 100_000),
    }


def test_a_part_of_a_picture_is_read_by_the_exiftool_that_knows_parts() -> None:
    data = jxl([(b"jxlp", bytes(4) + SQUARE), (b"jxlp", b"\x80\0\0\1more")])
    said = {
        version: tags and tags.get("File:ImageWidth")
        for version in ((12, 57), (12, 76), (13, 59))
        for tags in [tags_of(data, JXL, Dialect.of(version))]
    }
    assert said == {(12, 57): None, (12, 76): None, (13, 59): "1024"}
    assert tags_of(data, JXL, Dialect.of((12, 57))) is not None


def test_xmp_says_who_made_an_image_with_what_and_when() -> None:
    properties = (
        "<dc:subject><rdf:Bag><rdf:li>cat</rdf:li><rdf:li>elf</rdf:li></rdf:Bag></dc:subject>"
        "<dc:creator><rdf:Seq><rdf:li>me &amp; you</rdf:li></rdf:Seq></dc:creator>"
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A cat</rdf:li></rdf:Alt></dc:title>'
        "<TC260:AIGC>{&quot;Label&quot;:&quot;1&quot;}</TC260:AIGC>"
        "<comfy:prompt>{&quot;1&quot;:{}}</comfy:prompt>"
    )
    attributes = 'xmp:CreateDate="2024-01-02T03:04:05+01:00" photoshop:Credit="a model"'
    data = packet(described(attributes, properties), toolkit="")
    tags = tags_of(png([(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + data)]), PNG) or {}
    assert [(name, value) for name, value in tags.items() if name.startswith("XMP")] == [
        ("XMP-xmp:CreateDate", "2024:01:02 03:04:05+01:00"),
        ("XMP-photoshop:Credit", "a model"),
        ("XMP-dc:Subject", ["cat", "elf"]),
        ("XMP-dc:Creator", ["me & you"]),
        ("XMP-dc:Title", "A cat"),
        ("XMP-TC260:Aigc", '{"Label":"1"}'),
        ("XMP-comfy:Prompt", '{"1":{}}'),
    ]


def xmp_of(properties: str, attributes: str = "") -> bytes:
    data = packet(described(attributes, properties))
    return png([(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + data)])


LEFT_TO_EXIFTOOL: dict[str, tuple[bytes, str]] = {
    "a history": (xmp_of("<xmpMM:History><rdf:Seq></rdf:Seq></xmpMM:History>"), PNG),
    "a number in a list": (
        xmp_of("<dc:subject><rdf:Bag><rdf:li>30</rdf:li></rdf:Bag></dc:subject>"),
        PNG,
    ),
    "a date without a time": (xmp_of("", 'xmp:CreateDate="2024-01-02"'), PNG),
    "a fraction of an unknown name": (xmp_of("<comfy:prompt>2/3</comfy:prompt>"), PNG),
    "a text in a language": (
        xmp_of('<dc:title><rdf:Alt><rdf:li xml:lang="de">a</rdf:li></rdf:Alt></dc:title>'),
        PNG,
    ),
    "a property twice": (xmp_of("<xmp:Label>a</xmp:Label>", 'xmp:Label="b"'), PNG),
    "a sequence": (avif(brands=b"avis\0\0\0\0avifavis"), AVIF),
    "a picture in tiles": (avif().replace(b"av01Color", b"gridColor"), AVIF),
    "an unknown property": (avif(picture=(*PICTURE, (b"clli", bytes(4)))), AVIF),
    "a colour without a word": (
        avif(picture=(EXTENT, (b"colr", b"nclx\0\x63\0\1\0\1\0"))),
        AVIF,
    ),
    "two EXIFs": (avif(exif=bytes(4) + COMMENT).replace(b"mime", b"Exif") + bytes(1), AVIF),
    "EXIF without its head": (avif(exif=COMMENT), AVIF),
    "another picture as the first": (avif(primary=7), AVIF),
    "something behind it": (avif() + box(b"free", bytes(8)), AVIF),
    "an AVIF that is cut off": (avif()[:-1], AVIF),
    "compressed boxes": (jxl([(b"brob", b"Exif\x1b"), (b"jxlc", SQUARE)]), JXL),
    "a JPEG XL of nothing": (jxl([])[:12], JXL),
    "two codestreams": (jxl([(b"jxlc", SQUARE), (b"jxlc", SQUARE)]), JXL),
    "a codestream of no form": (jxl([(b"jxlc", bytes(20))]), JXL),
    "a box to the end of the file": (jxl([]) + b"\0\0\0\0jxlc" + SQUARE, JXL),
    "a JPEG XL that is cut off": (jxl([(b"jxlc", SQUARE)])[:-1], JXL),
    "flags of Adobe's": (jpeg([(0xEE, b"Adobe\0d\x80\0\0\0\1"), FRAME]), "image/jpeg"),
    "an alpha channel without a word": (
        webp([(b"ALPH", b"\3"), (b"VP8 ", b"\0\0\0\x9d\x01\x2a\1\0\1\0")]),
        "image/webp",
    ),
}


@pytest.mark.parametrize("name", LEFT_TO_EXIFTOOL)
def test_what_is_not_wholly_understood_is_left_to_exiftool(name: str) -> None:
    assert tags_of(*LEFT_TO_EXIFTOOL[name]) is None


def test_xmp_that_would_cost_exiftool_much_is_refused_where_it_is_not_read_here(
    tmp_path: Path,
) -> None:
    place = tmp_path / "a.webp"
    picture = (b"VP8 ", b"\0\0\0\x9d\x01\x2a\1\0\1\0")
    nested = b"<rdf:RDF>" + b"<a:b>" * 300 + b"</rdf:RDF>"
    reader = DirectReader(TESTED)
    for parts in ([(b"XMP ", nested), picture], [picture, (b"zzzz", nested)]):
        place.write_bytes(webp(parts))
        state = place.stat()
        with pytest.raises(BadFileError, match="nested deeper"):
            reader.inspect(place, state.st_size, state.st_mtime_ns, lambda: None)
    place.write_bytes(webp([picture, (b"XMP ", STATED)]))
    state = place.stat()
    assert reader.inspect(place, state.st_size, state.st_mtime_ns, lambda: None)[1] is not None


def test_a_version_that_was_not_compared_reads_its_avifs_and_jpeg_xls_itself() -> None:
    for version in ((12, 38), (12, 76), (12, 89)):
        assert tags_of(avif(), AVIF, Dialect.of(version)) is None
        assert tags_of(SQUARE, JXL, Dialect.of(version)) is None
    assert tags_of(avif(), AVIF, TESTED) is not None


def test_the_cost_grows_in_line_with_the_size() -> None:
    parts = ("<", "&", " ", "<rdf:li>", "<dc:title>", '"', " a:b='c'", "xmlns:dc=", "<!--")
    texts = [(part, lambda size, part=part: xmp_of(part * (size // len(part)))) for part in parts]
    attributes = [
        (f"={part}", lambda size, part=part: xmp_of("", part * (size // len(part))))
        for part in parts
    ]
    assert find_steep([*texts, *attributes], lambda data: tags_of(data, PNG), 200_000) == {}
    boxes = [
        ("boxes", lambda size: jxl([(b"jxlp", b"1")] * (size // 9))),
        ("references", lambda size: avif().replace(b"iref", b"iref" * (size // 4))),
    ]
    for kind in (AVIF, JXL):
        assert find_steep(boxes, lambda data, kind=kind: tags_of(data, kind), 200_000) == {}
    many = avif(picture=(*PICTURE, *[COLOURS] * 200))
    assert tags_of(many, AVIF) is not None
