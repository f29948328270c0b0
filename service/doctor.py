"""Everything the service needs, checked one by one; each finding says what to do."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import apsw

from service.config import Config
from service.config.folder_checks import why_unwritable
from service.errors import PipeError
from service.file_systems import is_folder
from service.gallery_process import NOT_RUNNING, what_gallery_lacks
from service.light_dataclasses import dataclass
from service.paths import Root
from service.readers.configured_readers import start_readers
from service.readers.reader_settings import MEBIBYTE, MEMORY_LIMIT, most_readers
from service.service_state import read_state
from service.store.backups import list_backups
from service.store.database_reader import DatabaseReader
from service.store.locks import damage_message
from service.store.status import ServiceStatus
from service.watch.folder_listing import links_below
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames

SAFE_SQLITE = (3, 51, 3)
"""Older ones can corrupt a WAL database.

It happens when two programs write and checkpoint at the same instant.
"""
SAFE_EXIFTOOL = (13, 54)
"""Older ones have known holes.

None is reachable by the files we let through, but newer is better.
"""
LOW_DISK = 1 << 30
FEW_WATCHES = 8192
LOOKED_AT = 5_000
"""Folders of a root in which links are looked for: a second or so."""


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """One thing that was checked."""

    level: Literal["ok", "warning", "error"]
    what: str
    found: str
    fix: str = ""
    """What to do."""


def examine_health(config: Config) -> list[HealthFinding]:
    """Return a finding for each thing that the service needs."""
    return [
        _check_python(),
        _check_exiftool(config),
        *_check_readers(config),
        *_check_sqlite(),
        _check_database(config.database.path),
        _check_backups(config),
        *_check_folders(config),
        *_check_outputs(config),
        *_check_watches(),
        *_check_gallery(config),
    ]


def _check_python() -> HealthFinding:
    return HealthFinding("ok", "Python", sys.version.split()[0])


def _check_exiftool(config: Config) -> HealthFinding:
    try:
        with start_readers(config) as readers:
            readers.require()
            version = readers.version
    except PipeError as error:
        return HealthFinding("error", "ExifTool", "cannot be started", str(error))
    if _numbers(version.split()[-1]) < SAFE_EXIFTOOL:
        newest = ".".join(map(str, SAFE_EXIFTOOL))
        return HealthFinding(
            "warning", "ExifTool", version, f"works; {newest} or newer has fewer known holes"
        )
    return HealthFinding("ok", "ExifTool", version)


def _check_readers(config: Config) -> Iterator[HealthFinding]:
    """Yield how many readers there may be, and what those of a running service are at."""
    most = most_readers(config.extract.processes)
    memory = MEMORY_LIMIT // MEBIBYTE
    found = f"1 to {most} while files wait" if most > 1 else "1"
    yield HealthFinding("ok", "readers", f"{found}, each of at most {memory} MiB")
    service = _running_service(config)
    for reader in service.readers if service else ():
        yield HealthFinding("ok", "reader", reader)


def _running_service(config: Config) -> ServiceStatus | None:
    """Return what the running service says of itself."""
    try:
        state = read_state(config.database.path)
    except PipeError:  # the database's own finding says it
        return None
    return state.service if state.running else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _check_sqlite() -> Iterator[HealthFinding]:
    version = apsw.sqlite_lib_version()
    if _numbers(version) >= SAFE_SQLITE:
        yield HealthFinding("ok", "SQLite of the service", version)
    else:
        fix = "install apsw with its own SQLite: pip install --upgrade apsw"
        yield HealthFinding("error", "SQLite of the service", version, fix)
    other = sqlite3.sqlite_version
    if _numbers(other) < SAFE_SQLITE:
        yield HealthFinding("ok", "SQLite of this Python", f"{other} (not used by the service)")


def _check_database(path: Path) -> HealthFinding:
    if not path.exists():
        return HealthFinding("ok", "database", f"{path} is not there yet; the first run makes it")
    try:
        with DatabaseReader.open(path) as reader:
            problems = reader.check()
            counts = reader.counts()
    except PipeError as error:
        return HealthFinding("error", "database", "cannot be read", str(error))
    if problems:
        return HealthFinding("error", "database", problems, str(damage_message(path, problems)))
    return HealthFinding(
        "ok", "database", f"{path}: sound, {counts.present + counts.missing:,} images"
    )


def _check_backups(config: Config) -> HealthFinding:
    part = config.backup
    backups = list_backups(config.database.path, config.backups)
    if backups:
        made_at = f"{backups[0].made_at:%Y-%m-%d %H:%M} UTC"
        found = f"{len(backups)} in {config.backups}, the newest of {made_at}"
        return HealthFinding("ok", "backups", found)
    if not part.every_hours:
        fix = "set [backup] every_hours, or run: aiimagepipe backup"
        return HealthFinding("warning", "backups", "none, and none are written", fix)
    return HealthFinding("ok", "backups", "none yet; the running service writes them")


def _root_notes(config: Config) -> dict[str, str]:
    """Return what the database has noted of each root that is not wholly there."""
    try:
        with DatabaseReader.open(config.database.path) as reader:
            return {root.name: root.note for root in reader.roots() if root.note is not None}
    except PipeError:
        return {}


def _check_folders(config: Config) -> Iterator[HealthFinding]:
    notes = _root_notes(config)
    names = WatchedNames(WatchSettings.from_config(config.watch))
    for root in config.roots:
        if is_folder(root.path) and root.name in notes:
            fix = "as it says; status tells whether it is still so"
            yield HealthFinding("warning", f"root {root.name}", notes[root.name], fix)
        elif is_folder(root.path):
            yield HealthFinding("ok", f"root {root.name}", str(root.path))
            yield from _check_links(root, names)
        else:
            fix = "create it, or correct [[root]] path; its images stay in the database meanwhile"
            yield HealthFinding("warning", f"root {root.name}", f"{root.path} is not there", fix)
    out = config.database.path.parent
    free = shutil.disk_usage(out).free if out.is_dir() else LOW_DISK
    if free < LOW_DISK:
        found = f"{free >> 20} MB free at {out}"
        yield HealthFinding("warning", "disk", found, "make room before the database fills it")


def _check_links(root: Root, names: WatchedNames) -> Iterator[HealthFinding]:
    """Yield a finding where links to folders are passed over."""
    if root.links or not root.recursive:
        return
    link = next(links_below(os.fspath(root.path), names, LOOKED_AT), None)
    if link is not None:
        found = f"links to folders are not followed, such as {link}"
        fix = "set links = true in its [[root]] if their images belong to it"
        yield HealthFinding("warning", f"root {root.name}", found, fix)


def _check_outputs(config: Config) -> Iterator[HealthFinding]:
    """Yield a finding for each folder of outputs.

    By them, install_service.ps1 grants the right to write there.
    """
    yield _check_output("database folder", config.database.path.parent)
    yield _check_output("log folder", config.log.directory)
    if config.backup.every_hours:
        yield _check_output("backup folder", config.backups)
    for folder in dict.fromkeys(export.folder for export in config.export):
        yield _check_output("export folder", folder)


def _check_output(what: str, folder: Path) -> HealthFinding:
    reason = why_unwritable(folder)
    if reason:
        return HealthFinding("error", what, f"{folder}: nothing can be written", reason)
    return HealthFinding("ok", what, str(folder))


def _check_watches() -> Iterator[HealthFinding]:
    limit = Path("/proc/sys/fs/inotify/max_user_watches")
    count = int(limit.read_text(encoding="ascii")) if limit.is_file() else FEW_WATCHES
    if count < FEW_WATCHES:
        fix = "sysctl fs.inotify.max_user_watches=524288; until then large folders are polled"
        yield HealthFinding("warning", "inotify watches", str(count), fix)


def _check_gallery(config: Config) -> Iterator[HealthFinding]:
    """Yield whether the service can start the gallery, where it shall, and has."""
    if not config.gallery.enabled:
        return
    lack = what_gallery_lacks()
    if lack is not None:
        yield HealthFinding("error", "gallery", lack.what, lack.fix)
        return
    service = _running_service(config)
    if service and service.gallery and service.gallery.startswith(NOT_RUNNING):
        fix = "when what it says is mended, the service starts it by itself"
        yield HealthFinding("error", "gallery", service.gallery, fix)
    else:
        yield HealthFinding("ok", "gallery", f"port {config.gallery.port} of this machine alone")
