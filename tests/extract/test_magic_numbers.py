"""Kinds by first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.extract.magic_numbers import has_webp_alpha, kind_of


def box(major: bytes, *others: bytes) -> bytes:
    body = b"ftyp" + major + b"\0\0\0\0" + b"".join(others)
    return (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"GIF89a\x01\0\x01\0", "image/gif"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (b"\xff\x0a\xfa\x7f", "image/jxl"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
        (box(b"avif", b"mif1"), "image/avif"),
        (box(b"mif1", b"mif1", b"avif", b"miaf"), "image/avif"),
        (box(b"mif1", b"heic"), "image/heic"),
        (box(b"mif1"), "image/heif"),
        (box(b"isom", b"iso2", b"avc1", b"mp41"), "video/mp4"),
        (box(b"qt  "), "video/quicktime"),
        (box(b"isom", b"mp41") + b"avif" * 9, "video/mp4"),
        (box(b"isom", b"avif"), "image/avif"),
        (box(b"M4A ", b"isom"), None),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska", "video/x-matroska"),
        (b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88anything", None),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "image/bmp"),
        (b"BMW is a car maker", None),
        (b"glTF\x02\0\0\0\x10\0\0\0", "model/gltf-binary"),
        (b"glTF\x01\0\0\0\x10\0\0\0", None),
        (b"%PDF-1.7", None),
        (b"AT&TFORM\0\0\0\0DJVU", None),
        (b"MZ\x90\0", None),
        (b"L\0\0\0\x01\x14\x02\0", None),
        (b"<?xml version", None),
        (b"", None),
    ],
)
def test_a_kind_is_told_by_the_first_bytes(head: bytes, expected: str | None) -> None:
    assert kind_of(head) == expected


@given(st.binary(max_size=64))
def test_any_bytes_have_a_kind_or_none(head: bytes) -> None:
    found = kind_of(head)
    assert found is None or found.split("/")[0] in ("image", "video", "model")


@given(st.binary(max_size=64))
def test_any_bytes_can_be_asked_for_alpha(head: bytes) -> None:
    assert has_webp_alpha(head) in (True, False)


def test_webp_alpha_is_read_from_both_kinds_of_header() -> None:
    extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0"
    lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\0\0\0"
    lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
    heads = [extended + b"\x10", extended + b"\x04", lossless + b"\x10", lossless + b"\x00", lossy]
    assert [has_webp_alpha(head) for head in heads] == [True, False, True, False, False]
