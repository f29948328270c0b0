import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import apsw
import pytest
from patience import wait_for
from store_dump import dump
from store_samples import NOW, odd_image

from service.errors import DatabaseBusyError, StartError
from service.store.connection import open_writer
from service.store.database_reader import DatabaseReader
from service.store.schema import Schema, current, objects
from service.store.writer import Store

FIRST_NEWER = "ALTER TABLE images ADD COLUMN rating INTEGER;\nUPDATE images SET rating = 3;"
SECOND_NEWER = (
    "CREATE TABLE notes (image_id INTEGER PRIMARY KEY, note TEXT);\n"
    "INSERT INTO notes SELECT id, 'n' FROM images;"
)


VERSION = current().version
OLDER = sorted((Path(__file__).parent / "schemas").glob("*.sql"))
"""The schema.sql of every version before this one."""


@pytest.fixture
def newer(tmp_path: Path) -> Schema:
    """Return a schema two versions on, with its migrations."""
    text = current().text.replace(f"user_version = {VERSION}", f"user_version = {VERSION + 2}")
    text = text.replace(
        "    sidecars        TEXT ", "    rating INTEGER,\n    sidecars        TEXT "
    )
    text = text.replace(
        "-- ── Strings",
        "CREATE TABLE IF NOT EXISTS notes (image_id INTEGER PRIMARY KEY, note TEXT);\n"
        "-- ── Strings",
    )
    text = text.replace(
        "       warnings, positive_prompt", "       warnings, rating, positive_prompt"
    )
    (tmp_path / "schema.sql").write_text(text, encoding="utf-8")
    folder = tmp_path / "migrations"
    folder.mkdir()
    for number, text in current().migrations.items():
        (folder / f"{number:04}_before.sql").write_text(text, encoding="utf-8")
    (folder / f"{VERSION + 1:04}_rate_images.sql").write_text(FIRST_NEWER, encoding="utf-8")
    (folder / f"{VERSION + 2:04}_take_notes.sql").write_text(SECOND_NEWER, encoding="utf-8")
    return Schema.read(tmp_path / "schema.sql", folder)


def version(path: Path) -> int:
    connection = apsw.Connection(str(path))
    found = connection.pragma("user_version")
    connection.close()
    return int(found or 0)


def test_a_new_database_is_ours_and_in_wal_mode(store: Store) -> None:
    pragmas = ("application_id", "user_version", "journal_mode", "foreign_keys", "synchronous")
    pragmas += ("wal_autocheckpoint", "mmap_size", "journal_size_limit")
    found = {pragma: store._connection.pragma(pragma) for pragma in pragmas}
    assert found == {
        "application_id": int.from_bytes(b"AIMP", "big"),
        "user_version": VERSION,
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 1,
        "wal_autocheckpoint": 0,
        "mmap_size": 0,
        "journal_size_limit": 64 * 1024 * 1024,
    }


def test_opening_an_existing_database_needs_no_write_lock(database: Path) -> None:
    Store.open(database).close()
    holder = apsw.Connection(str(database))
    holder.execute("BEGIN IMMEDIATE")
    Store.open(database).close()
    holder.close()


def test_a_lock_while_a_view_must_be_made_anew_is_tried_again(database: Path) -> None:
    Store.open(database).close()
    holder = apsw.Connection(str(database))
    holder.execute("DROP VIEW kv")
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusyError):
        Store.open(database)
    holder.close()
    Store.open(database).close()


def test_views_that_were_dropped_or_changed_are_made_anew_and_others_left_alone(
    database: Path,
) -> None:
    Store.open(database).close()
    browser = apsw.Connection(str(database))
    browser.execute("DROP VIEW v_images_search")
    browser.execute("DROP VIEW kv")
    browser.execute("CREATE VIEW kv AS SELECT 1 AS image_id")
    browser.execute("CREATE VIEW mine AS SELECT COUNT(*) FROM images")
    browser.execute("CREATE INDEX my_kv_by_key ON kv_rows (key_id)")
    browser.close()
    with Store.open(database) as store:
        found = objects(store._connection)
    ours = current().objects
    assert {name for name in found if name not in ours} == {
        ("view", "mine"),
        ("index", "my_kv_by_key"),
    }
    assert {name: found[name] for name in ours if name[0] == "view"} == {
        name: statement for name, statement in ours.items() if name[0] == "view"
    }


def foreign(path: Path, script: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(script).fetchall()
    connection.close()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("CREATE TABLE theirs (a);", "belongs to another program"),
        ("PRAGMA application_id = 7; CREATE TABLE images (a);", "belongs to another program"),
        (
            f"PRAGMA application_id = 1095322960; PRAGMA user_version = {VERSION + 1};",
            "made by a newer version",
        ),
    ],
)
def test_a_database_that_is_not_ours_to_write_is_refused_untouched(
    tmp_path: Path, script: str, words: str
) -> None:
    path = tmp_path / "other.db"
    foreign(path, script)
    before = path.read_bytes()
    with pytest.raises(StartError, match=words) as refused:
        Store.open(path)
    assert str(path) in str(refused.value)
    assert (path.read_bytes(), [file.name for file in tmp_path.iterdir()]) == (before, ["other.db"])


