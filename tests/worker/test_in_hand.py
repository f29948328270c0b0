"""A file that a batch in hand has already is not done twice.

However often events or a rescan name it before that batch is written.
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from drawn_images import draw
from working_by_hand import ByHand

from service.worker.batch import Counters

PLACES = "SELECT id, path, state FROM images ORDER BY id"
LONG_AGO = (1_600_000_000, 1_600_000_000)


@dataclass(slots=True)
class Turns:
    """Lets the worker turn once at each moment it is given, in seconds after the beginning."""

    by_hand: ByHand
    began: float

    def hear(self, path: Path, at: float = 0.0) -> None:
        """Name a file and let it be looked at, so that it has settled at the next look but one."""
        inbox, now = self.by_hand.house.inbox, self.began + at
        inbox.add(self.by_hand.house.worker._parts.roots["Input"], path, now)
        assert inbox.take(now + 0.02, 9).arrived == ()

    def want_rescan(self) -> None:
        self.by_hand.house.inbox.want_rescan("a test")

    def turn(self, at: float) -> None:
        self.by_hand.house.worker.run_once(self.began + at)

    def finish(self) -> None:
        """Turn until nothing is in hand or held back any more.

        No rescan meets the files meanwhile.
        """
        worker, at = self.by_hand.house.worker, 3.0
        while worker._in_hand or worker._put_aside:
            self.by_hand.wait_for_readers()
            self.turn(at)
            at += 1.0

    def files_in_hand(self) -> list[list[str]]:
        """Return the files of each batch in hand."""
        found = []
        for batch in self.by_hand.house.worker._in_hand:
            read = [arrival.file.path for arrival in batch.arrivals if not batch.is_sorted]
            read += [each.file.file.path for each in batch.to_read]
            found.append(read + [file.path for _, file in batch.outcome.moved])
        return found


def turns_of(by_hand: ByHand) -> Turns:
    """Return a worker at rest, to be turned by hand."""
    by_hand.work()
    by_hand.read_by_exiftool()
    by_hand.house.worker.counters = Counters()
    by_hand.house.worker._parts.intake._comparison._not_before.clear()  # the next one need not rest
    return Turns(by_hand, by_hand.house.worker._clock.monotonic())


def test_a_file_heard_of_again_while_it_is_read_is_read_once(by_hand: ByHand) -> None:
    turns = turns_of(by_hand)
    image = draw(by_hand.place.input / "a.png", 1)
    os.utime(image, LONG_AGO)  # settled as soon as a rescan meets it
    turns.hear(image)
    turns.want_rescan()
    turns.turn(0.03)
    assert turns.files_in_hand() == [["a.png"]]
    turns.turn(1.0)
    turns.finish()
    assert by_hand.house.worker.counters == Counters(done=1, unchanged=1)
    assert by_hand.read_by_exiftool() == ["a.png"]


def test_a_moved_file_heard_of_again_before_its_new_place_is_written_is_not_read(
    by_hand: ByHand,
) -> None:
    image = draw(by_hand.place.input / "a.png", 1)
    os.utime(image, LONG_AGO)
    turns = turns_of(by_hand)
    moved = image.rename(image.with_name("b.png"))
    turns.hear(moved)
    turns.want_rescan()
    turns.turn(0.03)
    assert turns.files_in_hand() == [["b.png"]]
    turns.turn(1.0)
    turns.finish()
    assert by_hand.house.worker.counters == Counters(unchanged=1, moved=1)
    assert by_hand.read_by_exiftool() == []
    assert by_hand.rows(PLACES) == [(1, "b.png", "present")]


def test_a_file_that_is_heard_of_and_met_by_a_rescan_in_one_batch_is_read_once(
    by_hand: ByHand,
) -> None:
    turns = turns_of(by_hand)
    image = draw(by_hand.place.input / "a.png", 1)
    os.utime(image, LONG_AGO)
    turns.hear(image)
    turns.want_rescan()
    turns.turn(1.0)
    assert turns.files_in_hand() == [["a.png"]]
    turns.finish()
    assert by_hand.house.worker.counters == Counters(done=1)
    assert by_hand.read_by_exiftool() == ["a.png"]


def test_a_file_that_moves_while_it_is_read_keeps_its_one_row_and_is_read_once(
    by_hand: ByHand,
) -> None:
    turns = turns_of(by_hand)
    image = draw(by_hand.place.input / "a.png", 1)
    os.utime(image, LONG_AGO)
    turns.want_rescan()
    turns.turn(0.0)
    by_hand.wait_for_readers()
    turns.turn(0.1)
    by_hand.wait_for_readers()  # it has been read, and is not written yet
    moved = image.rename(image.with_name("b.png"))
    turns.hear(moved, at=1.0)
    turns.turn(2.0)
    turns.finish()
    assert by_hand.rows(PLACES) == [(1, "b.png", "present")]
    assert by_hand.house.worker.counters == Counters(done=1, moved=1)
    assert by_hand.read_by_exiftool() == ["a.png"]


def rewrite_quietly(image: Path) -> bytes:
    """Give an image other facts of the same length; size and time stay what they were.

    Return its bytes.
    """
    status = image.stat()
    data = image.read_bytes().replace(b"Seed: 1,", b"Seed: 2,")
    image.write_bytes(data)
    assert image.stat().st_size == status.st_size
    os.utime(image, ns=(status.st_atime_ns, status.st_mtime_ns))
    return data


def test_a_file_written_between_its_hash_and_its_reading_is_read_whole_again(
    by_hand: ByHand,
) -> None:
    turns = turns_of(by_hand)
    image = draw(by_hand.place.input / "a.png", 1)
    turns.hear(image)
    turns.turn(1.0)
    by_hand.wait_for_readers()  # they have looked
    data = rewrite_quietly(image)
    turns.turn(2.0)
    turns.finish()
    assert by_hand.rows("SELECT count(*) FROM images") == [(0,)]
    by_hand.work()
    assert by_hand.rows("SELECT seed, sha256 FROM images") == [("2", sha256(data).hexdigest())]
