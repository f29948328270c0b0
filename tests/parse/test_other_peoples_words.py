"""Texts of files that no generator made, in words that generators use.

None of them is taken for metadata.
"""

from typing import Any

import pytest

from service.pipeline import process
from service.records import RawRecord, WatchedFile

WORDS: dict[str, dict[str, Any]] = {
    "a recipe": {"IFD0:ImageDescription": "Potato soup\nSteps: 5, Size: 4 bowls, Time: an hour"},
    "a gardener's plan": {"PNG:Description": "Bed 3\nSteps: 2, Seed: sunflower, Size: 30x40"},
    "a toy's manual": {"XMP-dc:Description": "Set 75\nSteps: 12, Model: X-wing"},
    "a program's command": {"PNG:Description": "picture of curl --version 8"},
    "a bare option": {"PNG:Comment": "--v 2"},
    "a comment of options": {"PNG:Comment": "convert in.png --quality 90 --stop 5 out.png"},
    "a camera's comment": {"ExifIFD:UserComment": "Sampler: none, Seed: none"},
    "a screenshot": {"PNG:Software": "gnome-screenshot", "PNG:CreationTime": "2024"},
    "a drawing program": {
        "PNG:Software": "Adobe ImageReady",
        "XMP-xmp:CreatorTool": "Adobe Photoshop 25.0",
    },
    "JSON of a camera": {"ExifIFD:UserComment": '{"size": "512x512", "seed": 4, "model": "X100"}'},
    "JSON of a chart": {"PNG:Description": '{"steps": 10, "width": 640, "height": 480}'},
    "JSON of a video's size": {"PNG:Comment": '{"resolution": "1920 x 1080", "codec": "h264"}'},
    "a fox in a title": {"PNG:Title": "a fox, Midjourney style", "PNG:Author": "A. Painter"},
    "Draw things": {"PNG:Description": "How to draw things: foxes"},
    "a poem": {"PNG:Comment": "Negative space, and then\nthe steps: one, two, three"},
}


@pytest.mark.parametrize("name", WORDS)
def test_no_generator_is_seen_in_other_peoples_words(name: str) -> None:
    file = WatchedFile(root="Input", path="x.png", size=1, mtime_ns=1)
    raw = RawRecord(
        file=file, mime_type="image/png", sha256=None, extractor="exiftool 12.57", tags=WORDS[name]
    )
    rows = process(raw)
    assert (rows.image.status, rows.image.generator, rows.resources) == ("no_metadata", None, ())
