"""The worker rests when there is nothing to do, and when something cannot be done.

Time is set by hand: it passes only where the worker waits, so that its turns can be counted on any
machine.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import FrameType

import apsw
import psutil
import pytest
from drawn_images import draw_many
from patience import wait_for
from working_by_hand import ByHand, Door

from service.clock import Clock

MINUTE = 60.0


@dataclass(slots=True)
class Hand:
    """The hand of the worker's clock. While ``is_held``, it moves only where the worker waits."""

    ahead: float = 0.0
    is_held: bool = False
    at: float = 0.0

    def read(self) -> float:
        return self.at if self.is_held else time.monotonic() + self.ahead

    def wait(self, seconds: float | None = None) -> bool:
        """Be every wait of the worker: nothing comes, so all of the time passes."""
        assert seconds is not None
        assert seconds > 0
        self.at += seconds
        return False

    @contextmanager
    def held(self) -> Iterator[None]:
        self.at, self.is_held = self.read(), True
        yield
        self.ahead, self.is_held = self.at - time.monotonic(), False


class StopAt(threading.Event):
    """A stop that comes at a moment of the clock."""

    def __init__(self, hand: Hand, moment: float) -> None:
        super().__init__()
        self._hand = hand
        self._moment = moment

    def is_set(self) -> bool:
        return self._hand.at >= self._moment

    def wait(self, timeout: float | None = None) -> bool:
        self._hand.wait(timeout)
        return self.is_set()


@dataclass(slots=True)
class Paced:
    """A house whose clock is set by hand."""

    by_hand: ByHand
    hand: Hand

    def turns_in(self, seconds: float) -> int:
        """Return how often the worker turns in so many seconds of its clock."""
        worker, turns = self.by_hand.house.worker, 0
        turn = worker.run_once

        def counted(now: float) -> bool:
            nonlocal turns
            turns += 1
            return turn(now)

        def wait(seconds: float | None = None) -> bool:
            news = self.by_hand.house.inbox._news
            news.release()  # as a condition does while it waits
            self.by_hand.wait_for_readers()  # in real time, which does not count here
            news.acquire()
            return self.hand.wait(seconds)

        with pytest.MonkeyPatch.context() as patch, self.hand.held():
            patch.setattr(worker, "run_once", counted)
            patch.setattr(self.by_hand.house.inbox._news, "wait", wait)
            worker.run(StopAt(self.hand, self.hand.at + seconds))
        return turns

    def rescan_every(self, seconds: float) -> None:
        housekeeping = self.by_hand.house.worker._housekeeping
        housekeeping._rescan_s = seconds
        housekeeping._next_rescan = self.hand.read() + seconds


@pytest.fixture
def paced(door: Door, monkeypatch: pytest.MonkeyPatch) -> Paced:
    """Return a house to be worked by hand, its clock, too."""
    hand = Hand()
    monkeypatch.setattr("service.assembly.Clock", lambda: Clock(hand.read))
    made = Paced(door.open(), hand)
    monkeypatch.setattr(made.by_hand.house.inbox, "_clock", hand.read)
    return made


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions a piece of work calls, Python's and C's."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def test_one_reader_remains_also_where_the_backlog_ends_with_a_full_batch(door: Door) -> None:
    with door.place.config.open("a", encoding="utf-8") as config:
        config.write("processes = 3\n")
    by_hand = door.open()
    draw_many(by_hand.place.input, 16)
    for path in by_hand.place.input.iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))  # settled as soon as a rescan meets it
    by_hand.work()
    assert by_hand.rows("SELECT COUNT(*) FROM images") == [(16,)]
    wait_for(lambda: len(by_hand.house.worker._parts.readers.describe(0.0)), 1)


def test_an_idle_worker_looks_once_a_second_and_does_little(paced: Paced) -> None:
    draw_many(paced.by_hand.place.input, 3)
    paced.by_hand.work()
    paced.turns_in(MINUTE)  # what follows the last batch
    turns = 0

    def rest() -> None:
        nonlocal turns
        turns = paced.turns_in(MINUTE)

    calls = calls_of(rest)
    assert turns in (60, 61)
    assert calls / turns < 300  # 138 were counted: some ten microseconds a second


