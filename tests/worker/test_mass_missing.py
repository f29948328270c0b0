"""Many files that are gone at once are held as present, until that is confirmed or time is over."""

import shutil
from datetime import datetime, timedelta

import pytest
from commands import run
from drawn_images import draw_many
from working_by_hand import ByHand

STATES = "SELECT state, COUNT(*) FROM images GROUP BY state"
HELD = (
    "Input: {count} files are gone at once, and are held as present until {end}; if they were "
    'deleted on purpose, run: aiimagepipe confirm-missing "Input"'
)


@pytest.fixture
def collection(by_hand: ByHand) -> ByHand:
    """Return a house that knows 60 images in one folder and 20 in another."""
    for folder, count, start in (("old", 60, 0), ("new", 20, 100)):
        (by_hand.place.input / folder).mkdir()
        draw_many(by_hand.place.input / folder, count, start=start)
    by_hand.work()
    assert by_hand.rows(STATES) == [("present", 80)]
    return by_hand


def since(house: ByHand) -> list[tuple[object, ...]]:
    return house.rows("SELECT unconfirmed_since FROM volumes")


def said(house: ByHand, count: int) -> str:
    [(at,)] = since(house)
    end = (datetime.fromisoformat(str(at)) + timedelta(hours=1)).astimezone()
    return HELD.format(count=count, end=f"{end:%Y-%m-%d %H:%M}")


def test_many_files_gone_at_once_are_held_and_told_everywhere(collection: ByHand) -> None:
    shutil.rmtree(collection.place.input / "old")
    collection.work()
    collection.work()
    assert collection.rows(STATES) == [("present", 80)]
    assert collection.house.worker.notes == [said(collection, 60)]
    assert collection.rows("SELECT online, note FROM roots") == [(1, said(collection, 60))]


def test_fifty_files_or_a_fifth_of_a_root_are_not_many(collection: ByHand) -> None:
    for image in sorted((collection.place.input / "old").iterdir())[:50]:
        image.unlink()
    collection.work()
    assert collection.rows(STATES) == [("missing", 50), ("present", 30)]
    assert collection.house.worker.notes == []


def test_what_is_confirmed_is_missing_and_the_note_ends(collection: ByHand) -> None:
    shutil.rmtree(collection.place.input / "old")
    collection.work()
    collection.house.store.confirm_missing("Input", "2026-01-01T00:00:00Z")
    collection.work()
    assert collection.rows(STATES) == [("missing", 60), ("present", 20)]
    assert collection.house.worker.notes == []
    assert collection.rows("SELECT unconfirmed_since, confirmed_at FROM volumes") == [(None, None)]


def test_the_working_service_sees_a_confirmation_by_itself(collection: ByHand) -> None:
    shutil.rmtree(collection.place.input / "old")
    collection.work()
    collection.house.store.confirm_missing("Input", "2026-01-01T00:00:00Z")
    intake = collection.house.worker._parts.intake
    intake.write_root_status()
    assert intake.is_scanning


def test_files_that_come_back_end_the_note(collection: ByHand) -> None:
    away = (collection.place.input / "old").rename(collection.place.top / "away")
    collection.work()
    assert collection.house.worker.notes == [said(collection, 60)]
    away.rename(collection.place.input / "old")
    collection.work()
    assert collection.rows(STATES) == [("present", 80)]
    assert collection.house.worker.notes == []
    assert since(collection) == [(None,)]


def test_what_was_held_for_an_hour_is_missing_also_by_a_service_started_since(
    collection: ByHand,
) -> None:
    shutil.rmtree(collection.place.input / "old")
    collection.work()
    collection.house.store.hold_missing("Input", "2026-01-01T00:00:00Z")
    collection.work()
    assert collection.rows(STATES) == [("missing", 60), ("present", 20)]
    assert since(collection) == [(None,)]


def test_a_renamed_folder_is_no_loss_and_nothing_is_told(collection: ByHand) -> None:
    before = collection.rows("SELECT id FROM images ORDER BY id")
    (collection.place.input / "old").rename(collection.place.input / "renamed")
    collection.work()
    assert collection.rows(STATES) == [("present", 80)]
    assert collection.rows("SELECT id FROM images ORDER BY id") == before
    assert collection.house.worker.notes == []
    assert since(collection) == [(None,)]


def test_a_folder_that_an_event_says_is_gone_is_held_too(collection: ByHand) -> None:
    house = collection.house
    root = house.worker._parts.roots["Input"]
    shutil.rmtree(root.path / "old")
    house.inbox.add(root, root.path / "old", 0.0)
    collection.work()
    assert collection.rows(STATES) == [("present", 80)]
    assert house.worker.notes == [said(collection, 60)]


def test_status_and_doctor_tell_of_held_files(collection: ByHand) -> None:
    shutil.rmtree(collection.place.input / "old")
    collection.work()
    status = run(collection.place, "status")
    doctor = run(collection.place, "doctor")
    line = said(collection, 60)
    assert f"root Input {collection.place.input}: {line}" in " ".join(status.out.split())
    assert f"warning root Input: {line}" in doctor.out


def test_confirm_missing_is_said_beside_the_working_service(collection: ByHand) -> None:
    shutil.rmtree(collection.place.input / "old")
    collection.work()
    got = run(collection.place, "confirm-missing", "Input")
    assert (got.code, got.out) == (0, "Input: what is gone is taken as missing\n")
    collection.work()
    assert collection.rows(STATES) == [("missing", 60), ("present", 20)]


def test_a_root_that_is_not_watched_cannot_be_confirmed(collection: ByHand) -> None:
    got = run(collection.place, "confirm-missing", "input")
    assert (got.code, got.err) == (2, "aiimagepipe: there is no root 'input'; there are 'Input'\n")
