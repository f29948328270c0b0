"""A1111's text made of a row is read back as the same row."""

from running_gallery import Library  # found by conftest.py

from service import pipeline
from service.gallery.texts import SAMPLERS, SCHEDULERS, write_infotext
from service.normalize.samplers import split_sampler
from service.records import RawRecord, WatchedFile
from service.store.database_reader import DatabaseReader
from service.store.images_row import image_columns
from service.store.one_image import ImageRecord

KEPT = (
    *("negative_prompt", "steps", "cfg_scale", "guidance", "seed", "width", "height"),
    *("sampler_norm", "scheduler_norm", "model_norm", "model_hash", "vae", "clip_skip", "denoise"),
)
"""Columns that the text states as they are."""


def read_back(text: str) -> dict[str, object]:
    """Return the row of an image that has this text."""
    file = WatchedFile("Input", "made.png", 1, 1)
    raw = RawRecord(file, "image/png", None, "exiftool", {"PNG:Parameters": text})
    return dict(image_columns(pipeline.process(raw)))


def images(library: Library) -> dict[str, ImageRecord]:
    found: dict[str, ImageRecord] = {}
    with DatabaseReader.open(library.database) as reader:
        for row in reader.search_rows():
            image = reader.image(int(str(row["image_id"])))
            assert image is not None
            found[str(row["file_name"])] = image
    return found


def test_every_sample_is_read_back_from_the_text_of_its_row(library: Library) -> None:
    lost = {}
    for name, image in images(library).items():
        text = write_infotext(image)
        if text is None or image.image["steps"] is None:
            continue
        again = read_back(text)
        differing = {
            column: (image.image[column], again[column])
            for column in KEPT
            if again[column] != (image.image[column] or None)  # A1111 writes no empty negative
        }
        if differing:
            lost[name] = differing
    assert lost == {}


def test_loras_that_no_prompt_names_become_tags(library: Library) -> None:
    text = write_infotext(images(library)["ComfyUI_00003_.png"]) or ""
    assert text.splitlines()[0] == (
        "a knitted owl on a shelf, embedding:soft_wool <lora:knitwear:0.9> <lora:soft_light:0.4>"
    )
    assert read_back(text)["loras"] == "knitwear:0.9, soft_light:0.4"


def test_loras_of_the_prompt_are_not_named_twice(library: Library) -> None:
    text = write_infotext(images(library)["a1111-lora-embedding.png"]) or ""
    assert text.count("<lora:") == 2


def test_nothing_known_is_no_text(library: Library) -> None:
    assert write_infotext(images(library)["photograph.jpg"]) is None


def test_a1111_s_names_are_read_as_the_same_samplers_and_schedules() -> None:
    assert {name: split_sampler(label, None)[0] for name, label in SAMPLERS.items()} == {
        name: name for name in SAMPLERS
    }
    assert {name: split_sampler("Euler", label)[1] for name, label in SCHEDULERS.items()} == {
        name: name for name in SCHEDULERS
    }
