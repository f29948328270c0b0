"""A request is done between batches, and what goes wrong in it is its own end."""

import pytest
from drawn_images import draw_many
from working_by_hand import ByHand

from service.store.requests import Request
from service.worker import requests as asked

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
