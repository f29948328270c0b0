"""Files that could not be read: what went wrong, how often, and when they are tried again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import apsw

from service.light_dataclasses import dataclass
from service.records import WatchedFile
from service.store.binding import integer, lines, text
from service.store.identity import split, stable_id
from service.store.sql import sql

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=24)
MAX_DOUBLINGS = 11
"""2^11 minutes are more than a day."""
MAX_MESSAGE = 2000
"""Characters. ExifTool's complaints about a broken file can run to megabytes."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One file that could not be read, at one attempt."""

    root: str
    path: str
    stage: str
    """Where: ``extract``, ``parse``, ``store`` …"""
    error_class: str
    message: str
    size: int | None = None
    """Bytes. With ``mtime_ns`` it gives the file a row in ``images``, so that counts add up."""
    mtime_ns: int | None = None
    sidecars: tuple[str, ...] = ()
    """The texts beside it.

    Until one of them changes, too, the file is not tried again before its time.
    """

    @classmethod
    def of(cls, file: WatchedFile, stage: str, error: BaseException) -> "Failure":
        """Return the failure of a file at a stage."""
        name = type(error).__name__
        return cls(
            file.root, file.path, stage, name, str(error), file.size, file.mtime_ns, file.sidecars
        )


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """A file that could not be read, and its attempts so far.

    Times are UTC, ``2026-01-31T23:59:59Z``.
    """

    failure: Failure
    attempts: int
    first_at: str
    last_at: str
    next_try_at: str


def next_try(now: str, attempts: int) -> str:
    """Return when a file is tried again after so many attempts.

    The wait doubles from a minute to a day.
    """
    doublings = min(attempts - 1, MAX_DOUBLINGS)
    wait = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    return stamp(datetime.fromisoformat(now) + wait)


def stamp(moment: datetime) -> str:
    """Return a moment as the database writes it: UTC, whole seconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(connection: apsw.Connection, failures: Sequence[Failure], now: str) -> None:
    """Write failures, each with one attempt more than before.

    Files known by size get a row in ``images``, too.
    """
    for failure in failures:
        path = text(failure.path)
        attempts = 1 + (connection.execute(sql("failed_attempts"), (failure.root, path)).get or 0)
        row = {
            "root": failure.root,
            "path": path,
            "stage": failure.stage,
            "error_class": failure.error_class,
            "message": text(failure.message[:MAX_MESSAGE]),
            "attempts": attempts,
            "now": now,
            "next_try_at": next_try(now, attempts),
        }
        connection.execute(sql("add_failure"), row)
        _mark_unreadable(connection, failure, now)


def _mark_unreadable(connection: apsw.Connection, failure: Failure, now: str) -> None:
    """Give an unreadable file its row.

    One that was read before and has not changed keeps what was read.
    """
    if failure.size is None or failure.mtime_ns is None:
        return
    folder, file_name = split(text(failure.path))
    row = {
        "stable_id": stable_id(failure.root, failure.path),
        "root": text(failure.root),
        "folder": folder,
        "file_name": file_name,
        "size_bytes": failure.size,
        "mtime_ns": integer(failure.mtime_ns),
        "sidecars": lines(failure.sidecars),
        "now": now,
    }
    if connection.execute(sql("is_read"), row).get:
        return
    image_id = connection.execute(sql("save_unreadable"), row).get
    for table in ("kv", "tokens", "resources", "passes", "conflicts", "raw_record"):
        connection.execute(sql(f"drop_{table}"), (image_id,))
