"""What a power cut may leave: a log cut off anywhere, and disks that refuse to write for good."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from store_samples import NOW, image

from service.errors import TryAgainError
from service.store.integrity import find_damage
from service.store.writer import Store

HEADER, FRAME = 32, 24 + 4096
"""Bytes of the log's header, and of each frame: its own header and a page."""


@pytest.fixture
def crashed(database: Path, tmp_path: Path) -> Path:
    """Return a copy of a database and its log, as they are on the disk in mid-work."""
    copy = tmp_path / "crashed"
    with Store.open(database) as store:
        store.save([image(0)], now=NOW)
        store.checkpoint(quiet=True)
        for number in range(1, 5):
            store.save([image(number)], now=NOW)
        shutil.copytree(database.parent, copy, ignore=shutil.ignore_patterns("*-shm"))
    return copy / "images.db"


def cuts(length: int) -> Iterator[int]:
    """Yield every end of a frame, and places within frames."""
    yield from (0, 1, HEADER - 1)
    for frame in range((length - HEADER) // FRAME + 1):
        end = HEADER + frame * FRAME
        yield from (end, min(end + 11, length), min(end + 2000, length))


def test_a_log_cut_off_anywhere_opens_at_the_end_of_a_batch(crashed: Path, tmp_path: Path) -> None:
    log = crashed.with_name("images.db-wal").read_bytes()
    counts = []
    for number, cut in enumerate(cuts(len(log))):
        place = tmp_path / f"{number}" / "images.db"
        place.parent.mkdir()
        shutil.copy(crashed, place)
        place.with_name("images.db-wal").write_bytes(log[:cut])
        with closing(apsw.Connection(str(place))) as connection:
            assert find_damage(connection) == ""
            images, records, facts = (
                connection.execute(f"SELECT COUNT(DISTINCT {column}) FROM {table}").get  # noqa: S608
                for column, table in (
                    ("id", "images"),
                    ("image_id", "raw_records"),
                    ("image_id", "kv_rows"),
                )
            )
        assert images == records == facts
        counts.append(images)
        shutil.rmtree(place.parent)
    assert counts == sorted(counts)
    assert set(counts) == {1, 2, 3, 4, 5}


class RefusingDisk(apsw.VFS):
    """A file system whose ``fsync`` may fail, as a dying disk's."""

    def __init__(self) -> None:
        self.refuses = False
        self.real = apsw.vfs_names()[0]
        super().__init__("refusing", self.real, makedefault=True)

    def xOpen(self, name: str, flags: list[int]) -> "RefusingFile":  # noqa: N802  # apsw's name
        return RefusingFile(self, name, flags)


class RefusingFile(apsw.VFSFile):
    def __init__(self, disk: RefusingDisk, name: str, flags: list[int]) -> None:
        self._disk = disk
        super().__init__(disk.real, name, flags)

    def xSync(self, flags: int) -> None:  # noqa: N802  # apsw's name
        if self._disk.refuses:
            raise apsw.IOError("the disk refuses")
        super().xSync(flags)


def test_a_disk_that_refuses_to_sync_is_told_and_nothing_is_lost_when_it_works_again(
    database: Path,
) -> None:
    disk = RefusingDisk()
    try:
        with Store.open(database) as store:
            store.save([image(1)], now=NOW)
            disk.refuses = True
            store._connection.execute("PRAGMA synchronous = FULL")
            with pytest.raises(TryAgainError, match="cannot be written"):
                store.save([image(2)], now=NOW)
            store.checkpoint(quiet=True)
            disk.refuses = False
            store.save([image(2)], now=NOW)
            assert find_damage(store._connection) == ""
            assert store.counts().present == 2
    finally:
        disk.unregister()
