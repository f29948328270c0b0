"""A request is done between batches, and what goes wrong in it is its own end."""

import os
import socket
import subprocess
import sys

import pytest
from drawn_images import draw_many
from working_by_hand import ByHand

from service.clock import Clock
from service.errors import DatabaseBusyError
from service.model_lookup.handed_over import new_file
from service.service_state import read_state
from service.store.requests import ASKER, Request
from service.worker import requests as asked
from service.worker.parts import Parts

NOW = "2026-01-31T12:00:00Z"


def ask(by_hand: ByHand, command: str, **arguments: object) -> int:
    book = by_hand.house.store.request_book()
    return book.add(command, arguments, NOW)  # type: ignore[arg-type]  # also what is not known


def found(by_hand: ByHand, number: int) -> Request | None:
    return by_hand.house.store.requests().find(number)


def test_what_a_killed_service_has_begun_is_done_at_the_next_start(by_hand: ByHand) -> None:
    draw_many(by_hand.place.input, 20)
    number = ask(by_hand, "reprocess", everything=True)
    request = found(by_hand, number)
    assert request is not None
    by_hand.house.store.request_book().change(request, state="running", done=7)
    by_hand.work()
    by_hand.work()  # a request is looked for about once a second, and there were no images before
    done = found(by_hand, number)
    assert done is not None
    assert (done.state, done.result) == ("done", {"failed": [], "count_failed": 0})


def test_a_start_forgets_the_ends_that_nobody_waits_for_and_old_files_of_killed_commands(
    by_hand: ByHand,
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here, database = socket.gethostname(), by_hand.place.database
    files = [new_file(database, kind) for kind in ("learnt", "images", "learnt", "images")]
    old, needed, young, others = [*files[:3], database.with_name("other.db.learnt-1")]
    for file in (old, needed, young, others):
        file.touch()
    for file in (old, needed, others):
        os.utime(file, (0, 0))
    book = by_hand.house.store.request_book()
    now = Clock().stamp()
    askers = [[here, ended.pid], [here, os.getpid()], ["elsewhere", ended.pid], None]
    numbers = [book.add("learn", {ASKER: asker}, now) for asker in askers]
    for number in numbers:
        request = found(by_hand, number)
        assert request is not None
        book.change(request, state="done")
    waiting = book.add("rewrite", {"images": str(needed), ASKER: [here, ended.pid]}, now)
    asked._tidy(book, database)
    left = by_hand.rows("SELECT id FROM request_rows ORDER BY id")
    assert left == [(number,) for number in [*numbers[1:], waiting]]
    assert [file.exists() for file in (old, needed, young, others)] == [False, True, True, True]


def test_a_request_that_is_not_known_or_fails_is_told_and_the_worker_goes_on(
    by_hand: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> asked.Job:
        raise ValueError("a bug")

    monkeypatch.setattr(asked, "JOBS", {"ingest": fail})
    monkeypatch.setattr(asked, "LOOK_S", 0.0)
    numbers = [ask(by_hand, "dance"), ask(by_hand, "ingest")]
    draw_many(by_hand.place.input, 3)
    by_hand.work()
    ends = [found(by_hand, number) for number in numbers]
    assert [(one.state, one.result) for one in ends if one] == [
        ("failed", {"message": "this service knows no dance; start the newer program"}),
        ("failed", {"message": "a bug"}),
    ]
    assert by_hand.rows("SELECT COUNT(*) FROM images") == [(3,)]


def test_a_request_that_cannot_be_begun_while_the_database_is_busy_waits_until_it_can(
    by_hand: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def busy_once(parts: Parts, clock: Clock, arguments: asked.Arguments) -> asked.Job:
        tries.append(arguments)
        if len(tries) == 1:
            raise DatabaseBusyError("another program writes")
        return asked.JOBS["reprocess"](parts, clock, arguments)

    monkeypatch.setattr(asked, "JOBS", {**asked.JOBS, "rewrite": busy_once})
    monkeypatch.setattr(asked, "LOOK_S", 0.0)
    number = ask(by_hand, "rewrite")
    requests = asked.Requests(by_hand.house.worker._parts, by_hand.house.worker._clock)
    assert not requests.advance(1.0, 8)
    for now in range(2, 9):
        requests.advance(float(now), 8)
    done = found(by_hand, number)
    assert done is not None
    assert (done.state, len(tries)) == ("done", 2)


def test_what_a_user_writes_into_the_table_of_requests_stops_nothing(
    by_hand: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "LOOK_S", 0.0)
    by_hand.house.store._connection.execute(
        """
        INSERT INTO request_rows (id, command, arguments, asked_at, state, done, result) VALUES
        (1, 'reprocess', 'junk', '', 'running', 'x', NULL),
        (2, 'ingest', '[1]', '', 'waiting', -1, '['),
        (3, x'ff', x'00', x'00', 'waiting', x'00', '5'), (4, '', '', '', x'00', 0, ''),
        (5, 'reprocess', '{"everything": 7}', '', 'waiting', 1e9, 'true')
        """
    )
    draw_many(by_hand.place.input, 2)
    by_hand.work()
    assert by_hand.rows("SELECT state FROM request_rows WHERE id IN (1, 2, 3, 5) ORDER BY id") == [
        ("done",),
        ("failed",),
        ("failed",),
        ("done",),
    ]
    assert by_hand.rows("SELECT COUNT(*) FROM images") == [(2,)]
    assert len(read_state(by_hand.place.database).requests) == 0


def test_a_request_that_is_taken_back_ends_after_the_batch_in_hand(
    by_hand: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_many(by_hand.place.input, 60)
    by_hand.work()
    monkeypatch.setattr(asked, "LOOK_S", 0.0)
    number = ask(by_hand, "reprocess", everything=True)
    house = by_hand.house
    requests = asked.Requests(house.worker._parts, house.worker._clock)
    assert requests.advance(1.0, 8)
    assert requests.is_working
    house.store.request_book().drop(number)
    assert not requests.advance(2.0, 8)
    assert not requests.is_working


def test_old_ends_that_nobody_reads_are_forgotten(by_hand: ByHand) -> None:
    old, new = ask(by_hand, "reprocess"), ask(by_hand, "reprocess")
    book = by_hand.house.store.request_book()
    for number in (old, new):
        request = book.find(number)
        assert request is not None
        book.change(request, state="done")
    by_hand.house.store._connection.execute(
        "UPDATE request_rows SET asked_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = ?",
        (new,),
    )
    by_hand.work()
    assert (found(by_hand, old) is None, found(by_hand, new) is None) == (True, False)
