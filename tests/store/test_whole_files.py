"""A database file appears whole or not at all, whatever happens to who writes it."""

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from service.store.whole_files import write_whole

FIRST = "CREATE TABLE notes (note); INSERT INTO notes VALUES ('one')"


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def write_half(target: Path) -> None:
    with write_whole(target) as part:
        part.write_bytes(b"half")
        raise OSError("pulled")


def test_the_file_is_there_when_the_block_has_ended(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    with write_whole(target) as part:
        with closing(apsw.Connection(str(part))) as connection:
            connection.execute(FIRST).fetchall()
        assert not target.exists()
    assert names(tmp_path) == ["copy.db"]


def test_a_block_that_ends_badly_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_bytes(b"old")
    with pytest.raises(OSError, match="pulled"):
        write_half(target)
    assert (target.read_bytes(), names(tmp_path)) == (b"old", ["copy.db"])


def test_what_a_killed_process_left_is_deleted_with_its_journal(tmp_path: Path) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        (tmp_path / f"copy.db.part{ending}").write_bytes(b"left")
    with write_whole(tmp_path / "copy.db") as part:
        left = names(tmp_path)
        part.write_bytes(b"new")
    assert (left, names(tmp_path)) == ([], ["copy.db"])
