"""Kinds of texts that were met later: each in words of our own, from tags to columns.

Every one was read wrongly or not at all before.
"""

from typing import Any

import pytest
from pydantic import JsonValue

from service.pipeline import process
from service.records import ImageRows, RawRecord, WatchedFile

JSON_PROMPT = '{\n  "scene": "a tin kettle",\n  "light": {"from": "the left"}\n}'


def read(tags: dict[str, JsonValue], path: str = "a.png") -> ImageRows:
    """Return the rows of a file with these tags."""
    file = WatchedFile(root="r", path=path, size=1, mtime_ns=1)
    raw = RawRecord(file=file, mime_type=None, sha256=None, extractor="exiftool 12.57", tags=tags)
    return process(raw)


def columns(rows: ImageRows, *names: str) -> tuple[Any, ...]:
    """Return values of the generator, of the image or of its base pass, by name."""
    values: list[Any] = []
    for name in names:
        of_image = hasattr(rows.image, name)
        values.append(getattr(rows.image if of_image else rows.image.base, name))
    return tuple(values)


# ── prompts that are JSON


@pytest.mark.parametrize(
    "prompt", [JSON_PROMPT, '{"scene": "a tin kettle"}', '[{"scene": "a tin kettle"}]']
)
@pytest.mark.parametrize("tag", ["PNG:Parameters", "ExifIFD:UserComment"])
@pytest.mark.parametrize("template", ["", "Template: {prompt}\n"])
def test_a_prompt_may_be_json(prompt: str, tag: str, template: str) -> None:
    block = template.replace("{prompt}", prompt)
    text = f"{prompt}\nNegative prompt: rust\n{block}Steps: 9, Seed: 41, App: SD.Next"
    rows = read({tag: text})
    assert columns(rows, "generator", "positive_prompt", "negative_prompt", "steps", "seed") == (
        "sdnext",
        prompt,
        "rust",
        9,
        "41",
    )


def test_json_that_was_cut_is_nobodys_prompt() -> None:
    rows = read({"PNG:Parameters": '{"prompt": "a cat\\nSteps: 20, Sampler: Euler a", "see'})
    assert columns(rows, "positive_prompt", "steps") == (None, None)


# ── the hires pass of an infotext


def test_the_one_strength_of_an_infotext_with_hires_fix_is_the_hires_passes() -> None:
    text = "a\nSteps: 8, Sampler: Euler, Seed: 5, Size: 504x760, Denoising strength: 0.45, "
    rows = read({"PNG:Parameters": f"{text}Hires upscale: 1.5, Hires steps: 4, Version: v1.9.0"})
    base, hires = rows.image.passes
    assert (base.denoise, base.width, base.height) == (None, 504, 760)
    assert (hires.denoise, hires.width, hires.height) == (0.45, 756, 1140)
    assert rows.image.shown.denoise == 0.45


def test_the_strength_of_an_infotext_without_hires_fix_is_the_base_passes() -> None:
    rows = read({"PNG:Parameters": "a\nSteps: 8, Sampler: Euler, Seed: 5, Denoising strength: 0.6"})
    assert [one.denoise for one in rows.image.passes] == [0.6]
    assert rows.image.shown == rows.image.base
