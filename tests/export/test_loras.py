"""LoRAs as a prompt calls them: the weight that images mostly have, and the words beside them."""

from pathlib import Path

import commands
import pytest

from service import pipeline
from service.records import RawRecord, WatchedFile
from service.store.writer import Store

COMMON = "masterpiece, best quality"
PROMPTS = (
    f"{COMMON}, etched lines, crosshatch, hen, <lora:Etching_v2:0.6>",
    f"{COMMON}, etched lines, crosshatch, goat, <lora:Etching_v2:0.9>",
    f"{COMMON}, etched lines, mill, <lora:etching_v2:0.8>",
    f"{COMMON}, etched lines, barn, <lora:Etching_v2:0.8> <lora:rust:-0.5>",
    f"{COMMON}, barn, <lora:rust:1.25>",
    f"{COMMON}, barn, mill",
    f"{COMMON}, barn, hen",
    f"{COMMON}, pond",
)
INFOTEXT = "{prompt}\nSteps: 20, Sampler: Euler a, Seed: {seed}, Size: 512x512, Model: {model}"


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("loras") / "images.db"
    with Store.open(path) as store:
        rows = [pipeline.process(record(number)) for number in range(len(PROMPTS))]
        store.save(rows, now="2026-02-01T00:00:00Z")
    return path


def record(number: int) -> RawRecord:
    model = "first" if number < 2 else "second"
    text = INFOTEXT.format(prompt=PROMPTS[number], seed=number, model=model)
    return RawRecord(
        file=WatchedFile(root="Input", path=f"{number}.png", size=number + 1, mtime_ns=1),
        mime_type="image/png",
        sha256=None,
        extractor="exiftool 12.57",
        tags={"PNG:ImageWidth": 512, "PNG:ImageHeight": 512, "PNG:Parameters": text},
    )


def export(collection: Path, out: Path, *words: str) -> Path:
    said = commands.run_plainly(
        "export", "resources", "--kind", "lora", "--form", "tag", "--db", str(collection),
        "--out", str(out), *words,
    )  # fmt: skip
    assert (said.code, said.err) == (0, "")
    return out


def test_a_lora_has_the_median_of_its_weights(collection: Path, tmp_path: Path) -> None:
    listed = export(collection, tmp_path / "loras.txt").read_text("utf-8")
    assert listed == "<lora:Etching_v2:0.8>\n<lora:rust:-0.5>\n"


def test_the_words_that_go_with_it_are_those_that_other_images_seldom_have(
    collection: Path, tmp_path: Path
) -> None:
    listed = export(collection, tmp_path / "loras.txt", "--with-words", "3").read_text("utf-8")
    assert listed == "<lora:Etching_v2:0.8>, etched lines, crosshatch, goat\n<lora:rust:-0.5>\n"


def test_each_model_has_its_own_median(collection: Path, tmp_path: Path) -> None:
    folder = export(collection, tmp_path / "loras", "--by-model")
    assert {path.stem: path.read_text("utf-8") for path in folder.iterdir()} == {
        "first": "<lora:Etching_v2:0.6>\n",
        "second": "<lora:Etching_v2:0.8>\n<lora:rust:-0.5>\n",
    }


def test_words_are_for_tags_alone(tmp_path: Path, collection: Path) -> None:
    said = commands.run_plainly(
        "export", "resources", "--kind", "lora", "--with-words", "3", "--db", str(collection),
        "--out", str(tmp_path / "loras.txt"),
    )  # fmt: skip
    complaint = 'with_words writes words behind a LoRA\'s tag; say form = "tag" with it'
    assert (said.code, said.err) == (2, f"aiimagepipe: export resources: {complaint}\n")
