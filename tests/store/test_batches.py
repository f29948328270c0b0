import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from store_dump import dump
from store_samples import LATER, NOW, image, odd_image

from service.errors import (
    DatabaseBusyError,
    DatabaseReplacedError,
    RowRefusedError,
    StartError,
    TryAgainError,
)
from service.records import Token
from service.store.connection import BUSY_MS
from service.store.database_reader import DatabaseReader
from service.store.status import ServiceStatus
from service.store.writer import Store

HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_failing_row_undoes_its_whole_batch_and_the_next_batch_is_sound(store: Store) -> None:
    good, other = odd_image("a.png"), odd_image("b.png")
    bad = replace(
        other, tokens=(Token("pos", 0, "new", "new word", 1.0), Token("pos", 0, "twice", "x", 1.0))
    )
    with pytest.raises(RowRefusedError, match="UNIQUE constraint failed"):
        store.save([good, bad], now=NOW)
    assert dump(store._connection) == []
    assert store._connection.execute("SELECT COUNT(*) FROM terms").get == 0
    store.save([good, other], now=NOW)
    assert store._connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with Store.open(store.path.with_name("fresh.db")) as fresh:
        fresh.save([good, other], now=NOW)
        assert dump(store._connection) == dump(fresh._connection)


def test_an_image_that_a_trigger_ignores_undoes_its_whole_batch(store: Store) -> None:
    store._connection.execute(
        "CREATE TRIGGER no_odd BEFORE INSERT ON images WHEN new.file_name = 'odd.png' "
        "BEGIN SELECT RAISE(IGNORE); END"
    )
    batch = [odd_image(name) for name in ("a.png", "odd.png", "z.png")]
    with pytest.raises(RowRefusedError, match="the image's row was ignored"):
        store.save(batch, now=NOW)
    assert dump(store._connection) == []


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        ("BEFORE INSERT ON terms BEGIN SELECT RAISE(IGNORE)", "a text was ignored"),
        ("BEFORE INSERT ON texts BEGIN SELECT RAISE(IGNORE)", "a text was ignored"),
        (
            "AFTER INSERT ON images WHEN new.id = 2 BEGIN DELETE FROM images WHERE id = 1",
            "an image's row was taken away",
        ),
    ],
)
def test_what_a_trigger_ignores_or_takes_away_undoes_its_whole_batch(
    store: Store, trigger: str, reason: str
) -> None:
    store._connection.execute(f"CREATE TRIGGER odd {trigger}; END")
    with pytest.raises(RowRefusedError, match=reason):
        store.save([odd_image("a.png"), odd_image("z.png")], now=NOW)
    assert dump(store._connection) == []


def test_what_is_found_on_the_disk_is_missing_no_more_but_what_is_made_again_may_be(
    store: Store,
) -> None:
    store.save([odd_image("a.png"), odd_image("b.png")], now=NOW)
    store.mark_missing("Input", ["a.png", "b.png"], NOW)
    store.save([odd_image("a.png")], now=LATER, from_disk=False)
    store.save([odd_image("b.png")], now=LATER)
    states = store._connection.execute("SELECT file_name, state FROM images ORDER BY file_name")
    assert states.fetchall() == [("a.png", "missing"), ("b.png", "present")]


def test_another_programs_write_lock_is_told_at_once_and_nothing_is_lost(database: Path) -> None:
    now = [time.mktime((2026, 1, 31, 12, 3, 0, 0, 0, -1))]
    with Store.open(database, clock=lambda: now[0]) as store:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        messages = []
        for _ in range(2):
            with pytest.raises(DatabaseBusyError) as refused:
                store.save([odd_image()], now=NOW)
            messages.append(str(refused.value))
            now[0] += 600
        assert holder.poll() is None  # it holds the lock all the time; nobody waited for its end
        told = (
            "another program holds the write lock since 12:03 "
            "(DB Browser: Write Changes or Revert Changes)"
        )
        assert messages == [told, told]
        assert store._connection.pragma("busy_timeout") == BUSY_MS < 1000
        holder.communicate("")  # closes both pipes and waits
        store.save([odd_image()], now=NOW)
        assert (store.counts().present, store.busy_since()) == (1, None)


@pytest.mark.posix("Windows lets nobody move or delete a database that is open")
@pytest.mark.parametrize("change", ["deleted", "replaced"])
def test_a_database_that_is_no_longer_the_opened_one_is_not_written(
    store: Store, change: str
) -> None:
    store.save([odd_image()], now=NOW)
    store.path.rename(store.path.with_name("elsewhere.db"))
    if change == "replaced":
        store.path.write_bytes(b"")
    with pytest.raises(DatabaseReplacedError):
        store.save([odd_image("b.png")], now=NOW)


