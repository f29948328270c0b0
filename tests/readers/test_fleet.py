"""A file that holds, kills or confuses its reader costs itself alone."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from patience import wait_for

from service.errors import StartError
from service.readers.fleet import Fleet
from service.readers.process import ReaderProcess
from service.readers.readers import Question
from service.readers.seat import Deadlines
from service.readers.tickets import PIECE_BYTES, Asked, Deferred, Lost, Piece, Ticket

ODD = Path(__file__).with_name("odd_reader.py")
TOP = ODD.parent.parent.parent
PATIENCE_S = 50.0
SHORT = Deadlines(start=30.0, quick=1.0, slow=2.0)


def start(*words: str, **options: Any) -> Callable[..., ReaderProcess]:
    def start_one(on_message: Any, on_end: Any, **how: bool) -> ReaderProcess:
        argv = [sys.executable, str(ODD), *words]
        limit = options.get("memory_limit")
        is_limited = options.get("is_memory_limited", True)
        return ReaderProcess(argv, limit, on_message, on_end, is_memory_limited=is_limited, **how)

    return start_one


@pytest.fixture(autouse=True)
def service_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOP))


@contextmanager
def fleet(limit: int = 1, deadlines: Deadlines = SHORT, *words: str) -> Iterator[Fleet]:
    made = Fleet(start(*words), limit=limit, deadlines=deadlines)
    try:
        yield made
    finally:
        made.close()


def ask(one: Fleet, *items: tuple[str, object]) -> Ticket:
    return one.ask("odd", [Asked(item, 0) for item in items])


def answers(one: Fleet, ticket: Ticket) -> list[Any]:
    assert one.wait(ticket, PATIENCE_S), [one.status(), ticket.answers]
    found: list[Any] = []
    for answer in ticket.answers:
        found += answers(one, answer.ticket) if isinstance(answer, Deferred) else [answer]
    return found


def test_what_is_asked_is_answered_in_the_order_of_asking() -> None:
    with fleet() as one:
        assert answers(one, ask(one, ("a", None), ("b", None))) == [("a", "quick"), ("b", "quick")]
        assert one.version == "odd 1"


def test_a_file_that_holds_its_reader_is_lost_with_its_stage_and_its_neighbours_are_answered() -> (
    None
):
    with fleet() as one:
        got = answers(one, ask(one, ("a", None), ("sleep", 600), ("b", None)))
    lost = got[1]
    assert got == [("a", "quick"), lost, ("b", "quick")]
    assert isinstance(lost, Lost)
    assert (lost.stage, lost.seconds >= SHORT.slow) == ("sleep", True)


def test_the_neighbours_are_answered_before_the_slow_lane_has_given_up() -> None:
    deadlines = Deadlines(start=30.0, quick=0.5, slow=600.0)
    with fleet(1, deadlines) as one:
        ticket = ask(one, ("a", None), ("sleep", 600), ("b", None))
        assert one.wait(ticket, PATIENCE_S)
        first, slow, last = ticket.answers
        assert (first, last) == (("a", "quick"), ("b", "quick"))
        assert not slow.ticket.is_done


def test_a_file_that_is_only_slow_is_answered_by_the_slow_lane() -> None:
    deadlines = Deadlines(start=30.0, quick=0.3, slow=60.0)
    with fleet(1, deadlines) as one:
        assert answers(one, ask(one, ("sleep", 0.8))) == [("sleep", "slow")]


def test_a_reader_that_shows_that_it_goes_on_may_take_longer_and_is_told_since_it_began() -> None:
    with fleet() as one:
        ticket = ask(one, ("go on", 6))
        longest = 0.0
        while not ticket.is_done:
            longest = max([longest, *(s.seconds for s in one.status() if s.stage == "go on")])
        assert (answers(one, ticket), longest > SHORT.quick) == ([("go on", "quick")], True)


def test_a_file_that_a_reader_puts_off_is_answered_by_the_slow_lane() -> None:
    with fleet() as one:
        got = answers(one, ask(one, ("put off", None), ("a", None)))
    assert got == [("put off", "slow"), ("a", "quick")]


def test_a_file_that_kills_every_reader_is_lost_with_their_last_words() -> None:
    with fleet() as one:
        got = answers(one, ask(one, ("a", None), ("complain", None), ("b", None)))
    lost = got[1]
    assert got == [("a", "quick"), lost, ("b", "quick")]
    assert isinstance(lost, Lost)
    assert (lost.stage, lost.reason) == ("complain", "it died (exit code 4: no memory left)")


def test_a_file_over_which_a_reader_died_once_is_not_to_blame(tmp_path: Path) -> None:
    with fleet() as one:
        got = answers(one, ask(one, ("die once", str(tmp_path / "died")), ("a", None)))
    assert got == [("die once", "quick"), ("a", "quick")]


@pytest.mark.parametrize("word", ["die untold", "hang untold"])
def test_a_file_is_lost_also_where_its_readers_end_before_they_say_what_they_are_at(
    word: str,
) -> None:
    with fleet() as one:
        got = answers(one, ask(one, ("a", None), (word, None), ("b", None)))
    lost = got[1]
    assert got == [("a", "quick"), lost, ("b", "quick")]
    assert isinstance(lost, Lost)
    assert lost.stage == "ask"


@pytest.mark.parametrize("word", ["junk", "strange", "log junk", "note"])
def test_a_reader_that_is_out_of_step_is_ended(word: str) -> None:
    with fleet() as one:
        got = answers(one, ask(one, (word, None), ("a", None)))
    assert isinstance(got[0], Lost)
    assert got[1] == ("a", "quick")


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("place before the first", "ask"),
        ("place behind the last", "look"),
        ("request never made", "ask"),
        ("negative size", "ask"),
        ("stage with a line end", "ask"),
        ("note of tomorrow", "ask"),
    ],
)
def test_a_reader_that_notes_what_cannot_be_is_told_as_at_no_file_and_ended_in_time(
    word: str, stage: str
) -> None:
    with fleet() as one:
        ticket = ask(one, (word, None), ("a", None))
        seen = []
        while not ticket.is_done:
            seen += [(status.item, status.stage) for status in one.status()]
        lost, neighbour = answers(one, ticket)
    assert (None, stage) in seen
    assert isinstance(lost, Lost)
    assert (lost.seconds < PATIENCE_S, neighbour) == (True, ("a", "quick"))


def test_a_reader_that_hangs_with_the_interpreters_lock_is_lost_with_its_stage_and_file() -> None:
    with fleet() as one:
        ticket = ask(one, ("a", None), ("hold the lock", None), ("b", None))
        told = set()
        while not ticket.is_done:
            told |= {status.item for status in one.status() if status.stage == "hold the lock"}
        got = answers(one, ticket)
    assert told == {("hold the lock", None)}
    assert got == [("a", "quick"), got[1], ("b", "quick")]
    assert isinstance(got[1], Lost)
    assert got[1].stage == "hold the lock"


def test_a_file_that_takes_too_much_memory_is_lost_also_where_no_system_limits_it() -> None:
    process = start(memory_limit=150_000_000, is_memory_limited=False)
    one = Fleet(process, deadlines=Deadlines(start=30.0, quick=20.0, slow=20.0))
    try:
        large, small = answers(one, ask(one, ("grow", 300_000_000), ("a", None)))
    finally:
        one.close()
    assert (large.stage, small) == ("grow", ("a", "quick"))
    assert large.reason.endswith("bytes of memory, 150,000,000 are allowed")


def test_readers_killed_by_somebody_else_cost_no_file() -> None:
    with fleet(2, Deadlines()) as one:
        one.scale(2)
        tickets = [ask(one, *((str(at), None) for at in range(20))) for _ in range(40)]
        killed = 0
        for ticket in tickets:
            for status in one.status():
                if status.pid is not None and killed < 10:
                    with suppress(ProcessLookupError):  # it was killed before, and is not buried
                        os.kill(status.pid, signal.SIGKILL)
                        killed += 1
            assert answers(one, ticket) == [(str(at), "quick") for at in range(20)]
        assert killed == 10


def test_readers_that_do_not_start_are_told_and_tried_again() -> None:
    with fleet(1, SHORT, "--dies-at-start") as one:
        assert not one.wait_until_ready(2.0)
        assert one.starts.trouble == "no reader starts: it died (exit code 5: cannot start)"


def test_who_waits_is_told_where_no_reader_starts() -> None:
    with fleet(1, SHORT, "--dies-at-start") as one:
        question = Question(ask(one, ("a", None)), one)
        with pytest.raises(StartError, match=r"no reader starts: .* cannot start"):
            question.wait_for_all()


def test_who_waits_for_a_reader_that_works_is_not_told_of_others_that_do_not_start(
    tmp_path: Path,
) -> None:
    with fleet(3, Deadlines(), "--starts-once", str(tmp_path / "started")) as one:
        assert one.wait_until_ready(PATIENCE_S)
        one.scale(3)
        ticket = ask(one, ("sleep", 2.0))
        wait_for(lambda: one.starts.trouble is None, expected=False)
        assert answers(one, ticket) == [("sleep", "quick")]


def test_a_question_is_wholly_answered_only_when_the_slow_lane_has_answered() -> None:
    with fleet() as one:
        question = Question(ask(one, ("put off", None)), one)
        assert question.wait(PATIENCE_S)
        (slow,) = question.answers()
        assert isinstance(slow, Question)
        assert slow.wait(PATIENCE_S)
        assert question.is_wholly_answered


def test_a_reader_has_no_more_time_for_a_file_than_the_file_may_take() -> None:
    with fleet() as one:
        (lost,) = answers(one, ask(one, ("claim", 10**15)))
    assert (lost.stage, lost.seconds < PATIENCE_S) == ("claim", True)


def test_a_first_reader_that_is_killed_before_it_is_ready_is_replaced(tmp_path: Path) -> None:
    with fleet(1, SHORT, "--dies-once", str(tmp_path / "died")) as one:
        assert one.wait_until_ready(PATIENCE_S)
        assert (one.starts.trouble, (tmp_path / "died").exists()) == (None, True)


def test_as_many_readers_run_as_the_backlog_is_worth_and_one_when_it_is_done() -> None:
    with fleet(3, Deadlines()) as one:
        one.scale(8)
        tickets = [ask(one, ("sleep", 0.3)) for _ in range(6)]
        assert len(one.status()) == 3
        one.scale(0)
        for ticket in tickets:
            answers(one, ticket)
        gone = threading.Event()
        for _ in range(500):
            if len(one.status()) == 1:
                break
            gone.wait(0.1)
        assert len(one.status()) == 1


def test_readers_of_a_backlog_give_way_to_other_programs_and_the_one_that_remains_does_not() -> (
    None
):
    with fleet(3, Deadlines()) as one:
        one.scale(3)
        wait_for(lambda: [status.stage for status in one.status()], ["idle"] * 3)
        asked = [ask(one, ("priority", 1.0)) for _ in range(3)]
        found = sorted(word for ticket in asked for word, _ in answers(one, ticket))
        assert found == ["as others", "gives way", "gives way"]
        one.scale(0)
        wait_for(lambda: len(one.status()), 1)
        assert answers(one, ask(one, ("priority", 0.0))) == [("as others", "quick")]


def test_a_reader_that_is_ready_when_the_backlog_is_over_ends() -> None:
    with fleet(3, Deadlines()) as one:
        assert one.wait_until_ready(PATIENCE_S)
        one.scale(3)
        one.scale(0)
        assert len(one.status()) == 3
        wait_for(lambda: len(one.status()), 1)


def test_closing_does_not_wait_for_a_reader_that_is_held() -> None:
    one = Fleet(start(), deadlines=Deadlines())
    assert one.wait_until_ready(PATIENCE_S)
    ticket = ask(one, ("sleep", 600))
    one.close()
    assert (ticket.is_done, one.status()) == (False, [])


def test_files_are_asked_for_in_pieces_of_so_many_bytes_and_none_is_left_out() -> None:
    sizes = [1, PIECE_BYTES, PIECE_BYTES // 2, PIECE_BYTES // 2, 5, 2 * PIECE_BYTES, 0, 0]
    ticket = Ticket("odd", [Asked(None, size) for size in sizes])
    pieces = [piece.indexes for piece in Piece.cut(ticket, range(len(sizes)))]
    assert pieces == [[0], [1], [2, 3], [4], [5], [6, 7]]
    assert list(Piece.cut(ticket, [])) == []


def test_a_ticket_cut_in_pieces_has_every_answer_in_its_place() -> None:
    with fleet(2) as one:
        ticket = one.ask("odd", [Asked((word, None), PIECE_BYTES) for word in "abcdef"])
        assert answers(one, ticket) == [(word, "quick") for word in "abcdef"]


def test_a_reader_that_was_dismissed_and_hangs_at_its_end_is_ended() -> None:
    with fleet(2, Deadlines(start=30.0, quick=0.5, slow=1.0), "--hangs-at-end") as one:
        one.scale(2)
        wait_for(lambda: sum(status.stage == "idle" for status in one.status()), 2)
        one.scale(1)
        wait_for(lambda: len(one.status()), 1)
