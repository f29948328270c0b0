"""How often the service tells of itself."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from set_clock import START, SetClock

from service.service_state import read_state
from service.store.status import ServiceStatus
from service.store.writer import Store
from service.worker.heartbeat import Heartbeat, status_file


class Told:
    """A board, and what it last told."""

    def __init__(self, store: Store) -> None:
        self.time = SetClock()
        self.board = Heartbeat(store, self.time.clock(), "12.57")
        self._store = store

    def at(self, now: float, **changes: object) -> tuple[object, object]:
        """Let the board tell, and return the queue and the message that can be read then."""
        self.time.now = now
        self.board.update(now, **changes)
        told = json.loads(status_file(self._store.path).read_bytes())
        row = self._store.status()
        assert row is not None
        assert (told["queued"], told["message"]) == (row.queued, row.message)
        return row.queued, row.message


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with Store.open(tmp_path / "images.db") as store:
        yield Told(store)


def test_what_it_waits_for_is_told_at_once_and_so_is_that_it_waits_no_more(told: Told) -> None:
    assert told.at(0.0, queued=1, message=None) == (1, None)
    assert told.at(0.1, message="the disk is full") == (1, "the disk is full")
    assert told.at(0.2, message="another program") == (1, "another program")
    assert told.at(0.3, message=None) == (1, None)


def test_what_changes_all_the_time_is_told_every_two_seconds(told: Told) -> None:
    queued = [told.at(now / 10, queued=now)[0] for now in range(50)]
    assert queued == [0] * 20 + [20] * 20 + [40] * 10


def test_an_urgent_word_takes_along_what_is_known_by_then(told: Told) -> None:
    told.at(0.0, queued=1)
    assert told.at(0.5, queued=2) == (1, None)
    assert told.at(0.6, message="the disk is full") == (2, "the disk is full")


def test_where_nothing_changes_the_heartbeat_comes_every_twenty_seconds(
    told: Told, tmp_path: Path
) -> None:
    beats = set()
    for now in range(61):
        told.at(float(now), queued=0)
        status = json.loads(status_file(tmp_path / "images.db").read_bytes())
        beats.add(status["heartbeat_at"])
    assert sorted(beats) == [
        "2026-02-02T02:40:00Z",
        "2026-02-02T02:40:20Z",
        "2026-02-02T02:40:40Z",
        "2026-02-02T02:41:00Z",
    ]


@pytest.fixture
def ended() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(("is_ours", "expected"), [(True, True), (False, False)])
def test_after_the_clock_was_set_back_the_process_alone_tells_whether_it_runs(
    tmp_path: Path, ended: int, *, is_ours: bool, expected: bool
) -> None:
    an_hour_ahead = SetClock(time.time() - START + 3600).clock()
    with Store.open(tmp_path / "images.db") as store:
        pid = os.getpid() if is_ours else ended
        status = ServiceStatus(
            pid=pid, host=socket.gethostname(), heartbeat_at=an_hour_ahead.stamp()
        )
        store.heartbeat(status)
    assert read_state(tmp_path / "images.db").running is expected


def test_a_heartbeat_of_another_machine_from_the_future_is_none(tmp_path: Path) -> None:
    an_hour_ahead = SetClock(time.time() - START + 3600).clock()
    with Store.open(tmp_path / "images.db") as store:
        store.heartbeat(ServiceStatus(pid=1, host="elsewhere", heartbeat_at=an_hour_ahead.stamp()))
    assert not read_state(tmp_path / "images.db").running
