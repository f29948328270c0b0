"""Sections of a SwarmUI prompt that sample again: ``<segment:face,0.6,0.5> a smiling woman``.

A section runs from its tag to the next one's. ``<segment:WHAT,CREATIVITY,THRESHOLD>`` finds WHAT, a text for CLIPSeg or
``yolo-`` with a model's file, and paints it anew with the section's text; ``<object:…>`` does so in a box (SwarmUI's
docs, Prompt Syntax). What the tag leaves out is not stated.
"""

import re
from collections.abc import Iterator

from service.parse.model_files import model_file
from service.records import Field, Resource, Sampling, Stated

_TAG = re.compile(r"<(base|refiner|segment|object|region|extend|video|videoswap|edit)(?::([^<>]{0,300}))?>")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_YOLO = re.compile(r"yolo-(.+?)(?:-\d+)?")


def passes(prompt: Stated | None) -> tuple[Sampling, ...]:
    """Return a detailer pass for each segment, in order."""
    return tuple(Sampling("detailer", _fields(what, text, source)) for what, text, source in _segments(prompt))


def detectors(prompt: Stated | None) -> Iterator[Resource]:
    """Yield the models that found the segments."""
    for what, _, source in _segments(prompt):
        match = _YOLO.fullmatch(what[0])
        if match is not None:
            yield model_file("detector", match[1], source)


def _fields(what: list[str], text: str, source: str) -> dict[Field, Stated]:
    fields: dict[Field, Stated] = {"positive_prompt": Stated(text, source)} if text else {}
    if len(what) > 1 and _NUMBER.fullmatch(what[1]):
        fields["denoise"] = Stated(what[1], source)
    return fields


def _segments(prompt: Stated | None) -> Iterator[tuple[list[str], str, str]]:
    """Yield each segment's words within the tag, its text, and where it stands."""
    if prompt is None or not isinstance(prompt.value, str) or "<segment:" not in prompt.value:
        return
    tags = list(_TAG.finditer(prompt.value))
    ends = [*(tag.start() for tag in tags), len(prompt.value)][1:]
    for tag, end in zip(tags, ends, strict=True):
        if tag[1] == "segment" and tag[2]:
            what = [word.strip() for word in tag[2].split(",")]
            yield what, prompt.value[tag.end() : end].strip(), prompt.source
