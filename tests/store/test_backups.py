"""Copies of the database: whole, sound, and put back in its place."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from damaged import damage, damage_table
from store_dump import dump
from store_samples import NOW, odd_image

from service.errors import DatabaseDamagedError, StartError, TryAgainError
from service.store import backups
from service.store.backups import back_up, list_backups, restore
from service.store.writer import Store

BEGIN = datetime(2026, 2, 2, 3, 4, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def filled(store: Store) -> Store:
    """Return an open store with an image, which nothing has moved from the log into the file."""
    store.save((odd_image(),), now=NOW)
    return store


def says(database: Path) -> list[str]:
    with closing(apsw.Connection(str(database))) as connection:
        return dump(connection)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_of_an_open_database_is_one_file_that_says_the_same(
    filled: Store, folder: Path
) -> None:
    written = back_up(filled.path, folder, 3, now=BEGIN)
    assert names(folder) == ["images-20260202T030405Z.db"]
    assert says(written) == dump(filled._connection)


def test_only_the_newest_backups_are_kept_and_what_is_none_of_ours_stays(
    filled: Store, folder: Path
) -> None:
    folder.mkdir()
    for name in ("images.db", "other-20200101T000000Z.db", "images-20200101T000000Z.db.txt"):
        (folder / name).touch()
    for hours in range(4):
        back_up(filled.path, folder, 2, now=BEGIN + hours * HOUR)
    assert names(folder) == [
        "images-20200101T000000Z.db.txt",
        "images-20260202T050405Z.db",
        "images-20260202T060405Z.db",
        "images.db",
        "other-20200101T000000Z.db",
    ]
    assert [backup.made_at for backup in list_backups(filled.path, folder)] == [
        BEGIN + 3 * HOUR,
        BEGIN + 2 * HOUR,
    ]


def test_with_an_old_backup_go_the_files_that_reading_it_has_left(
    filled: Store, folder: Path
) -> None:
    first = back_up(filled.path, folder, 1, now=BEGIN)
    for ending in ("-wal", "-shm"):
        first.with_name(first.name + ending).touch()
    second = back_up(filled.path, folder, 1, now=BEGIN + timedelta(hours=1))
    assert names(folder) == [second.name]


def test_a_writer_between_two_steps_neither_waits_nor_begins_the_copy_anew(
    filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "PAGES", 1)
    before = dump(filled._connection)
    asked = 0

    def write_something() -> bool:
        nonlocal asked
        asked += 1
        filled.confirm_missing(f"root {asked}", NOW)
        return False

    written = back_up(filled.path, folder, 3, now=BEGIN, is_stopped=write_something)
    assert says(written) == before
    with closing(apsw.Connection(str(written))) as connection:
        pages = int(connection.pragma("page_count") or 0)
        assert connection.execute("SELECT COUNT(*) FROM volumes").get == 0
    assert pages <= asked < 2 * pages


def test_a_stopped_backup_leaves_nothing(filled: Store, folder: Path) -> None:
    with pytest.raises(TryAgainError, match="stopped before its end"):
        back_up(filled.path, folder, 3, now=BEGIN, is_stopped=lambda: True)
    assert names(folder) == []


def test_what_a_killed_backup_left_is_taken_away_by_the_next(filled: Store, folder: Path) -> None:
    folder.mkdir()
    (folder / "images-20200101T000000Z.db.part").write_bytes(b"half")
    back_up(filled.path, folder, 3, now=BEGIN)
    assert names(folder) == ["images-20260202T030405Z.db"]


def test_without_room_nothing_is_written(
    filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda _: (1, 1, 1))
    with pytest.raises(TryAgainError, match="no room for a backup"):
        back_up(filled.path, folder, 3, now=BEGIN)
    assert names(folder) == []


def test_a_damaged_database_pushes_no_sound_backup_out(filled: Store, folder: Path) -> None:
    filled.close()
    back_up(filled.path, folder, 1, now=BEGIN)
    damage_table(filled.path, "kv_rows")
    with pytest.raises(DatabaseDamagedError, match="is damaged"):
        back_up(filled.path, folder, 1, now=BEGIN + HOUR)
    assert names(folder) == ["images-20260202T030405Z.db"]


@pytest.fixture
def backup(filled: Store, folder: Path) -> Path:
    """Return a backup, after which the database was damaged."""
    written = back_up(filled.path, folder, 3, now=BEGIN)
    filled.close()
    damage(filled.path, page=1)
    return written


def test_a_restored_database_says_what_the_backup_says_and_the_old_file_is_kept(
    database: Path, backup: Path
) -> None:
    damaged = database.read_bytes()
    database.with_name("images.db-wal").write_bytes(b"of the old one")
    aside = restore(database, backup, now=BEGIN)
    assert aside is not None
    assert (aside.name, aside.read_bytes()) == ("images.db.before-20260202T030405Z", damaged)
    assert aside.with_name(f"{aside.name}-wal").read_bytes() == b"of the old one"
    with Store.open(database) as store:
        assert dump(store._connection) == says(backup)


def test_what_two_restores_within_a_second_put_aside_is_kept_both_times(
    database: Path, backup: Path
) -> None:
    damaged = database.read_bytes()
    asides = [restore(database, backup, now=BEGIN) for _ in range(2)]
    name = "images.db.before-20260202T030405Z"
    assert asides == [database.with_name(name), database.with_name(f"{name}.2")]
    assert database.with_name(name).read_bytes() == damaged


def test_a_database_that_is_gone_is_restored_too(database: Path, backup: Path) -> None:
    database.unlink()
    assert restore(database, backup) is None
    assert says(database) == says(backup)


def test_a_damaged_backup_is_refused_and_the_database_stays(database: Path, backup: Path) -> None:
    before = database.read_bytes()
    damage_table(backup, "token_rows")
    with pytest.raises(StartError, match="name another one with --from"):
        restore(database, backup)
    assert database.read_bytes() == before
    assert sorted(file.name for file in database.parent.iterdir()) == ["images.db"]


@pytest.fixture
def strangers(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.db"
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    return path


def test_another_programs_database_is_no_backup(database: Path, strangers: Path) -> None:
    with pytest.raises(StartError) as refused:
        restore(database, strangers)
    reason = "belongs to another program (application_id 0)"
    assert str(refused.value) == f"{strangers}: {reason}; name another one with --from"


def test_of_a_file_that_is_no_database_it_is_said_to_name_another_one(
    database: Path, tmp_path: Path
) -> None:
    minutes = tmp_path / "minutes.db"
    minutes.write_bytes(b"These are the minutes of the meeting." * 100)
    with pytest.raises(StartError) as refused:
        restore(database, minutes)
    said, _, advice = str(refused.value).rpartition("; ")
    assert said.startswith(f"{minutes}: is damaged or no SQLite database (")
    assert advice == "name another one with --from"


def test_nothing_is_left_beside_a_backup_that_was_put_back(database: Path, backup: Path) -> None:
    before = sorted(file.name for file in backup.parent.iterdir())
    restore(database, backup)
    assert sorted(file.name for file in backup.parent.iterdir()) == before


def test_what_is_not_there_is_no_backup(database: Path, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="there is no such file"):
        restore(database, tmp_path / "none.db")
