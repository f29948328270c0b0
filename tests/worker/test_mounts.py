"""Disks that come and go, with real mounts: what is on one that is away is not missing."""

from collections.abc import Iterator

import pytest
from drawn_images import draw, draw_many
from mounts import Disks
from working_by_hand import ByHand

STATES = "SELECT state, COUNT(*) FROM images GROUP BY state"
ROOTS = "SELECT name, online, note FROM roots"


def away(by_hand: ByHand, folder: str = "") -> str:
    place = by_hand.place.input / folder
    return (
        f"Input: {place} is offline or emptied: not marking its files missing; "
        'if this is the right folder, run: aiimagepipe confirm-missing "Input"'
    )


@pytest.fixture
def on_disk(by_hand: ByHand, disks: Disks) -> Iterator[Disks]:
    """Let the service first see the bare mount point, and then the disk with its images."""
    by_hand.work()
    disks.mount("pictures", by_hand.place.input)
    draw_many(by_hand.place.input, 5)
    by_hand.work()
    yield disks
    while by_hand.place.input.is_mount():
        disks.unmount(by_hand.place.input)


def test_a_root_that_was_mounted_late_is_offline_when_it_is_unmounted(
    by_hand: ByHand, on_disk: Disks
) -> None:
    on_disk.unmount(by_hand.place.input)
    by_hand.work()
    unmounted = by_hand.rows(STATES), by_hand.rows(ROOTS), by_hand.house.worker.notes
    on_disk.mount("pictures", by_hand.place.input)
    by_hand.work()
    assert unmounted == ([("present", 5)], [("Input", 0, away(by_hand))], [away(by_hand)])
    assert by_hand.rows(STATES) == [("present", 5)]
    assert by_hand.rows(ROOTS) == [("Input", 1, None)]


def test_images_made_on_the_bare_mount_point_are_read_and_make_nothing_missing(
    by_hand: ByHand, on_disk: Disks
) -> None:
    on_disk.unmount(by_hand.place.input)
    draw(by_hand.place.input / "meanwhile.png", 99)
    by_hand.work()
    by_hand.work()
    assert by_hand.rows(STATES) == [("present", 6)]
    assert by_hand.house.worker.notes == [away(by_hand)]


def test_another_disk_in_its_place_makes_nothing_missing(by_hand: ByHand, on_disk: Disks) -> None:
    on_disk.unmount(by_hand.place.input)
    on_disk.mount("holidays", by_hand.place.input)
    draw(by_hand.place.input / "beach.png", 99)
    by_hand.work()
    by_hand.work()
    assert by_hand.rows(STATES) == [("present", 6)]
    assert by_hand.house.worker.notes == [away(by_hand)]


def test_a_disk_that_leaves_while_files_of_it_settle_makes_nothing_missing(
    by_hand: ByHand, on_disk: Disks
) -> None:
    inbox, root = by_hand.house.inbox, next(iter(by_hand.house.worker._parts.roots.values()))
    for image in by_hand.place.input.glob("*.png"):
        inbox.add(root, image, 0.0)
    on_disk.unmount(by_hand.place.input)
    by_hand.work()
    assert by_hand.rows(STATES) == [("present", 5)]


@pytest.fixture
def below(by_hand: ByHand, disks: Disks) -> Iterator[Disks]:
    """Let a disk be mounted in a folder of the root, with images on it and beside it."""
    folder = by_hand.place.input / "nas"
    folder.mkdir()
    draw_many(by_hand.place.input, 3)
    disks.mount("nas", folder)
    (folder / "2026").mkdir()
    draw_many(folder / "2026", 4, start=10)
    by_hand.work()
    yield disks
    while folder.is_mount():
        disks.unmount(folder)


def test_of_a_disk_mounted_below_the_root_nothing_is_missing_while_it_is_away(
    by_hand: ByHand, below: Disks
) -> None:
    below.unmount(by_hand.place.input / "nas")
    next(by_hand.place.input.glob("*.png")).unlink()
    by_hand.work()
    unmounted = by_hand.rows(STATES), by_hand.rows(ROOTS), by_hand.house.worker.notes
    below.mount("nas", by_hand.place.input / "nas")
    next((by_hand.place.input / "nas" / "2026").glob("*.png")).unlink()
    by_hand.work()
    said = away(by_hand, "nas")
    assert unmounted == ([("missing", 1), ("present", 6)], [("Input", 1, said)], [said])
    assert by_hand.rows(STATES) == [("missing", 2), ("present", 5)]
    assert by_hand.house.worker.notes == []


def test_another_disk_below_the_root_makes_nothing_missing(by_hand: ByHand, below: Disks) -> None:
    below.unmount(by_hand.place.input / "nas")
    below.mount("holidays", by_hand.place.input / "nas")
    by_hand.work()
    assert by_hand.rows(STATES) == [("present", 7)]
    assert by_hand.house.worker.notes == [away(by_hand, "nas")]


def test_a_disk_that_leaves_while_a_rescan_is_under_way_makes_nothing_missing(
    by_hand: ByHand, below: Disks
) -> None:
    comparison = by_hand.house.worker._parts.intake._comparison
    comparison.want({"Input": "a test"})
    draw(by_hand.place.input / "new.png", 99)
    comparison.find_next(by_hand.house.worker._clock.monotonic())
    below.unmount(by_hand.place.input / "nas")
    by_hand.work()
    assert by_hand.rows(STATES) == [("present", 8)]


def test_a_disk_that_was_taken_away_for_good_is_given_up_when_that_is_confirmed(
    by_hand: ByHand, below: Disks
) -> None:
    below.unmount(by_hand.place.input / "nas")
    by_hand.house.store.confirm_missing("Input", "2026-01-01T00:00:00Z")
    by_hand.work()
    by_hand.work()
    assert by_hand.rows(STATES) == [("missing", 4), ("present", 3)]
    assert by_hand.house.worker.notes == []
    assert by_hand.rows("SELECT folder, confirmed_at FROM volumes") == [("", None)]
