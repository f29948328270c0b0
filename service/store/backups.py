"""Copies of the database: written beside the work, checked, and put back in its place.

A backup is a whole database: also what cannot be made again from the images, such as what
``resolve`` learnt, texts that are no longer beside their images, rows of missing files, and ids.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import apsw

from service.errors import StartError, TryAgainError
from service.store.connection import check_owner, open_to_read
from service.store.integrity import find_damage
from service.store.locks import damage_message, refuse
from service.store.schema import current

PAGES = 2000
"""Copied at once, between two questions whether to stop: 8 MB."""

PART = ".part"
"""What follows the name of a backup that is not whole yet."""

COMPANIONS = ("", "-wal", "-shm")
"""What follows the database's name in the names of its files."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was whole and sound when it was written."""

    path: Path
    made_at: datetime
    """UTC."""


def list_backups(database: Path, folder: Path) -> list[Backup]:
    """Return the backups of a database in a folder, newest first."""
    name = re.compile(rf"{re.escape(database.stem)}-(\d{{8}}T\d{{6}}Z)\.db")
    found: list[Backup] = []
    with suppress(OSError):
        for file in folder.iterdir():
            if matched := name.fullmatch(file.name):
                made_at = datetime.strptime(matched[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                found.append(Backup(file, made_at))
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def back_up(
    database: Path,
    folder: Path,
    keep: int,
    *,
    now: datetime | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Path:
    """Write a backup, check it, delete all but the newest ``keep``, and return its path.

    It reads one state of the database by a connection of its own, and is in no writer's way.
    Raises StartError where the database is damaged (the older backups stay then), and TryAgainError
    where it cannot be written or was stopped.
    """
    made_at = (now or datetime.now(UTC)).astimezone(UTC)
    target = folder / f"{database.stem}-{made_at:%Y%m%dT%H%M%SZ}.db"
    part = target.with_name(target.name + PART)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(database, folder)
        _require_room(database, folder)
        if damage := copy_database(database, part, is_stopped):
            raise damage_message(database, damage)
        _sync(part)
        part.replace(target)
        for old in list_backups(database, folder)[keep:]:
            for file in list(_files_of(old.path)):
                file.unlink()
    except OSError as error:
        raise TryAgainError(f"{target}: cannot be written ({error.strerror})") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return target


def _sweep(database: Path, folder: Path) -> None:
    """Delete what a killed backup has left."""
    for file in folder.glob(f"*{PART}"):
        if file.name.startswith(f"{database.stem}-"):
            file.unlink()


def _require_room(database: Path, folder: Path) -> None:
    size = sum(file.stat().st_size for file in _files_of(database))
    _, _, free = shutil.disk_usage(folder)
    if free < size:
        raise TryAgainError(
            f"{folder}: no room for a backup ({size >> 20} MB, {free >> 20} MB are free); make "
            "room, or set [backup] folder or keep"
        )


def copy_database(source: Path, target: Path, is_stopped: Callable[[], bool]) -> str:
    """Copy a database into a new file; return what is damaged in the copy, '' where it is sound.

    Raises StartError where the source cannot be read or is none of ours, and TryAgainError where
    it was stopped.
    """
    target.unlink(missing_ok=True)
    try:
        with closing(open_to_read(source)) as old, closing(apsw.Connection(str(target))) as new:
            check_owner(old, source, current())
            # One state for all steps: else a writer between two of them would begin it anew.
            old.execute("BEGIN; SELECT COUNT(*) FROM sqlite_schema").fetchall()
            with new.backup("main", old, "main") as copying:
                while not copying.done and not is_stopped():
                    copying.step(PAGES)
    except apsw.Error as error:
        refuse(source, error)
    damage = _check(target, is_stopped)
    if is_stopped():
        raise TryAgainError(f"{source}: the copy was stopped before its end")
    return damage


def _check(database: Path, is_stopped: Callable[[], bool]) -> str:
    """Return what is damaged in a file that nobody writes; '' where it is sound."""
    # Immutable: else a copy in WAL mode would get companions beside it.
    address = f"file:{quote(str(database.resolve()))}?immutable=1"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        with closing(apsw.Connection(address, flags=flags)) as connection:
            return find_damage(connection, is_stopped)
    except apsw.Error as error:
        return str(error)


def restore(database: Path, backup: Path, *, now: datetime | None = None) -> Path | None:
    """Put a backup in the database's place; return where the file that was there is now.

    The caller holds the database's lock. Raises StartError where the backup is none, or damaged.
    """
    if not backup.is_file():
        raise StartError(f"{backup}: there is no such file")
    part = database.with_name(database.name + PART)
    stamp = f"{(now or datetime.now(UTC)).astimezone(UTC):%Y%m%dT%H%M%SZ}"
    aside = database.with_name(f"{database.name}.before-{stamp}")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        if damage := copy_database(backup, part, lambda: False):
            raise StartError(f"{backup}: is damaged ({damage}); name another one with --from")
        _sync(part)
        was_there = database.exists()
        for file in list(_files_of(database)):
            file.replace(file.with_name(aside.name + file.name.removeprefix(database.name)))
        part.replace(database)
    except OSError as error:
        raise StartError(f"{database}: cannot be restored ({error})") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return aside if was_there else None


def _files_of(database: Path) -> Iterator[Path]:
    for ending in COMPANIONS:
        file = database.with_name(database.name + ending)
        if file.exists():
            yield file


def _sync(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
