"""What the service tells of itself.

The row in ``service_status``, and a small file beside the database.

The file says the same as the row, also while another program holds the database and the row cannot
be written.
"""

import contextlib
import os
import socket
from dataclasses import asdict, replace
from pathlib import Path

import apsw
import orjson
import structlog

from service.clock import Clock
from service.errors import DatabaseReplacedError, TryAgainError
from service.store.status import ServiceStatus
from service.store.writer import Store

log = structlog.get_logger()

BUSY_S = 2.0
"""Seconds between two tellings while something changes."""
IDLE_S = 20.0
"""The same while nothing does; readers call a service dead after a minute."""
STOPPED = "stopped"
"""The last message of a service that ended of its own will."""


def status_file(database: Path) -> Path:
    """Return where the service of this database tells its state: ``images.db.status.json``."""
    return database.with_name(f"{database.name}.status.json")


class Heartbeat:
    """Tells the state of the service, often enough and not more often."""

    def __init__(self, store: Store, clock: Clock, exiftool_version: str) -> None:
        self.store = store
        self._clock = clock
        self._status = ServiceStatus(
            pid=os.getpid(),
            host=socket.gethostname(),
            started_at=clock.stamp(),
            exiftool_version=exiftool_version,
            sqlite_version=apsw.sqlite_lib_version(),
        )
        self._told = ServiceStatus()
        self._next = 0.0
        self._path = status_file(store.path)

    def tell(self, now: float, **changes: object) -> None:
        """Tell these fields of ``ServiceStatus``, now or with the next telling."""
        self._status = replace(self._status, **changes)  # type: ignore[arg-type]  # the names are checked by replace
        changed = self._status != self._told
        urgent = self._status.message != self._told.message
        if now >= self._next or urgent or (changed and now >= self._next - IDLE_S + BUSY_S):
            self._next = now + IDLE_S
            self._told = self._status
            self._publish(replace(self._status, heartbeat_at=self._clock.stamp()))

    def _publish(self, status: ServiceStatus) -> None:
        try:
            self._write_file(orjson.dumps(asdict(status), option=orjson.OPT_INDENT_2))
        except OSError as error:  # the row still tells
            log.debug("status_file_not_written", reason=str(error))
        try:
            self.store.heartbeat(status)
        except DatabaseReplacedError:
            raise
        except TryAgainError as error:
            log.debug("status_row_not_written", reason=str(error))

    def _write_file(self, text: bytes) -> None:
        temporary = self._path.with_name(f"{self._path.name}.tmp")
        try:
            temporary.write_bytes(text)
            temporary.replace(self._path)
        except OSError:
            # On a full disk there is no room for a second file, but there is for the first one; on
            # Windows a reader that holds it hinders its replacement, but not its overwriting.
            temporary.unlink(missing_ok=True)
            self._path.write_bytes(text)

    def close(self) -> None:
        """Take the file away: the service has ended of its own will."""
        with contextlib.suppress(DatabaseReplacedError):  # then there is no row to tell it in
            self.tell(float("inf"), message=STOPPED)
        self._path.unlink(missing_ok=True)
