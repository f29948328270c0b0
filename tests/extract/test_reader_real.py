"""The reader over the real ExifTool: odd names, odd contents, and the corpus."""

import gzip
import os
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest
from PIL import Image

from service.errors import BadFileError
from service.extract.exiftool_settings import ExifToolSettings
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.records import RawRecord, WatchedFile

Png = Callable[..., bytes]
pytestmark = pytest.mark.exiftool


class MakeFile(Protocol):
    def __call__(self, name: str | bytes = ..., data: bytes = ...) -> FileToRead: ...


@pytest.fixture(scope="module")
def reader(real_exiftool: Path) -> Iterator[TagReader]:
    with TagReader(ExifToolSettings(real_exiftool)) as running:
        yield running


def tags(outcome: object) -> dict[str, object]:
    assert isinstance(outcome, RawRecord), outcome
    return dict(outcome.tags)


ODD_NAMES: tuple[str | bytes, ...] = (
    "plain.png",
    "x\n-if\nsystem('touch pwned')\n.png",
    "x\n-Comment=owned\n.png",
    "-Comment=owned",
    "#hash.png",
    "#[CSTR]a\\n.png",
    " leading.png",
    "trailing.png ",
    "tab\there.png",
    "carriage\rreturn.png",
    "a$b@c%d.png",
    "back\\slash.png",
    "quo\"te's.png",
    "pipe|",
    "*?[a].png",
    "emoji 🐈 猫.png",
    "e\u0301 and é.png",
    "\u2028line\x85breaks.png",
    b"lat\xe9.png",
    "n" * 246 + ".png",
    "{ready1}.png",
)


def is_possible(name: str | bytes) -> bool:
    """Tell whether a file here may have this name: on Windows not every one may."""
    return os.name != "nt" or not (
        isinstance(name, bytes) or re.search(r'[\x00-\x1f"*/:<>?\\|]|[. ]$', name)
    )


def test_odd_names_are_read_and_nothing_is_run(
    reader: TagReader, make_file: MakeFile, png: Png, tmp_path: Path
) -> None:
    names = list(filter(is_possible, ODD_NAMES))
    files = [
        make_file(name, png((b"tEXt", b"parameters\0file %d" % at)))
        for at, name in enumerate(names)
    ]
    before = {each.location: each.location.read_bytes() for each in files}
    got = reader.begin(files).result()
    assert [tags(outcome)["PNG:Parameters"] for _, outcome in got] == [
        f"file {at}" for at in range(len(names))
    ]
    assert {path: path.read_bytes() for path in (tmp_path / "images").iterdir()} == before


def test_a_users_configuration_is_not_run_for_an_odd_name_either(
    reader: TagReader, make_file: MakeFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ExifTool_config").write_text(f'open(F, ">{tmp_path}/pwned"); close F; 1;\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EXIFTOOL_HOME", str(tmp_path))
    odd = "a\nb.png" if is_possible("a\nb.png") else "a.png"
    [(_, outcome)] = reader.begin([make_file(odd)]).result()
    assert tags(outcome)["PNG:Parameters"] == "a cat"
    assert not (tmp_path / "pwned").exists()


def test_the_version_is_exiftools_own(reader: TagReader) -> None:
    name, _, version = reader.version.partition(" ")
    assert (name, version.replace(".", "").isdecimal()) == ("exiftool", True)


def test_the_folder_does_not_enter_the_record(
    reader: TagReader, make_file: MakeFile, tmp_path: Path
) -> None:
    [(_, outcome)] = reader.begin([make_file()]).result()
    found = tags(outcome)
    assert found["System:FileName"] == "a.png"
    assert str(tmp_path) not in repr(found)


def test_seeds_and_numbers_stay_as_written(
    reader: TagReader, make_file: MakeFile, png: Png
) -> None:
    texts = {
        "Seed": "18446744073709551615",
        "Long": "123456789012345678901234567890",
        "Text": '{"seed": 18446744073709551615}',
    }
    data = png(*((b"tEXt", f"{key}\0{value}".encode()) for key, value in texts.items()))
    [(_, outcome)] = reader.begin([make_file(data=data)]).result()
    found = tags(outcome)
    assert {key: found[f"PNG:{key}"] for key in texts} == texts


def test_texts_that_occur_twice_are_all_kept(
    reader: TagReader, make_file: MakeFile, png: Png
) -> None:
    texts = ((b"tEXt", b"parameters\0one"), (b"iTXt", b"parameters\0\0\0\0\0two"))
    data = png(*texts, (b"zTXt", b"key\0\0" + zlib.compress(b"three")))
    [(_, outcome)] = reader.begin([make_file(data=data)]).result()
    found = {
        name: value for name, value in tags(outcome).items() if value in ("one", "two", "three")
    }
    assert found == {"PNG:Copy1:Parameters": "one", "PNG:Parameters": "two", "PNG:Key": "three"}


