"""What is read directly is what ExifTool reads: names, values, their order, and the rows."""

import os
from pathlib import Path

import odd_files
import pytest
from comparing import BothReaders, Compared, differences, many, open_readers, together, write
from containers import GRAPH_PLACES, PLACES
from corpus_sets import CORPUS
from hostile_cases import CASES
from hostile_texts import INFOTEXT
from hypothesis import given

from service import demo, pipeline
from service.extract.direct.reading import LARGEST
from service.records import RawRecord
from service.store.packed_image import pack_image

pytestmark = pytest.mark.exiftool

CORPUS_SHARE = 0.9
"""Of the images of the corpus; 97 % when this was written."""
ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".avif", ".jxl"})
COSTLY = ("bomb-", "graph-", "prompt-", "run-of-", "stealth-", "tags-", "wide-", "workflow-")
"""Hostile files whose texts are what is hostile: ExifTool takes a minute for all of them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd")


@many
@given(files=together(odd_files.png_files))
def test_odd_pngs(both: BothReaders, folder: Path, files: list[bytes]) -> None:
    assert differences(list(both.compare(write(folder, "png", files)))) == []


@many
@given(files=together(odd_files.jpeg_files))
def test_odd_jpegs(both: BothReaders, folder: Path, files: list[bytes]) -> None:
    assert differences(list(both.compare(write(folder, "jpg", files)))) == []


@many
@given(files=together(odd_files.webp_files))
def test_odd_webps(both: BothReaders, folder: Path, files: list[bytes]) -> None:
    assert differences(list(both.compare(write(folder, "webp", files)))) == []


def test_the_demo_and_texts_in_every_place(both: BothReaders, tmp_path: Path) -> None:
    places = list(demo.write_samples(tmp_path / "demo"))
    texts = (INFOTEXT, "été, 猫, 🐈 <b>&amp;</b>\nSteps: 20, Seed: 30", "30", '{"a": "\\u00e9"}')
    for number, text in enumerate(texts):
        for name, put in {**PLACES, **GRAPH_PLACES}.items():
            if Path(name).suffix in ENDINGS and not (name in GRAPH_PLACES and not text.isascii()):
                places.append(tmp_path / f"{number}-{name}")
                places[-1].write_bytes(put(text))
    compared = list(both.compare(places))
    assert differences(compared) == []
    assert len(compared) > len(places) / 2


@pytest.mark.slow
def test_hostile_files(real_exiftool: Path, tmp_path: Path) -> None:
    named = [each for each in CASES if Path(each.name).suffix in ENDINGS and not each.file_name]
    cases = [each for each in named if not each.name.startswith(COSTLY)]
    compared: list[Compared] = []
    with open_readers(real_exiftool) as both:  # some of them end an ExifTool
        for case in cases:
            place = case.drop(tmp_path)
            if place.stat().st_size <= LARGEST:
                compared += both.compare([place])
            place.unlink()
    assert differences(compared) == []
    assert len([exiftool for _, exiftool in compared if exiftool]) > len(cases) / 2


@pytest.mark.corpus
def test_the_corpus_and_its_rows(both: BothReaders) -> None:
    if not CORPUS.is_dir():
        pytest.skip("no corpus beside this checkout")
    found = (Path(top) / name for top, _, names in os.walk(CORPUS) for name in names)
    places = sorted(place for place in found if place.suffix.lower() in ENDINGS)
    compared: list[Compared] = []
    for at in range(0, len(places), 32):
        compared += both.compare(places[at : at + 32])
    assert differences(compared) == []
    assert [one.file.path for one, other in compared if rows(one) != rows(other)] == []
    assert len(compared) > CORPUS_SHARE * len(places)


def rows(raw: RawRecord | None) -> object:
    """Return all rows of an image, the kept record apart, which says who read it."""
    assert raw is not None
    return pack_image(pipeline.process(raw))._replace(record=b"")
