"""What the service is doing, and how much there is of everything."""

from dataclasses import asdict

import apsw

from service.light_dataclasses import dataclass
from service.store.binding import optional
from service.store.sql import sql


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """The one row of ``service_status``. Times are UTC, ``2026-01-31T23:59:59Z``."""

    pid: int | None = None
    host: str | None = None
    started_at: str | None = None
    heartbeat_at: str | None = None
    """Older than a minute: the service is not running."""
    last_event_at: str | None = None
    last_rescan_at: str | None = None
    queued: int | None = None
    done: int | None = None
    """Files since the start."""
    failed: int | None = None
    exiftool_version: str | None = None
    sqlite_version: str | None = None
    message: str | None = None
    """What it waits for, in words."""
    readers: tuple[str, ...] = ()
    """What each reader process is at, and since when. Only in the file beside the database."""
    scrub: str | None = None
    """How many files were hashed again since the start, and how many had changed. Only there."""
    direct: str | None = None
    """How many were read by ExifTool too, and how many differed. Only there."""
    gallery: str | None = None
    """Its address where the service keeps one running, or why it does not run. Only there."""


@dataclass(frozen=True, slots=True)
class RootStatus:
    """A watched folder, and whether it was there when last looked at."""

    name: str
    location: str
    """Absolute path on the machine that watched it last."""
    online: bool
    note: str | None
    """Why it is offline, and what to do."""
    changed_at: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is."""

    present: int
    missing: int
    by_status: dict[str, int]
    """Of the present: ``ok``, ``partial``, ``no_metadata``, ``unreadable``."""
    by_generator: dict[str, int]
    """Of the present; those whose generator is unknown under ''."""
    failures: int


def heartbeat(connection: apsw.Connection, status: ServiceStatus) -> None:
    """Write the service's one row."""
    connection.execute(sql("heartbeat"), asdict(status) | {"message": optional(status.message)})


def set_root(connection: apsw.Connection, root: RootStatus) -> None:
    """Write a watched folder's row; its time changes only when anything else did."""
    connection.execute(sql("set_root"), asdict(root) | {"online": int(root.online)})


def counts(connection: apsw.Connection) -> Counts:
    """Return how much there is of everything."""
    missing = 0
    by_status: dict[str, int] = {}
    for status, present, count in connection.execute(sql("count_status")):
        if present:
            by_status[status] = count
        else:
            missing += count
    return Counts(
        present=sum(by_status.values()),
        missing=missing,
        by_status=by_status,
        by_generator=dict(iter(connection.execute(sql("count_generators")))),
        failures=int(connection.execute(sql("count_failures")).get or 0),
    )