def test_a_truncated_png_gives_what_it_has_and_a_warning(
    reader: TagReader, make_file: MakeFile, png: Png
) -> None:
    data = png((b"tEXt", b"parameters\0a cat"))[:-20]
    [(_, outcome)] = reader.begin([make_file(data=data)]).result()
    found = tags(outcome)
    assert (found["PNG:Parameters"], "ExifTool:Warning" in found) == ("a cat", True)


def test_a_name_that_lies_does_not_matter(reader: TagReader, make_file: MakeFile, png: Png) -> None:
    [(_, outcome)] = reader.begin([make_file("really.jpg", png())]).result()
    assert tags(outcome)["File:FileType"] == "PNG"


def test_a_missing_neighbour_costs_no_other_file(reader: TagReader, make_file: MakeFile) -> None:
    files = [make_file(f"{number}.png") for number in range(3)]
    files[1].location.unlink()
    assert [isinstance(outcome, RawRecord) for _, outcome in reader.begin(files).result()] == [
        True,
        False,
        True,
    ]


def test_what_exiftool_cannot_read_is_a_record_with_its_words(
    reader: TagReader, make_file: MakeFile
) -> None:
    [(_, outcome)] = reader.begin([make_file("a.jxl", b"\xff\x0a")]).result()
    assert tags(outcome)["ExifTool:Error"] == "File format error"


def test_a_text_hidden_in_pixels_becomes_a_tag(reader: TagReader, tmp_path: Path) -> None:
    text = "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"
    payload = gzip.compress(text.encode())
    bits = "".join(
        f"{byte:08b}"
        for byte in b"stealth_pngcomp" + (len(payload) * 8).to_bytes(4, "big") + payload
    )
    image = Image.new("RGBA", (64, 64), (1, 2, 3, 254))
    for at, bit in enumerate(bits):
        image.putpixel((at // 64, at % 64), (1, 2, 3, 254 | int(bit)))
    place = tmp_path / "hidden.png"
    image.save(place)
    size = place.stat().st_size
    file = WatchedFile(root="Input", path="hidden.png", size=size, mtime_ns=1)
    [(_, outcome)] = reader.begin([FileToRead(place, file, inspect(place, size))]).result()
    assert tags(outcome)["Stealth:Alpha"] == text


def test_a_bug_over_one_file_is_that_files_failure_alone(
    reader: TagReader, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(image: Path) -> str | None:
        if image.name == "odd.png":
            raise IndexError("a slip")
        return None

    monkeypatch.setattr("service.extract.extra_texts.folder_log_entry", broken)
    outcomes = reader.begin([make_file("a.png"), make_file("odd.png"), make_file("b.png")]).result()
    told = [
        str(outcome) if isinstance(outcome, BadFileError) else type(outcome)
        for _, outcome in outcomes
    ]
    assert told == [RawRecord, "a bug met this file: IndexError('a slip')", RawRecord]


def test_what_cannot_be_read_directly_is_tried_once_from_the_look_to_its_record(
    real_exiftool: Path, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def no_rule(_data: bytes, mime_type: str, _dialect: object) -> None:
        tried.append(mime_type)

    monkeypatch.setattr("service.extract.direct.reading.tags_of", no_rule)
    asked = make_file("a.png")
    with TagReader(ExifToolSettings(real_exiftool, direct=True)) as reader:
        file = replace(asked.file, mtime_ns=asked.location.stat().st_mtime_ns)
        found, record = reader.take(asked.location, file)
        [(_, outcome)] = reader.begin([found]).result()
    assert isinstance(outcome, RawRecord)
    assert (tried, record, outcome.extractor) == (["image/png"], None, reader.version)


@pytest.mark.corpus
def test_the_corpus_is_read_whole(reader: TagReader) -> None:
    images = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "images"
    if not images.is_dir():
        pytest.skip("no corpus beside this checkout")
    files = []
    for place in sorted(images.glob("*/*")):
        size = place.stat().st_size
        file = WatchedFile(root="Input", path=place.name, size=size, mtime_ns=1)
        files.append(FileToRead(place, file, inspect(place, size)))
    pending = [reader.begin(files[at : at + 32]) for at in range(0, len(files), 32)]
    outcomes = [outcome for each in pending for _, outcome in each.result()]
    assert (len(outcomes), [each for each in outcomes if not isinstance(each, RawRecord)]) == (
        len(files),
        [],
    )
