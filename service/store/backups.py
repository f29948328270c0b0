"""Copies of the database: written beside the work, checked, and put back in its place.

A backup is a whole database: also what cannot be made again from the images, such as what
``resolve`` learnt, texts that are no longer beside their images, rows of missing files, and ids.
The user's marks are a file of their own, and copied with it.
"""

import re
import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import apsw

from service.errors import StartError, TryAgainError
from service.light_dataclasses import dataclass
from service.store.connection import (
    check_owner,
    find_stranger,
    open_as_it_is,
    open_still,
    open_to_read,
)
from service.store.integrity import find_damage
from service.store.locks import damage_message, refuse
from service.store.marks import FILE, copy_marks, marks_beside
from service.store.schema import current
from service.store.whole_files import PART, files_of, write_whole

PAGES = 2000
"""Copied at once, between two questions whether to stop: 8 MB."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was whole and sound when it was written."""

    path: Path
    made_at: datetime
    """UTC."""


def marks_of(backup: Path) -> Path:
    """Return where the copy of the marks is that was written with a backup."""
    return backup.with_name(f"{backup.stem}.{FILE}")


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

    The user's marks are copied beside it.

    It reads one state of the database by a connection of its own, and is in no writer's way.
    Raises StartError where the database is damaged (the older backups stay then), and TryAgainError
    where it cannot be written or was stopped.
    """
    made_at = (now or datetime.now(UTC)).astimezone(UTC)
    target = folder / f"{database.stem}-{made_at:%Y%m%dT%H%M%SZ}.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(database, folder)
        _require_room(database, folder)
        with write_whole(target) as part:
            if damage := copy_database(database, part, is_stopped):
                raise damage_message(database, damage)
            copy_marks(marks_beside(database), marks_of(target))
        for old in list_backups(database, folder)[keep:]:
            for file in files_of(old.path):
                file.unlink()
            marks_of(old.path).unlink(missing_ok=True)
    except OSError as error:
        raise TryAgainError(f"{target}: cannot be written ({error.strerror})") from error
    return target


def _sweep(database: Path, folder: Path) -> None:
    """Delete what a killed backup has left."""
    for file in folder.glob(f"*{PART}*"):
        if file.name.startswith(f"{database.stem}-"):
            file.unlink()


def _require_room(database: Path, folder: Path) -> None:
    size = sum(file.stat().st_size for file in files_of(database))
    _, _, free = shutil.disk_usage(folder)
    if free < size:
        raise TryAgainError(
            f"{folder}: no room for a backup ({size >> 20} MB, {free >> 20} MB are free); make "
            "room, or set [backup] folder or keep"
        )


def copy_database(
    source: Path,
    target: Path,
    is_stopped: Callable[[], bool],
    open_: Callable[[Path], apsw.Connection] = open_to_read,
) -> str:
    """Copy a database into a new file; return what is damaged in the copy, '' where it is sound.

    Raises StartError where the source cannot be read or is none of ours, and TryAgainError where
    it was stopped.
    """
    try:
        with closing(open_(source)) as old, closing(apsw.Connection(str(target))) as new:
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
    try:
        with closing(open_still(database)) as connection:
            return find_damage(connection, is_stopped)
    except apsw.Error as error:
        return str(error)


def restore(database: Path, backup: Path, *, now: datetime | None = None) -> Path | None:
    """Put a backup in the database's place; return where the file that was there is now.

    The caller holds the database's lock. Raises StartError where the backup is none, or damaged.
    """
    open_ = _way_to_open(backup)
    _require_ours(backup, open_)
    aside = _place_aside(database, now or datetime.now(UTC))
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with write_whole(database) as part:
            if damage := copy_database(backup, part, lambda: False, open_):
                raise StartError(f"{backup}: is damaged ({damage}); name another one with --from")
            was_there = database.exists()
            for file in files_of(database):
                file.replace(file.with_name(aside.name + file.name.removeprefix(database.name)))
        if not marks_beside(database).exists():  # else they are newer, and their user's
            copy_marks(marks_of(backup), marks_beside(database))
    except OSError as error:
        raise StartError(f"{database}: cannot be restored ({error})") from error
    return aside if was_there else None


def _place_aside(database: Path, now: datetime) -> Path:
    """Return a free place for what is at the database's place: two may be put away in a second."""
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    name, count = f"{database.name}.before-{stamp}", 1
    while files_of(database.with_name(name)):
        count += 1
        name = f"{database.name}.before-{stamp}.{count}"
    return database.with_name(name)


def _way_to_open(backup: Path) -> Callable[[Path], apsw.Connection]:
    """Return how a backup is opened: what has a log beside it may be a database in use."""
    return open_as_it_is if backup.with_name(f"{backup.name}-wal").exists() else open_still


def _require_ours(backup: Path, open_: Callable[[Path], apsw.Connection]) -> None:
    """Raise StartError, which says to name another file, where this is no database of ours."""
    if not backup.is_file():
        raise StartError(f"{backup}: there is no such file")
    try:
        with closing(open_(backup)) as connection:
            reason, _ = find_stranger(connection, current())
    except apsw.Error as error:
        reason = f"is damaged or no SQLite database ({error})"
    if reason:
        raise StartError(f"{backup}: {reason}; name another one with --from")
