"""How a batch that cannot be written is tried again."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest
import store_samples
from set_clock import SetClock

from service.store.writer import Store
from service.worker.batch import FileOutcome
from service.worker.saver import Saver


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "images.db") as opened:
        opened._connection.set_busy_timeout(0)
        yield opened


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock from another connection."""
    with closing(apsw.Connection(str(path))) as other:
        other.execute("BEGIN IMMEDIATE").fetchall()
        yield


def batch(number: int) -> FileOutcome:
    return FileOutcome(rows=[store_samples.image(number)])


def waits_of(saver: Saver, outcome: FileOutcome, tries: int) -> list[float]:
    """Save an outcome that cannot be written, and return how long each try was put off."""
    now, waits = 0.0, []
    assert not saver.save(outcome, now)
    for _ in range(tries):
        assert saver.next_try is not None
        waits.append(saver.next_try - now)
        assert not saver.try_again(saver.next_try - 0.01)  # before its time nothing is tried
        now = saver.next_try
        assert not saver.try_again(now)
    return waits


def test_a_batch_that_cannot_be_written_is_tried_again_each_time_after_twice_the_wait(
    store: Store,
) -> None:
    done: list[FileOutcome] = []
    saver = Saver(store, SetClock().clock(), done.append)
    with locked(store.path):
        assert waits_of(saver, batch(1), 6) == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    assert (done, saver.note is None) == ([], False)
    assert saver.try_again(1000.0)
    assert (len(done), saver.note, saver.next_try) == (1, None, None)
    assert store.counts().present == 1


def test_after_a_batch_was_written_the_next_one_waits_as_short_as_the_first(store: Store) -> None:
    saver = Saver(store, SetClock().clock(), lambda _: None)
    with locked(store.path):
        waits_of(saver, batch(1), 4)
    assert saver.try_again(1000.0)
    with locked(store.path):
        assert waits_of(saver, batch(2), 3) == [0.5, 1.0, 2.0]