@contextmanager
def locked(by_hand: ByHand) -> Iterator[None]:
    """Hold the database's write lock."""
    by_hand.house.store._connection.set_busy_timeout(
        0
    )  # each try would take a quarter of a real second
    # Not the standard library's: two SQLites in one process do not see each other's locks.
    with closing(apsw.Connection(str(by_hand.place.database))) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a_worker_whose_database_is_locked_rests_however_much_arrives(paced: Paced) -> None:
    by_hand = paced.by_hand
    draw_many(by_hand.place.input, 30)
    with locked(by_hand):
        by_hand.house.inbox.want_rescan("a test")
        turns = paced.turns_in(MINUTE)
        (note,) = by_hand.house.worker.notes
    assert note.startswith("another program holds the write lock since ")
    assert turns < 3 * 60  # one that spins turns without end
    by_hand.work()
    assert by_hand.rows("SELECT COUNT(*) FROM images") == [(30,)]
    assert by_hand.rows("SELECT COUNT(*) FROM failures") == [(0,)]


def test_rescans_go_on_over_a_long_lock_and_which_roots_are_there_is_written_after_it(
    paced: Paced,
) -> None:
    by_hand, root = paced.by_hand, paced.by_hand.place.input
    draw_many(root, 3)
    by_hand.work()
    paced.rescan_every(6.0)
    with locked(by_hand):
        root.rename(root.with_name("away"))
        paced.turns_in(20.0)
        while_away = by_hand.house.worker.notes
        root.with_name("away").rename(root)
        draw_many(root, 4, start=3)
        paced.turns_in(20.0)
        root.rename(root.with_name("away"))
        paced.turns_in(20.0)
    assert while_away == [f"Input: {root} cannot be listed (No such file or directory)"]
    paced.turns_in(20.0)
    assert by_hand.rows("SELECT online FROM roots") == [(0,)]
    root.with_name("away").rename(root)
    paced.turns_in(20.0)
    assert by_hand.rows("SELECT online FROM roots") == [(1,)]
    assert by_hand.rows(
        "SELECT COUNT(*) FROM images WHERE status = 'ok' AND state = 'present'"
    ) == [(7,)]


def test_a_worker_whose_readers_are_silent_rests_however_much_is_due(by_hand: ByHand) -> None:
    by_hand.work()
    inbox, worker, turns = by_hand.house.inbox, by_hand.house.worker, 0
    turn, stop = worker.run_once, threading.Event()
    draw_many(by_hand.place.input, 60)
    for path in by_hand.place.input.iterdir():
        inbox.add(worker._parts.roots["Input"], path, time.monotonic())

    def counted(now: float) -> bool:
        nonlocal turns
        turns += 1
        return turn(now)

    children = psutil.Process().children()  # another test's gallery may be among them
    readers = [child for child in children if "service.readers" in " ".join(child.cmdline())]
    for reader in readers:
        reader.suspend()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "run_once", counted)
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()
        time.sleep(2.0)  # shorter than a reader may be silent
        stop.set()
        inbox.wake()
        for reader in readers:
            reader.resume()
        thread.join()
    assert turns < 60  # one that spins turns thousands of times
    by_hand.work()
    assert by_hand.rows("SELECT COUNT(*) FROM images") == [(60,)]


def test_a_worker_without_exiftool_rests_however_much_arrives(paced: Paced) -> None:
    by_hand = paced.by_hand
    draw_many(by_hand.place.input, 30)
    program = by_hand.place.top / "exiftool"
    away = program.rename(by_hand.place.top / "away")
    by_hand.kill_exiftools()
    by_hand.house.inbox.want_rescan("a test")
    turns = paced.turns_in(MINUTE)
    away.rename(program)
    assert turns < 3 * 60  # one that spins turns without end
    by_hand.work()
    assert by_hand.rows("SELECT COUNT(*) FROM images WHERE status = 'ok'") == [(30,)]
    assert by_hand.rows("SELECT COUNT(*) FROM failures") == [(0,)]
