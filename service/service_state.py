"""What the service says of itself, and whether it is alive to say it."""

import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from service.store.database_reader import DatabaseReader
from service.store.export_states import ExportState
from service.store.status import Counts, RootStatus, ServiceStatus
from service.worker.heartbeat import STOPPED, status_file

DEAD_AFTER_S = 60

_QUERY = 0x1000
_NO_SUCH_PROCESS = 87
_STILL_ACTIVE = 259
"""Windows' names: PROCESS_QUERY_LIMITED_INFORMATION, ERROR_INVALID_PARAMETER, STILL_ACTIVE."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The service and its database at this moment."""

    running: bool
    database: str
    service: ServiceStatus | None
    """None where it never ran."""
    counts: Counts | None
    """None where there is no database yet."""
    roots: tuple[RootStatus, ...]
    exports: tuple[ExportState, ...] = ()
    """The timed ones."""

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what a person wants to know, as name and value."""
        service = self.service or ServiceStatus()
        yield (
            "service",
            f"running, process {service.pid} on {service.host}" if self.running else "not running",
        )
        if service.message and self.running:
            yield "waits for", service.message
        yield "database", self.database
        if self.counts is not None:
            by_status = ", ".join(
                f"{count:,} {name}" for name, count in self.counts.by_status.items()
            )
            yield (
                "images",
                f"{self.counts.present:,} present ({by_status}), {self.counts.missing:,} missing",
            )
            yield "failures", f"{self.counts.failures:,}"
        if self.running:
            yield (
                "queue",
                f"{service.queued:,} waiting; {service.done:,} done, {service.failed:,} failed since the start",
            )
        for name in (
            "started_at",
            "heartbeat_at",
            "last_event_at",
            "last_rescan_at",
            "exiftool_version",
            "sqlite_version",
        ):
            yield name.replace("_", " "), str(getattr(service, name) or "-")
        for root in self.roots:
            yield (
                f"root {root.name}",
                f"{root.location}: {'online' if root.online else root.note or 'offline'}",
            )
        for export in self.exports:
            yield f"export {export.kind}", f"{export.out}: {_came_to(export)}"


def _came_to(export: ExportState) -> str:
    if export.error is not None:
        return f"failed at {export.last_run_at}: {export.error.removeprefix(f'{export.out}: ')}"
    unsafe = f", {export.unsafe:,} unsafe" if export.unsafe else ""
    items = "1 item" if export.items == 1 else f"{export.items or 0:,} items"
    return f"{items}{unsafe}, last run {export.last_run_at}"


def read_state(database: Path) -> ServiceState:
    """Return the state of the service of this database.

    Raises StartError where the file is not ours.
    """
    said = _from_file(status_file(database))
    if not database.is_file():
        return ServiceState(_is_alive(said), str(database), said, None, ())
    with DatabaseReader.open(database) as reader:
        stored = reader.status()
        service = max(
            filter(None, (said, stored)), key=lambda one: one.heartbeat_at or "", default=None
        )
        return ServiceState(_is_alive(service), str(database), service, *_read_database(reader))


def _read_database(
    reader: DatabaseReader,
) -> tuple[Counts, tuple[RootStatus, ...], tuple[ExportState, ...]]:
    return reader.counts(), tuple(reader.roots()), tuple(reader.exports().states())


def _from_file(path: Path) -> ServiceStatus | None:
    try:
        return ServiceStatus(**orjson.loads(path.read_bytes()))
    except (
        OSError,
        TypeError,
        orjson.JSONDecodeError,
    ):  # none, or of another version: the database tells
        return None


def _is_alive(service: ServiceStatus | None) -> bool:
    if service is None or service.heartbeat_at is None or service.message == STOPPED:
        return False
    age = datetime.now(UTC) - datetime.fromisoformat(service.heartbeat_at)
    return age.total_seconds() < DEAD_AFTER_S and not _is_known_dead(service)


def _is_known_dead(service: ServiceStatus) -> bool:
    """Tell whether its process has ended without a word.

    Killed, or the machine was started again.
    """
    if service.pid is None or service.host != socket.gethostname():
        return False
    return not (_runs_on_windows(service.pid) if sys.platform == "win32" else _runs(service.pid))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # alive, and another user's
        return True
    return True


def _runs_on_windows(pid: int) -> bool:
    """Tell the same where ``os.kill(pid, 0)`` would be a Ctrl+C."""
    if sys.platform != "win32":
        return True
    import ctypes  # noqa: PLC0415 (WinDLL exists on Windows alone)

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(_QUERY, False, pid))  # noqa: FBT003 (as Windows declares it)
    if not handle:
        return ctypes.get_last_error() != _NO_SUCH_PROCESS
    try:
        code = ctypes.c_uint32()
        return (
            not kernel.GetExitCodeProcess(handle, ctypes.byref(code)) or code.value == _STILL_ACTIVE
        )
    finally:
        kernel.CloseHandle(handle)
