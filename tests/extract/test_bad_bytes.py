"""A text with a byte that is none is still read: real files, the real ExifTool, the whole way."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.pipeline import process
from service.records import ImageRows, RawRecord, WatchedFile

INFOTEXT = (
    b"a caf%s by the quay\nNegative prompt: blurry\n"
    b"Steps: 31, Sampler: Euler a, CFG scale: 6, Seed: 4711, Size: 512x768, Model: garden"
)
READ = ("a caf\ufffd by the quay", "blurry", "4711", "garden")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(place: Path, text: bytes) -> None:
    """Write a PNG with this iTXt, which promises to be UTF-8."""
    png_of(place, b"iTXt", b"parameters\0\0\0\0\0" + text)


def png_of(place: Path, kind: bytes, text: bytes) -> None:
    """Write a PNG with this chunk."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(8 * 25))) + chunk(b"IEND", b"")
    place.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(kind, text) + data)


def comment(place: Path, text: bytes) -> None:
    """Write a JPEG with this comment."""
    Image.new("RGB", (8, 8)).save(place, comment=text)


def user_comment(place: Path, text: bytes) -> None:
    """Write a JPEG with this EXIF comment, marked as ASCII."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + text
    Image.new("RGB", (8, 8)).save(place, exif=exif.tobytes())


def read(place: Path) -> ImageRows:
    status = place.stat()
    file = WatchedFile(
        root="Input", path=place.name, size=status.st_size, mtime_ns=status.st_mtime_ns
    )
    with TagReader() as reader:
        asked = FileToRead(place, file, inspect(place, status.st_size))
        ((_, answer),) = reader.begin([asked]).result()
    assert isinstance(answer, RawRecord)
    return process(answer)


@pytest.mark.exiftool
@pytest.mark.parametrize("bad", [b"\xe9", b"\xef\xbf\xbf", b"\xed\xa0\x80"], ids=bytes.hex)
@pytest.mark.parametrize(
    ("name", "write", "source"),
    [
        ("a.png", png, "PNG:Parameters"),
        ("a.jpg", comment, "File:Comment"),
        ("a.jpeg", user_comment, "ExifIFD:UserComment"),
    ],
)
def test_a_text_with_one_bad_byte_is_read_and_the_byte_is_told(
    tmp_path: Path, name: str, write: Callable[[Path, bytes], None], source: str, bad: bytes
) -> None:
    place = tmp_path / name
    write(place, INFOTEXT % bad)
    rows = read(place)
    base = rows.image.base
    positive = str(base.positive_prompt).replace("\ufffd\ufffd\ufffd", "\ufffd")
    assert (positive, base.negative_prompt, base.seed, base.model) == READ
    assert rows.image.status == "partial"
    assert rows.image.warnings == (f"{source}: bytes that are no text were read as \ufffd.",)


@pytest.mark.exiftool
def test_bytes_that_are_no_text_stay_none(tmp_path: Path) -> None:
    place = tmp_path / "a.jpg"
    user_comment(place, bytes(range(1, 256)) * 8)
    rows = read(place)
    assert (rows.image.status, rows.image.warnings) == ("no_metadata", ())


@pytest.mark.exiftool
@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt"])
@pytest.mark.parametrize(
    ("written", "prompt"),
    [
        (b"a caf\xe9\0 by\0 the quay", "a caf\u00e9 by the quay"),
        (b"by the quay\0 a \x93caf\xe9\x94", "by the quay a \u201ccaf\u00e9\u201d"),
        (b"a caf\xc3\xa9\0 by the quay", "a caf\u00e9 by the quay"),  # UTF-8, which arrives garbled
        (b"a cafe\0 by the quay", "a cafe by the quay"),
    ],
)
def test_a_text_with_a_nul_is_read_whole_whatever_its_letters(
    tmp_path: Path, kind: bytes, written: bytes, prompt: str
) -> None:
    text = INFOTEXT.replace(b"a caf%s by the quay", written)
    packed = text if kind == b"tEXt" else b"\0" + zlib.compress(text)
    png_of(tmp_path / "a.png", kind, b"parameters\0" + packed)
    rows = read(tmp_path / "a.png")
    base = rows.image.base
    assert (base.positive_prompt, base.negative_prompt, base.seed, base.model) == (
        prompt,
        *READ[1:],
    )
    assert (rows.image.status, rows.image.warnings) == ("ok", ())


@pytest.mark.exiftool
def test_a_text_that_begins_with_a_nul_is_given_to_no_other_tag(tmp_path: Path) -> None:
    empty = chunk(b"tEXt", b"Comment\0")
    said = chunk(b"tEXt", b"parameters\0\0" + INFOTEXT % b"\xe9")
    png(tmp_path / "a.png", b"")
    bare = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(bare[:33] + empty + said + bare[33:])
    assert read(tmp_path / "a.png").raw.tags["PNG:Comment"] == ""
