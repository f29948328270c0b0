"""What stands in the way of writing is waited out, and told."""

from contextlib import closing

import apsw
import pytest
from drawn_images import draw_many
from patience import wait_for
from working_by_hand import ByHand

from service.store import connection


def once(by_hand: ByHand, turns: int) -> None:
    """Let the worker turn so many times, a minute apart by its clock."""
    now = by_hand.house.worker._clock.monotonic()
    for turn in range(turns):
        by_hand.house.worker.run_once(now + 60 * turn)


def test_a_reader_that_holds_an_old_snapshot_is_told_and_work_goes_on(
    by_hand: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PATIENCE_S", 0.0)
    checkpointer = by_hand.house.store._checkpointer
    checkpointer._min_log, checkpointer._max_log = 1, 100_000
    by_hand.work()
    # Not the standard library's: two SQLites in one process do not see each other's locks.
    with closing(apsw.Connection(str(by_hand.place.database))) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT COUNT(*) FROM images").fetchone() == (0,)
        draw_many(by_hand.place.input, 100)
        by_hand.work()
        meanwhile = by_hand.rows("SELECT COUNT(*) FROM images"), by_hand.house.worker.notes
        assert reader.execute("SELECT COUNT(*) FROM images").fetchone() == (0,)
        reader.execute("ROLLBACK")
    once(by_hand, 3)
    assert meanwhile == ([(100,)], [connection.STUCK])
    assert by_hand.house.worker.notes == []


def test_a_full_disk_is_told_and_what_was_read_is_written_when_there_is_room(
    by_hand: ByHand,
) -> None:
    draw_many(by_hand.place.input, 50)
    connection = by_hand.house.store._connection
    pages = int(connection.pragma("page_count"))
    connection.pragma("max_page_count", pages)
    by_hand.house.inbox.want_rescan("a test")
    worker = by_hand.house.worker

    def turn() -> list[str]:
        worker.run_once(worker._clock.monotonic())
        return worker.notes

    said = (
        f"{by_hand.place.database}: the disk is full; make room, and the service goes on by itself"
    )
    wait_for(turn, [said])
    assert len(by_hand.rows("SELECT 1 FROM images")) < 50
    connection.pragma("max_page_count", 1 << 30)
    by_hand.work()
    assert worker.notes == []
    assert by_hand.rows("SELECT COUNT(*) FROM images WHERE status = 'ok'") == [(50,)]
    assert by_hand.rows("SELECT COUNT(*) FROM failures") == [(0,)]
