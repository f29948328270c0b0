"""What the service tells of itself, in the database and beside it.

The row in ``service_status`` and a small file beside the database say the same. The file says it
also while another program holds the database and the row cannot be written.
"""

import contextlib
import os
import socket
from dataclasses import asdict, replace
from pathlib import Path

import apsw
import orjson

from service.clock import Clock
from service.errors import DatabaseReplacedError, TryAgainError
from service.event_log import get_logger
from service.store.status import ServiceStatus
from service.store.writer import Store

log = get_logger(__name__)

BUSY_S = 2.0
"""Seconds between two heartbeats while something changes."""
IDLE_S = 20.0
"""The same while nothing does; readers call a service dead after a minute."""
STOPPED = "stopped"
"""The last message of a service that ended of its own will."""


def status_file(database: Path) -> Path:
    """Return the file in which the service of this database tells its state.

    It is beside the database: ``images.db.status.json``.
    """
    return database.with_name(f"{database.name}.status.json")


class Heartbeat:
    """Publishes the state of the service, often enough and not more often."""

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
        self._published = ServiceStatus()
        self._next = 0.0
        self._path = status_file(store.path)

    def update(self, now: float, **changes: object) -> None:
        """Change these fields of ``ServiceStatus``, and publish them if it is time.

        A new message is published at once, other changes every ``BUSY_S``.
        """
        self._status = replace(self._status, **changes)  # type: ignore[arg-type]  # replace checks the names
        if self._is_due(now):
            self._next = now + IDLE_S
            self._published = self._status
            self._publish(replace(self._status, heartbeat_at=self._clock.stamp()))

    def _is_due(self, now: float) -> bool:
        if now >= self._next or self._status.message != self._published.message:
            return True
        return self._status != self._published and now >= self._next - IDLE_S + BUSY_S

    def _publish(self, status: ServiceStatus) -> None:
        try:
            self._write_file(orjson.dumps(asdict(status), option=orjson.OPT_INDENT_2))
        except OSError as error:  # the row still says it
            log.debug("status_file_not_written", reason=str(error))
        try:
            self.store.heartbeat(status)
        except TryAgainError as error:
            log.debug("status_row_not_written", reason=str(error))

    def _write_file(self, text: bytes) -> None:
        temporary = self._path.with_name(f"{self._path.name}.tmp")
        try:
            temporary.write_bytes(text)
            temporary.replace(self._path)
        except OSError:
            # On a full disk there is no room for a second file, but there is for the first one. On
            # Windows a reader that has it open prevents its replacement, but not its overwriting.
            temporary.unlink(missing_ok=True)
            self._path.write_bytes(text)

    def close(self) -> None:
        """Publish that the service has ended of its own will, and delete the file."""
        with contextlib.suppress(DatabaseReplacedError):  # then there is no row to say it in
            self.update(float("inf"), message=STOPPED)
        self._path.unlink(missing_ok=True)
