"""A folder that is away is not a folder that was emptied."""

import errno
import shutil

import pytest
from commands import run
from drawn_images import draw, draw_many
from working_by_hand import ByHand

from service.watch.marker import read_marker

STATES = "SELECT state, COUNT(*) FROM images GROUP BY state"


def test_a_root_that_is_away_turns_nothing_missing_and_goes_on_when_it_is_back(
    by_hand: ByHand,
) -> None:
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    away = by_hand.place.input.rename(by_hand.place.top / "away")
    by_hand.work()
    offline = (
        by_hand.rows(STATES),
        by_hand.rows("SELECT name, online, note FROM roots"),
        by_hand.house.worker.notes,
    )
    away.rename(by_hand.place.input)
    draw(by_hand.place.input / "new.png", 99)
    by_hand.work()
    said = f"Input: {by_hand.place.input} cannot be listed (No such file or directory)"
    assert offline == ([("present", 5)], [("Input", 0, said)], [said])
    assert by_hand.rows(STATES) == [("present", 6)]
    assert by_hand.rows("SELECT name, online, note FROM roots") == [("Input", 1, None)]
    assert by_hand.house.worker.notes == []


def test_a_root_emptied_with_its_marker_turns_nothing_missing_and_says_the_mend(
    by_hand: ByHand,
) -> None:
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    shutil.rmtree(by_hand.place.input)
    by_hand.place.input.mkdir()
    by_hand.work()
    emptied = by_hand.rows(STATES), by_hand.house.worker.notes
    (by_hand.place.input / ".aiimagepipe").touch()
    by_hand.work()
    said = (
        f"Input: {by_hand.place.input} is offline or emptied: not marking its files missing; "
        'if this is the right folder, run: aiimagepipe confirm-missing "Input"'
    )
    assert emptied == ([("present", 5)], [said])
    assert by_hand.rows(STATES) == [("missing", 5)]
    assert by_hand.house.worker.notes == []


def refuse_to_write(*_: object) -> None:
    raise OSError(errno.EACCES, "Permission denied")


def test_a_marker_laid_by_an_administrator_serves_a_service_that_may_only_read(
    by_hand: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = run(by_hand.place, "mark-roots")
    assert (got.code, got.out) == (0, f"Input: {by_hand.place.input} has its marker\n")
    marker = read_marker(by_hand.place.input)
    assert marker
    monkeypatch.setattr("service.watch.marker._write_marker", refuse_to_write)
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    assert by_hand.rows("SELECT marker FROM volumes") == [(marker.name,)]
    for image in by_hand.place.input.glob("*.png"):
        image.unlink()
    by_hand.work()
    assert by_hand.rows(STATES) == [("missing", 5)]


def test_a_root_that_cannot_be_marked_is_told_and_its_images_have_their_rows(
    by_hand: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.watch.marker._write_marker", refuse_to_write)
    folder = by_hand.place.input
    got = run(by_hand.place, "mark-roots", "--json")
    message = f"{folder} cannot be written to; known files alone tell whether it is there"
    told = {"root": "Input", "path": str(folder), "marked": False, "message": message}
    assert (got.code, got.json()) == (1, [told])
    draw_many(folder, 5)
    by_hand.work()
    assert by_hand.rows(STATES) == [("present", 5)]
    min(folder.glob("*.png")).unlink()
    by_hand.work()
    assert by_hand.rows(STATES) == [("missing", 1), ("present", 4)]


def test_a_folder_that_was_emptied_is_not_marked_as_the_known_one(by_hand: ByHand) -> None:
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    shutil.rmtree(by_hand.place.input)
    by_hand.place.input.mkdir()
    got = run(by_hand.place, "mark-roots")
    assert (got.code, "offline or emptied" in got.out) == (1, True)
    assert list(by_hand.place.input.iterdir()) == []
