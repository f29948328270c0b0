"""Colour profiles read without ExifTool: their values, and what is left to it."""

import struct
import zlib

import pytest
from plain_files import jpeg, measured_memory, png, webp, zeros_squeezed
from plain_profiles import SRGB, colour, described, languages, profile, text

from service.extract.direct.found_tags import Dialect
from service.extract.direct.reading import Tags, tags_of
from service.extract.png_chunks import TEXT_CAP

FRAME = (0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")
PIXELS = (b"VP8 ", b"\0\0\0\x9d\x01\x2a\1\0\1\0")
HEAD = {
    "ICC-header:ProfileCMMType": "Little CMS",
    "ICC-header:ProfileVersion": "4.4.0",
    "ICC-header:ProfileClass": "Display Device Profile",
    "ICC-header:ColorSpaceData": "RGB ",
    "ICC-header:ProfileConnectionSpace": "XYZ ",
    "ICC-header:ProfileDateTime": "2023:09:02 08:24:55",
    "ICC-header:ProfileFileSignature": "acsp",
    "ICC-header:PrimaryPlatform": "Apple Computer Inc.",
    "ICC-header:CMMFlags": "Not Embedded, Independent",
    "ICC-header:DeviceManufacturer": "",
    "ICC-header:DeviceModel": "",
    "ICC-header:DeviceAttributes": "Reflective, Glossy, Positive, Color",
    "ICC-header:RenderingIntent": "Perceptual",
    "ICC-header:ConnectionSpaceIlluminant": "0.9642 1 0.82491",
    "ICC-header:ProfileCreator": "Little CMS",
    "ICC-header:ProfileID": 0,
}


def said_of(tags: Tags | None) -> Tags:
    assert tags is not None
    return {name: value for name, value in tags.items() if name.startswith("ICC")}


def of_png(data: bytes, dialect: Dialect | None = None) -> Tags | None:
    chunk = (b"iCCP", b"a profile\0\0" + zlib.compress(data))
    return tags_of(png([chunk]), "image/png", dialect or Dialect())


def test_a_profile_is_read_wherever_it_stands() -> None:
    data = profile(SRGB)
    in_png = of_png(data)
    in_jpeg = tags_of(jpeg([(0xE2, b"ICC_PROFILE\0\1\1" + data), FRAME]), "image/jpeg")
    in_webp = tags_of(webp([PIXELS, (b"ICCP", data)]), "image/webp")
    assert (in_png or {})["PNG:ProfileName"] == "a profile"
    assert said_of(in_png) == said_of(in_jpeg) == said_of(in_webp)


def test_the_tags_of_a_profile_are_named_as_exiftool_names_them() -> None:
    assert said_of(of_png(profile(SRGB))) == HEAD | {
        "ICC_Profile:ProfileDescription": "sRGB",
        "ICC_Profile:ProfileCopyright": "Public Domain",
        "ICC_Profile:MediaWhitePoint": "0.9642 1 0.82491",
        "ICC_Profile:RedMatrixColumn": "0.43607 0.22249 0.01392",
        "ICC_Profile:ChromaticAdaptation": "-0.61035 -0.45776 -0.30518 -0.15259 0 0.15259 0.30518"
        " 0.45776 0.61035",
        "ICC_Profile:RedTRC": "base64:cGFyYQAAAAAAAwAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "ICC-chrm:ChromaticityChannels": 3,
        "ICC-chrm:ChromaticityColorant": "Unknown",
        "ICC-chrm:ChromaticityChannel1": "0 0.15259",
        "ICC-chrm:ChromaticityChannel2": "0.30518 0.45776",
        "ICC-chrm:ChromaticityChannel3": "0.61035 0.76294",
        "ICC_Profile:Technology": "Cathode Ray Tube Display",
        "ICC_Profile:Luminance": "0 76.29395 0",
        "ICC-meas:MeasurementObserver": "CIE 1931",
        "ICC-meas:MeasurementBacking": "0 0 0",
        "ICC-meas:MeasurementGeometry": "Unknown",
        "ICC-meas:MeasurementFlare": "0.999%",
        "ICC-meas:MeasurementIlluminant": "D65",
        "ICC-view:ViewingCondIlluminant": "18.31055 19.83643 0.00014",
        "ICC-view:ViewingCondSurround": "0.00012 0.00011 9e-05",
        "ICC-view:ViewingCondIlluminantType": "D50",
    }


def test_a_text_in_several_languages_is_a_tag_for_each() -> None:
    words = languages((b"enUS", "Display P3"), (b"deDE", "Bildschirm"), (b"zhCN", "显示器"))
    tags = said_of(of_png(profile([(b"desc", words), (b"cprt", text(b"2.50"))])))
    assert list(tags.items())[len(HEAD) :] == [
        ("ICC_Profile:ProfileDescription", "Display P3"),
        ("ICC_Profile:ProfileDescription-de-DE", "Bildschirm"),
        ("ICC_Profile:ProfileDescription-zh-CN", "显示器"),
        ("ICC_Profile:ProfileCopyright", 2.5),
    ]


LEFT_TO_EXIFTOOL = {
    "nothing": b"",
    "another length": profile(SRGB) + b"\0",
    "no tags": profile([]),
    "a printer's table": profile([(b"gamt", b"mft2\0\0\0\0")]),
    "a tag that is cut off": profile([(b"desc", described(b"a"))])[:140],
    "a description that is too long": profile([(b"desc", b"desc\0\0\0\0\0\0\0\xffa")]),
    "a text in latin-1": profile([(b"cprt", text(b"\xa9 2026"))]),
    "a text of half a character": profile([(b"desc", languages((b"enUS", "\ud800aaa")))]),
    "a text of no language": profile([(b"desc", languages((b"en\0\0", "words")))]),
    "a colour of another type": profile([(b"wtpt", text(b"white"))]),
    "two colours": profile([(b"wtpt", colour(1, 2, 3) + bytes(12))]),
    "a maker without a word": profile(SRGB, at4=b"zzzz"),
    "a class without a word": profile(SRGB, at12=b"zzzz"),
    "an intent without a word": profile(SRGB, at64=b"\0\0\0\5"),
}


@pytest.mark.parametrize("name", LEFT_TO_EXIFTOOL)
def test_what_is_not_wholly_understood_is_left_to_exiftool(name: str) -> None:
    assert of_png(LEFT_TO_EXIFTOOL[name]) is None


def test_a_profile_in_parts_or_a_second_one_is_left_to_exiftool() -> None:
    data = profile(SRGB)
    part, whole = ((0xE2, b"ICC_PROFILE\0\1" + of + data) for of in (b"\2", b"\1"))
    assert tags_of(jpeg([part, FRAME]), "image/jpeg") is None
    assert tags_of(jpeg([whole, whole, FRAME]), "image/jpeg") is None
    assert tags_of(webp([PIXELS, (b"ICCP", data), (b"ICCP", data)]), "image/webp") is None


def test_a_version_that_was_not_compared_reads_profiles_itself() -> None:
    said = {
        version: of_png(profile(SRGB), Dialect.of(version)) is not None
        for version in ((12, 38), (12, 57), (12, 76), (13, 59))
    }
    assert said == {(12, 38): False, (12, 57): True, (12, 76): True, (13, 59): True}


def test_a_bomb_in_a_profile_is_left_alone_in_little_memory() -> None:
    data = png([(b"iCCP", b"a profile\0\0" + zeros_squeezed(4 * TEXT_CAP))])
    with measured_memory() as most:
        assert tags_of(data, "image/png") is None
        assert most() < 3 * TEXT_CAP


def test_curves_that_overlap_are_left_to_exiftool_before_they_are_told() -> None:
    curve = b"curv" + bytes(4) + struct.pack(">I", 1 << 20) + bytes(2 << 20)
    alone = bytearray(profile([*SRGB, (b"rTRC", curve)]))
    assert of_png(bytes(alone)) is not None
    several = bytearray(profile([*SRGB, *[(b"rTRC", b"")] * 20, (b"rTRC", curve)]))
    at = len(several) - len(curve)
    for place in range(132 + 12 * len(SRGB), 132 + 12 * (len(SRGB) + 20), 12):
        several[place : place + 12] = struct.pack(">4sII", b"rTRC", at, len(curve))
    assert of_png(bytes(several)) is None
