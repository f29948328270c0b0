"""A user's own trigger or constraint refuses rows: told for that file, and the others go on."""

from contextlib import closing

import apsw
import pytest
from commands import run
from drawn_images import draw, draw_many, png
from working_by_hand import ByHand

REFUSE = "CREATE TRIGGER mine BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE({how}); END"
FAILURES = "SELECT path, stage, error_class FROM failures ORDER BY path"
PRESENT = "SELECT path FROM images WHERE state = 'present' AND status = 'ok' ORDER BY path"


def add(house: ByHand, statement: str) -> None:
    """Do what a user does in DB Browser."""
    with closing(apsw.Connection(str(house.place.database))) as theirs:
        theirs.execute(statement).fetchall()


def refuse(house: ByHand, event: str, table: str, when: str, how: str = "ABORT, 'no'") -> None:
    add(house, REFUSE.format(event=event, table=table, when=when, how=how))


def draw_three(house: ByHand) -> None:
    for number, name in enumerate(("a.png", "odd.png", "z.png")):
        draw(house.place.input / name, number)


@pytest.mark.parametrize(
    "how", ["ABORT, 'not mine'", "FAIL, 'not mine'", "ROLLBACK, 'not mine'", "IGNORE"]
)
def test_an_image_that_a_trigger_refuses_is_a_failure_and_its_neighbours_are_saved(
    by_hand: ByHand, how: str
) -> None:
    refuse(by_hand, "INSERT", "images", "new.file_name = 'odd.png'", how)
    draw_three(by_hand)
    by_hand.work()
    assert by_hand.rows(PRESENT) == [("a.png",), ("z.png",)]
    assert by_hand.rows(FAILURES) == [("odd.png", "store", "RowRefusedError")]
    counters = by_hand.house.worker.counters
    assert (counters.done, counters.failed) == (2, 1)
    strangers = "SELECT COUNT(*) FROM kv_rows WHERE image_id NOT IN (SELECT id FROM images)"
    assert by_hand.rows(strangers) == [(0,)]


def test_a_trigger_that_is_broken_itself_fails_every_file_and_the_work_goes_on(
    by_hand: ByHand,
) -> None:
    add(
        by_hand, "CREATE TRIGGER mine AFTER INSERT ON images BEGIN INSERT INTO gone VALUES (1); END"
    )
    draw_three(by_hand)
    by_hand.work()
    assert by_hand.rows(PRESENT) == []
    assert by_hand.rows(FAILURES) == [
        (name, "store", "SQLError") for name in ("a.png", "odd.png", "z.png")
    ]


def test_a_unique_index_of_the_users_refuses_the_second_file_alone(by_hand: ByHand) -> None:
    add(by_hand, "CREATE UNIQUE INDEX mine ON images (seed)")
    draw(by_hand.place.input / "a.png", 7)
    draw(by_hand.place.input / "b.png", 7)
    draw(by_hand.place.input / "c.png", 8)
    by_hand.work()
    assert len(by_hand.rows(PRESENT)) == 2
    assert len(by_hand.rows(FAILURES)) == 1


def test_nothing_can_be_written_of_images_at_all_and_the_work_goes_on(by_hand: ByHand) -> None:
    refuse(by_hand, "INSERT", "images", "1")
    refuse_failures = REFUSE.replace("mine", "mine_too")
    add(
        by_hand,
        refuse_failures.format(event="INSERT", table="failures", when="1", how="ABORT, 'no'"),
    )
    draw_three(by_hand)
    by_hand.work()
    assert by_hand.house.worker.counters.failed == 3
    add(by_hand, "DROP TRIGGER mine")
    by_hand.work()
    assert by_hand.rows(PRESENT) == [("a.png",), ("odd.png",), ("z.png",)]


@pytest.mark.parametrize("event", ["UPDATE OF missing_since", "UPDATE OF folder"])
def test_a_file_that_goes_or_moves_against_a_trigger_is_a_failure_of_that_file(
    by_hand: ByHand, event: str
) -> None:
    draw_three(by_hand)
    by_hand.work()
    refuse(by_hand, event, "images", "old.file_name = 'odd.png'")
    (by_hand.place.input / "sub").mkdir()
    for name in ("odd.png", "z.png"):
        file = by_hand.place.input / name
        if event.endswith("folder"):
            file.rename(by_hand.place.input / "sub" / name)
        else:
            file.unlink()
    by_hand.work()
    failed = {stage for _, stage, _ in by_hand.rows(FAILURES)}
    assert failed == {"store"}
    z = by_hand.rows("SELECT folder, state FROM images WHERE file_name = 'z.png'")
    assert z == ([("sub/", "present")] if event.endswith("folder") else [("", "missing")])


def test_triggers_on_what_the_service_says_of_itself_do_not_stop_it(by_hand: ByHand) -> None:
    for number, table in enumerate(("service_status", "roots", "volumes")):
        for event in ("INSERT", "UPDATE"):
            add(
                by_hand,
                f"CREATE TRIGGER mine_{number}_{event} BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'no'); END",
            )
    draw_three(by_hand)
    by_hand.work()
    assert len(by_hand.rows(PRESENT)) == 3


def test_all_and_reprocess_name_the_file_and_go_on_without_a_traceback(by_hand: ByHand) -> None:
    draw_many(by_hand.place.input, 3)
    by_hand.work()
    first = by_hand.rows(PRESENT)[0][0]
    refuse(by_hand, "UPDATE", "images", f"new.file_name = '{first}'")
    again = run(by_hand.place, "reprocess", "--all")
    add(by_hand, "DROP TRIGGER mine")
    refuse(by_hand, "INSERT", "images", "1")
    draw(by_hand.place.input / "late.png", 99)
    got = run(by_hand.place, "all")
    assert (again.code, again.out) == (1, "2 images made again\n")
    assert f"failed: Input/{first}: a trigger or constraint" in again.err
    assert got.code == 1
    assert "failed: Input/late.png: a trigger or constraint" in got.err
    assert "Traceback" not in again.err + got.err


def test_the_rows_of_an_image_that_a_trigger_ignores_are_given_to_no_other(
    by_hand: ByHand,
) -> None:
    refuse(by_hand, "INSERT", "images", "new.file_name = 'odd.png'", "IGNORE")
    (by_hand.place.input / "a.png").write_bytes(png(None))
    by_hand.work()
    before = by_hand.dump()
    draw(by_hand.place.input / "odd.png", 1)
    by_hand.work()
    assert by_hand.rows("SELECT COUNT(*) FROM token_rows") == [(0,)]
    assert [line for line in by_hand.dump() if not line.startswith("failures")] == before
