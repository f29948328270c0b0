"""The pure stages together."""

import pytest

from service.parse.blobs import TOO_DEEP
from service.pipeline import process
from service.records import RawRecord, WatchedFile

DEEP = "[" * 1000 + "]" * 1000


@pytest.mark.parametrize(
    "text",
    [
        f'{{"base_model": "a", "resolution": {DEEP}}}',
        f'{{"use_stable_diffusion_model": {DEEP}}}',
    ],
)
def test_brackets_a_thousand_deep_make_a_partial_image_and_no_error(text: str) -> None:
    file = WatchedFile(root="Input", path="a.png", size=1, mtime_ns=1)
    tags = {"PNG:Parameters": text, "PNG:ImageWidth": 8, "PNG:ImageHeight": 9}
    rows = process(
        RawRecord(
            file=file, mime_type="image/png", sha256=None, extractor="exiftool 12.57", tags=tags
        )
    )
    assert (rows.image.status, rows.image.warnings, rows.image.file_height) == (
        "partial",
        (
            "PNG:Parameters holds AI metadata in a form that no parser reads yet",
            TOO_DEEP.format(source="PNG:Parameters"),
        ),
        9,
    )