def test_a_file_that_is_no_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "images.db"
    path.write_bytes(b"These are the minutes of the meeting." * 100)
    before = path.read_bytes()
    with pytest.raises(StartError, match=r"damaged or no SQLite database.*start again"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_damaged_database_is_refused_with_the_mend(database: Path) -> None:
    with Store.open(database) as store:
        store.save([odd_image()], now=NOW)
    data = bytearray(database.read_bytes())
    data[100:8192] = b"\xff" * 8092
    database.write_bytes(data)
    with pytest.raises(StartError, match="aiimagepipe restore"):
        Store.open(database)


def test_a_folder_that_cannot_be_made_is_a_start_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(StartError, match="cannot be opened"):
        Store.open(tmp_path / "out" / "images.db")


def test_an_older_database_is_upgraded_a_version_at_a_time_after_a_copy(
    database: Path, newer: Schema
) -> None:
    with Store.open(database) as store:
        (image_id,) = store.save([odd_image()], now=NOW)
        before = dump(store._connection)
    with Store.open(database, schema=newer) as store:
        connection = store._connection
        assert connection.execute("SELECT rating FROM v_images_search").fetchall() == [(3,)]
        assert connection.execute("SELECT * FROM notes").fetchall() == [(image_id, "n")]
        assert connection.pragma("user_version") == VERSION + 2
    copy = database.with_name(f"images.db.v{VERSION}.bak")
    with Store.open(copy) as store:
        assert dump(store._connection) == before


def test_an_upgraded_database_is_the_same_as_a_new_one(database: Path, newer: Schema) -> None:
    Store.open(database).close()
    assert_same(open_writer(database, newer), open_writer(database.with_name("fresh.db"), newer))


@pytest.mark.parametrize("older", OLDER, ids=lambda older: older.stem)
def test_a_database_of_every_earlier_version_becomes_one_of_today_and_keeps_its_rows(
    database: Path, tmp_path: Path, older: Path
) -> None:
    database.parent.mkdir(parents=True)
    foreign(database, older.read_text(encoding="utf-8"))
    insert = (
        "INSERT INTO images (stable_id, root, folder, file_name, size_bytes, mtime_ns, status, "
        "recipe, first_seen_at, ingested_at)"
    )
    foreign(
        database,
        f"{insert} VALUES ('s', 'Input', '', 'a.png', 1, 2, 'ok', 'r', '{NOW}', '{NOW}')",
    )
    with Store.open(database) as store:
        assert store.known_files("Input", "") == {"a.png": (1, 2, True, ())}
        assert_same(store._connection, open_writer(tmp_path / "fresh.db"))


def test_the_schema_of_every_earlier_version_is_kept_for_the_test_above() -> None:
    assert [int(older.stem) for older in OLDER] == list(range(1, VERSION))


def assert_same(upgraded: apsw.Connection, fresh: apsw.Connection) -> None:
    assert objects(upgraded).keys() == objects(fresh).keys()
    assert columns(upgraded) == columns(fresh)
    assert indexes(upgraded) == indexes(fresh)
    assert len(columns(fresh)["images"]) > 40


def columns(connection: apsw.Connection) -> dict[str, set[object]]:
    tables = [name for kind, name in objects(connection) if kind == "table"]
    return {
        name: {row[1:] for row in connection.execute(f"PRAGMA table_xinfo({name})")}
        for name in tables
    }


def indexes(connection: apsw.Connection) -> dict[str, list[object]]:
    names = [name for kind, name in objects(connection) if kind == "index"]
    return {
        name: [row[2] for row in connection.execute(f"PRAGMA index_info({name})")] for name in names
    }


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["0002_a.sql", "0002_b.sql"], "another migration has its number"),
        (["2_a.sql"], "a migration is named like"),
    ],
)
def test_migrations_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, names: list[str], told: str
) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    (tmp_path / "schema").write_text("PRAGMA user_version = 2;")
    with pytest.raises(StartError, match=told):
        Schema.read(tmp_path / "schema", tmp_path)


def test_a_copy_never_overwrites_another(database: Path, newer: Schema) -> None:
    Store.open(database).close()
    database.with_name(f"images.db.v{VERSION}.bak").write_text("precious")
    Store.open(database, schema=newer).close()
    assert database.with_name(f"images.db.v{VERSION}.bak").read_text() == "precious"
    assert version(database.with_name(f"images.db.v{VERSION}.bak.1")) == VERSION


def test_a_failing_migration_leaves_the_version_before_it(database: Path, newer: Schema) -> None:
    Store.open(database).close()
    newer.migrations[VERSION + 2] = "CREATE TABLE notes (a); INSERT INTO nowhere VALUES (1);"
    with pytest.raises(apsw.SQLError):
        Store.open(database, schema=newer)
    assert version(database) == VERSION + 1
    assert ("table", "notes") not in objects(apsw.Connection(str(database)))


