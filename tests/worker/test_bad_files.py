"""One bad file is one failure; its neighbours never notice."""

import os

from drawn_images import draw, infotext, png
from working_by_hand import ByHand

FAILURES = "SELECT root, path, stage, error_class, message, attempts FROM failures"


def test_a_bad_file_does_not_stop_the_batch(by_hand: ByHand) -> None:
    for seed in range(5):
        draw(by_hand.place.input / f"{seed}.png", seed)
    (by_hand.place.input / "2.png").write_text("no image at all", encoding="utf-8")
    by_hand.work()
    assert by_hand.rows("SELECT path, status FROM images ORDER BY path") == [
        ("0.png", "ok"),
        ("1.png", "ok"),
        ("2.png", "unreadable"),
        ("3.png", "ok"),
        ("4.png", "ok"),
    ]
    said = "not an image: starts with 6e 6f 20 69 6d 61 67 65 20 61 74 20 (no image at )"
    assert by_hand.rows(FAILURES) == [("Input", "2.png", "extract", "BadFileError", said, 1)]


def test_a_repaired_file_has_its_row_and_no_failure_any_more(by_hand: ByHand) -> None:
    image = by_hand.place.input / "a.png"
    image.write_text("no image", encoding="utf-8")
    by_hand.work()
    before = by_hand.rows("SELECT id, status FROM images")
    image.write_bytes(png(infotext(7)))
    by_hand.work()
    assert by_hand.rows("SELECT id, status FROM images") == [(before[0][0], "ok")]
    assert by_hand.rows(FAILURES) == []


def test_an_image_that_was_spoilt_is_unreadable_and_says_nothing_old(by_hand: ByHand) -> None:
    image = draw(by_hand.place.input / "a.png", 1)
    by_hand.work()
    image.write_text("spoilt since", encoding="utf-8")
    by_hand.work()
    assert by_hand.rows("SELECT status, state FROM images") == [("unreadable", "present")]
    assert by_hand.rows("SELECT key FROM kv") == []
    assert by_hand.rows("SELECT token FROM tokens") == []


def test_an_empty_file_is_no_failure_and_has_a_row(by_hand: ByHand) -> None:
    (by_hand.place.input / "empty.png").touch()
    by_hand.work()
    assert by_hand.rows("SELECT status, warnings FROM images") == [
        ("no_metadata", "ExifTool: File is empty")
    ]
    assert by_hand.rows(FAILURES) == []


def test_a_folder_and_a_pipe_that_are_called_like_images_are_left_alone(by_hand: ByHand) -> None:
    (by_hand.place.input / "folder.png").mkdir()
    os.mkfifo(by_hand.place.input / "pipe.png")
    draw(by_hand.place.input / "a.png", 1)
    by_hand.work()
    assert by_hand.rows("SELECT path FROM images") == [("a.png",)]
