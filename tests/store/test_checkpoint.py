from pathlib import Path

import apsw
from store_samples import NOW, image

from service.store.connection import STUCK, Checkpointer
from service.store.database_reader import DatabaseReader
from service.store.writer import Store


def log_size(store: Store) -> int:
    return Path(f"{store.path}-wal").stat().st_size


def fill(store: Store, batches: int, start: int = 0) -> None:
    for batch in range(start, start + batches):
        store.save([image(batch * 64 + number) for number in range(64)], now=NOW)
        store.checkpoint()


def test_the_log_stays_small_while_nobody_reads(store: Store) -> None:
    fill(store, 20)
    assert log_size(store) < 32 * 1024 * 1024


def test_a_quiet_moment_moves_everything_into_the_database(store: Store, tmp_path: Path) -> None:
    fill(store, 1)
    store.checkpoint(quiet=True)
    copy = tmp_path / "copy.db"
    copy.write_bytes(store.path.read_bytes())
    with DatabaseReader.open(copy) as reader:
        assert reader.counts().present == 64


def test_a_reader_of_an_old_snapshot_is_told_after_a_minute_and_forgotten_when_it_leaves(
    store: Store,
) -> None:
    checkpointer = Checkpointer(store._connection, min_log=1, max_log=1024 * 1024)
    fill(store, 1)
    reader = apsw.Connection(str(store.path))
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM images").fetchone()
    fill(store, 6, start=1)
    said = [checkpointer.run(now) for now in (0.0, 59.0, 60.0)]
    reader.close()
    said.append(checkpointer.run(61.0))
    assert said == [None, None, STUCK, None]


def test_closing_leaves_the_database_alone_in_its_folder(database: Path) -> None:
    with Store.open(database) as store:
        fill(store, 2)
    assert [file.name for file in database.parent.iterdir()] == ["images.db"]


def test_closing_does_not_wait_for_a_reader(database: Path) -> None:
    store = Store.open(database)
    fill(store, 1)
    reader = apsw.Connection(str(database))
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM images").fetchone()
    fill(store, 1, start=1)
    store.close()
    assert reader.execute("SELECT COUNT(*) FROM images").fetchone() == (64,)
    reader.close()