def test_a_missing_migration_is_refused(database: Path, newer: Schema) -> None:
    Store.open(database).close()
    del newer.migrations[VERSION + 1]
    with pytest.raises(StartError, match="cannot upgrade"):
        Store.open(database, schema=newer)


def test_a_reader_needs_an_existing_database(database: Path) -> None:
    with pytest.raises(StartError, match="no database yet"):
        DatabaseReader.open(database)


def test_a_reader_sees_what_was_committed_and_cannot_write(store: Store) -> None:
    (image_id,) = store.save([odd_image()], now=NOW)
    with DatabaseReader.open(store.path) as reader:
        assert reader.raw_record(image_id) == odd_image().raw
        with pytest.raises(apsw.ReadOnlyError):
            reader._connection.execute("DELETE FROM images").fetchall()


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0, reason="needs root to become somebody without rights"
)
def test_a_database_in_a_folder_that_cannot_be_written_can_be_read(database: Path) -> None:
    with Store.open(database) as store:
        store.save([odd_image()], now=NOW)
    database.parent.chmod(0o555)
    database.chmod(0o444)
    for folder in database.parents[1:]:
        if folder.is_relative_to(tempfile.gettempdir()) and folder != Path(tempfile.gettempdir()):
            folder.chmod(0o755)
    child = os.fork()
    if child == 0:
        try:
            os.setuid(65534)  # root may write everywhere
            with DatabaseReader.open(database) as reader:
                os._exit(40 + reader.counts().present)
        finally:
            os._exit(1)  # else two processes would go on with the tests
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 41


@pytest.mark.parametrize("kind", ["cifs", "drvfs", "UNC share"])
def test_a_database_on_a_network_drive_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("service.store.connection.network_type", lambda _: kind)
    with pytest.raises(
        StartError, match=rf"is on a network drive \({kind}\).*set \[database\] path"
    ):
        Store.open(tmp_path / "images.db")


CREATE = """
import os, signal, sys
from pathlib import Path
import apsw
from service.store.writer import Store

writes, last, plain = 0, int(sys.argv[2]), apsw.vfs_names()[0]

class Counted(apsw.VFS):
    def __init__(self):
        super().__init__("counted", plain, makedefault=True)

    def xOpen(self, name, flags):
        return CountedFile(name, flags)

class CountedFile(apsw.VFSFile):
    def __init__(self, name, flags):
        super().__init__(plain, name, flags)

    def xWrite(self, data, offset):
        global writes
        writes += 1
        if writes == last:
            super().xWrite(bytes(data)[: len(data) // 2], offset)
            os.kill(os.getpid(), signal.SIGKILL)
        super().xWrite(data, offset)

counted = Counted()
Store.open(Path(sys.argv[1])).close()
print(writes)
"""
"""Makes a database and is killed within the write of the given number.

0: tells how many there are.
"""


def make_and_kill(database: Path, write: int) -> tuple[int, str]:
    """Return the exit code of the program above, and what it says."""
    command = [sys.executable, "-c", CREATE, str(database), str(write)]
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=root, check=False)
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def writes(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return by how many writes a database is made."""
    code, said = make_and_kill(tmp_path_factory.mktemp("whole") / "images.db", 0)
    assert code == 0
    return int(said)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")
@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_a_kill_while_the_database_is_made_leaves_one_that_opens(
    database: Path, writes: int, part: float
) -> None:
    assert writes > 20
    moment = 1 + round(part * (writes - 1))
    assert make_and_kill(database, moment) == (-signal.SIGKILL, "")
    with Store.open(database) as store:
        assert store.save([odd_image()], now=NOW) == [1]


def test_every_version_after_the_first_has_its_migration() -> None:
    assert sorted(current().migrations) == list(range(2, current().version + 1))


MUCH = 1024 * 1024
"""Bytes in the log that only the endless statement writes."""

UPGRADE = """
import sys
from pathlib import Path
from service.store.schema import Schema
from service.store.writer import Store
folder = Path(sys.argv[2])
schema = Schema.read(folder / "schema.sql", folder / "migrations")
schema.migrations[schema.version] += "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) INSERT INTO notes SELECT i + 9, 'x' FROM n;"
print("go", flush=True)
Store.open(Path(sys.argv[1]), schema=schema)
"""  # noqa: E501  # one statement, which never ends


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")
def test_a_kill_in_mid_migration_leaves_the_version_before_it(
    tmp_path: Path, database: Path, newer: Schema
) -> None:
    with Store.open(database) as store:
        store.save([odd_image()], now=NOW)
    root = Path(__file__).resolve().parent.parent.parent
    command = [sys.executable, "-c", UPGRADE, str(database), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as upgrade:
        assert upgrade.stdout is not None
        upgrade.stdout.readline()
        wait_for(lambda: version(database), VERSION + 1)
        log = database.with_name(f"{database.name}-wal")
        wait_for(lambda: log.stat().st_size > MUCH, expected=True)
        upgrade.kill()
    assert version(database) == VERSION + 1
    with Store.open(database, schema=newer) as store:
        assert store._connection.execute("SELECT COUNT(*) FROM notes").get == 1
        assert store._connection.execute("PRAGMA integrity_check").get == "ok"
