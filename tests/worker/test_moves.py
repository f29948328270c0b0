"""One image keeps one row, whatever is done to its file, and is read once for each content."""

import os
import shutil
from pathlib import Path

from drawn_images import draw, draw_many
from working_by_hand import ByHand, Door

PLACES = "SELECT id, path, state FROM images ORDER BY path"


def test_a_touched_file_is_not_read_again(by_hand: ByHand) -> None:
    image = draw(by_hand.place.input / "a.png", 1)
    by_hand.work()
    kept = "SELECT recipe, ingested_at, record FROM images JOIN raw_records ON image_id = id"
    before, first = by_hand.rows(kept), by_hand.read_by_exiftool()
    os.utime(image, (1_600_000_000, 1_600_000_000))
    by_hand.work()
    assert (first, by_hand.read_by_exiftool()) == (["a.png"], [])
    assert by_hand.rows(kept) == before
    assert by_hand.rows("SELECT modified_at FROM images") == [("2020-09-13T12:26:40Z",)]


def test_an_overwritten_file_keeps_its_id_and_gets_its_new_content(by_hand: ByHand) -> None:
    draw(by_hand.place.input / "a.png", 1)
    by_hand.work()
    before = by_hand.rows("SELECT id FROM images")
    draw(by_hand.place.input / "a.png", 2, "a blue whale")
    by_hand.work()
    assert by_hand.rows("SELECT image_id, seed, positive_prompt FROM v_images_search") == [
        (before[0][0], "2", "a blue whale"),
    ]
    assert by_hand.rows("SELECT token FROM tokens WHERE side = 'pos'") == [("a blue whale",)]


def test_a_renamed_file_and_one_in_a_renamed_folder_keep_their_rows_unread(by_hand: ByHand) -> None:
    draw(by_hand.place.input / "a.png", 1)
    draw_many(by_hand.place.input / "old", 20, start=10)
    by_hand.work()
    before = [
        (id_, state)
        for id_, _, state in by_hand.rows("SELECT id, path, state FROM images ORDER BY id")
    ]
    by_hand.read_by_exiftool()
    (by_hand.place.input / "a.png").rename(by_hand.place.input / "b.png")
    (by_hand.place.input / "old").rename(by_hand.place.input / "new")
    by_hand.work()
    assert by_hand.read_by_exiftool() == []
    assert by_hand.rows("SELECT id, state FROM images ORDER BY id") == before
    assert {path for _, path, _ in by_hand.rows(PLACES)} == {
        "b.png",
        *(f"new/{n:05}.png" for n in range(10, 30)),
    }


def test_what_moved_while_the_service_was_off_keeps_its_row(door: Door) -> None:
    by_hand = door.open()
    draw(by_hand.place.input / "a.png", 1)
    by_hand.work()
    before = by_hand.rows("SELECT id FROM images")
    by_hand.read_by_exiftool()
    by_hand = door.open()
    (by_hand.place.input / "deep").mkdir()
    (by_hand.place.input / "a.png").rename(by_hand.place.input / "deep" / "a.png")
    by_hand.work()
    assert by_hand.rows(PLACES) == [(before[0][0], "deep/a.png", "present")]
    assert by_hand.read_by_exiftool() == []


def test_two_copies_that_moved_in_different_batches_keep_a_row_each(by_hand: ByHand) -> None:
    # The second batch is examined before the first is written, and must not take the same row
    # again.
    for number in range(20):
        folder = by_hand.place.input / "old" / f"{number:02}"
        folder.mkdir(parents=True)
        os.utime(
            draw(folder / "same.png", 1), (1_600_000_000, 1_600_000_000)
        )  # settled as soon as it is seen
    by_hand.work()
    before = by_hand.rows("SELECT id, state FROM images ORDER BY id")
    (by_hand.place.input / "old").rename(by_hand.place.input / "new")
    by_hand.work()
    assert by_hand.rows("SELECT id, state FROM images ORDER BY id") == before
    assert [path for _, path, _ in by_hand.rows(PLACES)] == [
        f"new/{number:02}/same.png" for number in range(20)
    ]


def test_a_deleted_file_is_missing_and_the_same_file_come_back_is_present_unread(
    by_hand: ByHand,
) -> None:
    image = draw(by_hand.place.input / "a.png", 1)
    elsewhere = by_hand.place.top / "kept.png"
    by_hand.work()
    shutil.move(image, elsewhere)
    by_hand.work()
    gone = by_hand.rows("SELECT state, missing_since IS NULL FROM images")
    by_hand.read_by_exiftool()
    shutil.move(elsewhere, image)
    by_hand.work()
    assert gone == [("missing", 0)]
    assert by_hand.rows("SELECT state, missing_since IS NULL FROM images") == [("present", 1)]
    assert by_hand.read_by_exiftool() == []


def test_a_copy_has_a_row_of_its_own_and_both_are_duplicates(by_hand: ByHand) -> None:
    image = draw(by_hand.place.input / "a.png", 1)
    by_hand.work()
    shutil.copy(image, image.with_name("b.png"))
    by_hand.work()
    assert by_hand.rows("SELECT path, state FROM images ORDER BY path") == [
        ("a.png", "present"),
        ("b.png", "present"),
    ]
    assert by_hand.rows("SELECT copies, paths FROM v_duplicates") == [
        (2, "Input/a.png\nInput/b.png")
    ]


def test_of_two_copies_that_left_the_one_of_the_same_name_is_the_file_that_moved(
    by_hand: ByHand,
) -> None:
    one = draw(by_hand.place.input / "a.png", 1)
    by_hand.work()
    two = Path(shutil.copy(one, one.with_name("b.png")))
    by_hand.work()
    one.unlink()
    (by_hand.place.input / "new").mkdir()
    two.rename(by_hand.place.input / "new" / "b.png")
    by_hand.work()
    assert by_hand.rows("SELECT id, path, state FROM images ORDER BY id") == [
        (1, "a.png", "missing"),
        (2, "new/b.png", "present"),
    ]


def test_two_files_that_change_places_keep_their_rows_and_say_what_they_hold(
    by_hand: ByHand,
) -> None:
    one, two = draw(by_hand.place.input / "a.png", 1), draw(by_hand.place.input / "b.png", 22)
    by_hand.work()
    between = by_hand.place.top / "between.png"
    one.rename(between)
    two.rename(one)
    between.rename(two)
    _come_later(one, two)
    by_hand.work()
    assert by_hand.rows("SELECT path, seed FROM v_images_search ORDER BY path") == [
        ("a.png", "22"),
        ("b.png", "1"),
    ]


def _come_later(*paths: Path) -> None:
    """Give files another time than that of the last look at their places."""
    for path in paths:
        os.utime(path)