@pytest.mark.posix("Windows lets nobody move or delete a database that is open")
def test_a_database_deleted_within_a_transaction_is_noticed_before_the_commit(store: Store) -> None:
    def delete_within() -> None:
        with store.transaction():
            store.path.unlink()

    with pytest.raises(DatabaseReplacedError):
        delete_within()
    assert not store._connection.in_transaction


@pytest.mark.posix("Windows lets nobody move or delete a database that is open")
def test_a_store_that_is_reopened_goes_on_with_the_file_that_is_there_now(store: Store) -> None:
    store.save([odd_image()], now=NOW)
    store.path.rename(store.path.with_name("elsewhere.db"))
    with pytest.raises(DatabaseReplacedError):
        store.verify()
    store.reopen()
    store.verify()
    assert store.counts().present == 0
    store.save([odd_image("b.png")], now=NOW)
    assert [*store.known_files("Input", "")] == ["b.png"]
    with DatabaseReader.open(store.path.with_name("elsewhere.db")) as old:
        assert old.counts().present == 1


@pytest.mark.posix("Windows lets nobody move or delete a database that is open")
def test_a_store_that_could_not_be_reopened_is_closed_and_can_be_reopened_later(
    store: Store,
) -> None:
    store.path.unlink()
    store.path.mkdir()
    with pytest.raises(StartError, match="cannot be opened"):
        store.reopen()
    assert not store.is_open
    store.close()
    store.path.rmdir()
    store.reopen()
    assert (store.is_open, store.counts().present) == (True, 0)


def test_a_full_disk_is_tried_again_and_leaves_nothing_half(store: Store) -> None:
    store.save([odd_image()], now=NOW)
    before = dump(store._connection)
    store._connection.execute(
        f"PRAGMA max_page_count = {store._connection.pragma('page_count')}"
    ).fetchall()
    with pytest.raises(TryAgainError, match="the disk is full"):
        store.save([image(number) for number in range(100)], now=NOW)
    assert dump(store._connection) == before
    store._connection.execute("PRAGMA max_page_count = 1000000").fetchall()
    store.save([image(number) for number in range(100)], now=NOW)
    assert store.counts().present == 101


def test_the_heartbeat_is_one_row(store: Store) -> None:
    state = ServiceStatus(
        pid=1, host="here", started_at=NOW, heartbeat_at=NOW, queued=5, message="reading"
    )
    store.heartbeat(state)
    store.heartbeat(replace(state, queued=4, heartbeat_at=LATER))
    assert store.status() == replace(state, queued=4, heartbeat_at=LATER)
    assert store._connection.execute("SELECT COUNT(*) FROM service_status").get == 1


WRITE = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from store_samples import NOW, image
from service.store.writer import Store
store = Store.open(Path(sys.argv[1]))
print("open", flush=True)
for batch in range(10_000):
    rows = [image(batch * 16 + number, path=f"{batch}/{number}.png") for number in range(16)]
    store.save(rows, now=NOW)
    store.checkpoint()
    print(batch, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize("after", [0, 3, 11])
def test_a_kill_in_mid_batch_loses_no_acknowledged_batch_and_leaves_none_half(
    database: Path, after: int
) -> None:
    command = [sys.executable, "-c", WRITE, str(database), str(Path(__file__).parent)]
    root = Path(__file__).resolve().parent.parent.parent
    acknowledged = -1
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            acknowledged = int(line) if line != "open\n" else -1
            if acknowledged >= after:
                break
        time.sleep(0.004 * (after % 4))  # any moment will do
        writer.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in writer.stdout.read().split())])
    with Store.open(database) as store:
        connection = store._connection
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        counts = connection.execute(
            "SELECT i.folder, COUNT(*), "
            "SUM((SELECT COUNT(*) FROM token_rows t WHERE t.image_id = i.id)), "
            "SUM((SELECT COUNT(*) FROM kv_rows k WHERE k.image_id = i.id)) "
            "FROM images i GROUP BY i.folder"
        ).fetchall()
        assert {row[1:] for row in counts} == {(16, 16 * 40, 16 * 25)}
        assert len(counts) in {acknowledged + 1, acknowledged + 2}


def test_a_bug_in_a_statement_rises_as_it_is(store: Store) -> None:
    def wrong() -> None:
        with store.transaction():
            store._connection.execute("SELECT nothing FROM nowhere")

    with pytest.raises(apsw.SQLError) as raised:
        wrong()
    assert raised.value.__cause__ is None
