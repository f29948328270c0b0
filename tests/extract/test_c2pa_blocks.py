"""C2PA manifests in WebP and JPEG, with the real ExifTool."""

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from service.extract.c2pa_blocks import find_block, may_hold_block
from service.extract.exiftool_settings import ExifToolSettings
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.pipeline import process
from service.records import RawRecord

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
UUID_END = bytes.fromhex("00110010800000aa00389b71")


class MakeFile(Protocol):
    def __call__(self, name: str | bytes = ..., data: bytes = ...) -> FileToRead: ...


@pytest.fixture(scope="module")
def reader(real_exiftool: Path) -> Iterator[TagReader]:
    with TagReader(ExifToolSettings(real_exiftool)) as running:
        yield running


def cbor(value: object) -> bytes:
    """Return a map, list or text in CBOR (RFC 8949)."""
    if isinstance(value, str):
        data = value.encode()
        return _head(0x60, len(data)) + data
    if isinstance(value, dict):
        return _head(0xA0, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())
    assert isinstance(value, list)
    return _head(0x80, len(value)) + b"".join(cbor(one) for one in value)


def _head(kind: int, length: int) -> bytes:
    return bytes([kind | length]) if length < 24 else bytes([kind | 24, length])


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(data), kind) + data


def jumbf(type_: bytes, label: str, *inner: bytes) -> bytes:
    description = type_ + UUID_END + b"\x03" + label.encode() + b"\0"
    return box(b"jumb", box(b"jumd", description) + b"".join(inner))


def manifest(agent: str) -> bytes:
    """Return a manifest whose only assertion is that ``agent`` made the picture."""
    action = {"action": "c2pa.created", "softwareAgent": agent, "digitalSourceType": TRAINED}
    actions = jumbf(b"cbor", "c2pa.actions", box(b"cbor", cbor({"actions": [action]})))
    store = jumbf(b"c2as", "c2pa.assertions", actions)
    return jumbf(b"c2pa", "c2pa", jumbf(b"c2ma", "urn:uuid:1", store))


def webp(block: bytes) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "WEBP")
    chunks = buffer.getvalue()[12:]
    chunks += struct.pack("<4sI", b"C2PA", len(block)) + block + b"\0" * (len(block) % 2)
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunks), b"WEBP") + chunks


def jpeg(block: bytes, *, first: int, size: int = 200) -> bytes:
    """Return a JPEG with the box in segments of ``size`` bytes, numbered from ``first``."""
    buffer = BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "JPEG")
    segments = b""
    for number, start in enumerate(range(0, len(block), size)):
        head = block[:8] if start else b""
        data = struct.pack(">2sHI", b"JP", 1, first + number) + head + block[start : start + size]
        segments += struct.pack(">HH", 0xFFEB, 2 + len(data)) + data
    whole = buffer.getvalue()
    return whole[:2] + segments + whole[2:]


@pytest.mark.exiftool
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.webp", webp(manifest("Some Painter"))),
        ("from0.jpg", jpeg(manifest("Some Painter"), first=0)),
        ("whole.jpg", jpeg(manifest("Some Painter"), first=0, size=5_000)),
        ("from1.jpg", jpeg(manifest("Some Painter"), first=1)),
    ],
)
def test_a_signature_is_read_wherever_it_stands(
    reader: TagReader, make_file: MakeFile, name: str, data: bytes
) -> None:
    [(_, record)] = reader.begin([make_file(name, data)]).result()
    assert isinstance(record, RawRecord)
    image = process(record).image
    assert (image.generator, image.status) == ("some-painter-c2pa", "partial")


@pytest.mark.exiftool
def test_a_block_that_is_none_takes_nothing_from_the_file(
    reader: TagReader, make_file: MakeFile
) -> None:
    [(_, record)] = reader.begin([make_file("a.webp", webp(b"\xff" * 999))]).result()
    assert isinstance(record, RawRecord)
    assert record.tags["File:FileType"] == "WEBP"
    image = process(record).image  # a newer ExifTool complains of the block: then it is partial
    assert (image.generator, image.facts) == (None, ())


def test_only_what_exiftool_passed_over_is_looked_at() -> None:
    assert may_hold_block("image/webp", {"RIFF:ImageWidth": 5})
    assert may_hold_block("image/jpeg", {"ExifTool:Warning": "Invalid JUMBF sequence number"})
    assert not may_hold_block("image/webp", {"CBOR:Actions": []})
    assert not may_hold_block("image/jpeg", {"ExifTool:Warning": "Bad EXIF"})
    assert not may_hold_block("image/png", {})


@given(st.binary(max_size=400), st.sampled_from(["image/webp", "image/jpeg"]), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_it_raise(tmp_path: Path, data: bytes, mime: str, begins: bool) -> None:  # noqa: FBT001
    start = {"image/webp": b"RIFF\0\0\0\0WEBP", "image/jpeg": b"\xff\xd8\xff\xeb"}[mime]
    (tmp_path / "a").write_bytes(start + data if begins else data)
    find_block(tmp_path / "a", mime)
