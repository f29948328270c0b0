"""The worker rests when there is nothing to do, and when what there is cannot be done."""

import threading
import time
from contextlib import closing

import apsw
from drawn_images import draw_many
from working_by_hand import ByHand

LOOKS_A_SECOND = 10
"""One that waits looks about once a second and tries again now and then.

One that spins turns thousands of times.
"""


def turns_in(by_hand: ByHand, seconds: float) -> int:
    """Return how often the worker turns while it runs for so long."""
    worker, turns, stop = by_hand.house.worker, 0, threading.Event()
    original = worker.run_once

    def counted(now: float) -> bool:
        nonlocal turns
        turns += 1
        return original(now)

    worker.run_once = counted  # type: ignore[method-assign]
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    time.sleep(seconds)
    stop.set()
    by_hand.house.inbox.wake()
    thread.join()
    return turns


def test_an_idle_worker_rests(by_hand: ByHand) -> None:
    draw_many(by_hand.place.input, 3)
    by_hand.work()
    assert turns_in(by_hand, 2) < 2 * LOOKS_A_SECOND


def test_a_worker_whose_database_is_locked_rests_however_much_arrives(by_hand: ByHand) -> None:
    draw_many(by_hand.place.input, 30)
    # Not the standard library's: two SQLites in one process do not see each other's locks.
    with closing(apsw.Connection(str(by_hand.place.database))) as other:
        other.execute("BEGIN EXCLUSIVE")
        by_hand.house.inbox.want_rescan("a test")
        turns = turns_in(by_hand, 3)
        other.execute("ROLLBACK")
    assert turns < 3 * LOOKS_A_SECOND
    by_hand.work()
    assert by_hand.rows("SELECT COUNT(*) FROM images") == [(30,)]


def test_a_worker_without_exiftool_rests_however_much_arrives(by_hand: ByHand) -> None:
    draw_many(by_hand.place.input, 30)
    program = by_hand.place.top / "exiftool"
    away = program.rename(by_hand.place.top / "away")
    for tool in by_hand.house.worker._parts.reader._pool._files:
        tool.close()
    by_hand.house.inbox.want_rescan("a test")
    turns = turns_in(by_hand, 3)
    away.rename(program)
    assert turns < 3 * LOOKS_A_SECOND
    by_hand.work()
    assert by_hand.rows("SELECT COUNT(*) FROM images WHERE status = 'ok'") == [(30,)]
    assert by_hand.rows("SELECT COUNT(*) FROM failures") == [(0,)]
