"""The state of the service as ``status`` shows it, and whether its process is alive."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson

from service.light_dataclasses import dataclass
from service.process_tree import is_running
from service.store.database_reader import DatabaseReader
from service.store.export_states import ExportState
from service.store.requests import Request
from service.store.status import Counts, RootStatus, ServiceStatus
from service.store.thumbnail_file import read_size, thumbnails_beside
from service.worker.heartbeat import STOPPED, status_file

DEAD_AFTER_S = 60
MEGABYTE = 1_000_000

STATUS_LINES = (
    "started_at",
    "heartbeat_at",
    "last_event_at",
    "last_rescan_at",
    "exiftool_version",
    "sqlite_version",
)
"""Fields of ``ServiceStatus`` that are shown as they are."""


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
    requests: tuple[str, ...] = ()
    """What commands have asked of it that is not done yet, in words."""

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what a person wants to know, as name and value."""
        service = self.service or ServiceStatus()
        if self.running:
            yield "service", f"running, process {service.pid} on {service.host}"
        else:
            yield "service", "not running"
        if service.message and self.running:
            yield "waits for", service.message
        yield "database", self.database
        if self.counts is not None:
            yield "images", _describe_counts(self.counts)
            yield "failures", f"{self.counts.failures:,}"
        if self.running:
            yield from _describe_work(service)
        yield from (("request", request) for request in self.requests)
        for name in STATUS_LINES:
            yield name.replace("_", " "), str(getattr(service, name) or "-")
        for root in self.roots:
            state = "online" if root.online else "offline"
            yield f"root {root.name}", f"{root.location}: {root.note or state}"
        for export in self.exports:
            yield f"export {export.kind}", f"{export.out}: {_describe_export(export)}"


def _describe_work(service: ServiceStatus) -> Iterator[tuple[str, str]]:
    done = f"{service.done:,} done, {service.failed:,} failed since the start"
    yield "queue", f"{service.queued:,} waiting; {done}"
    for reader in service.readers:
        yield "reader", reader
    if service.scrub:
        yield "scrub", service.scrub
    if service.direct:
        yield "read directly", service.direct
    if service.gallery:
        yield "gallery", service.gallery


def _describe_counts(counts: Counts) -> str:
    by_status = [f"{count:,} {name}" for name, count in counts.by_status.items()]
    return f"{counts.present:,} present ({', '.join(by_status)}), {counts.missing:,} missing"


def _describe_export(export: ExportState) -> str:
    if export.error is not None:
        error = export.error.removeprefix(f"{export.out}: ")
        return f"failed at {export.last_run_at}: {error}"
    text = "1 item" if export.items == 1 else f"{export.items or 0:,} items"
    if export.unsafe:
        text += f", {export.unsafe:,} unsafe"
    return f"{text}, last run {export.last_run_at}"


@dataclass(frozen=True, slots=True)
class ThumbnailsState:
    """The small pictures beside a database."""

    made: int
    """Contents that have theirs, with those that cannot be drawn."""
    contents: int
    """That the files have which are there; also those that are waiting for theirs."""
    bytes: int
    limit_bytes: int

    def __str__(self) -> str:
        """Return it in words."""
        sizes = f"{self.bytes / MEGABYTE:,.1f} of {self.limit_bytes / MEGABYTE:,.0f} MB"
        full = "; full, so no more are made" if self.bytes >= self.limit_bytes else ""
        return f"{self.made:,} made, of {self.contents:,} contents; {sizes}{full}"


def read_thumbnails(database: Path, limit_bytes: int) -> ThumbnailsState | None:
    """Return the state of the small pictures; None where there is no file of them yet."""
    size = read_size(thumbnails_beside(database))
    if size is None or not database.is_file():
        return None
    with DatabaseReader.open(database) as reader:
        return ThumbnailsState(size[0], reader.count_contents(), size[1], limit_bytes)


TYPED = {"learn": "resolve", "rewrite": "resolve --rewrite"}
"""Request → the command that makes it, where that has another name."""


def _describe_request(request: Request) -> str:
    command = TYPED.get(request.command, request.command)
    return f"{command}: {request.state}, {request.done:,} done so far"


def read_state(database: Path) -> ServiceState:
    """Return the state of the service of this database.

    Raises StartError where the file is not ours.
    """
    service = _read_status_file(status_file(database))
    if not database.is_file():
        return ServiceState(_is_alive(service), str(database), service, None, ())
    with DatabaseReader.open(database) as reader:
        service = _newer(service, reader.status())
        return ServiceState(
            running=_is_alive(service),
            database=str(database),
            service=service,
            counts=reader.counts(),
            roots=tuple(reader.roots()),
            exports=tuple(reader.exports().states()),
            requests=tuple(map(_describe_request, reader.requests().open_ones())),
        )


def _newer(one: ServiceStatus | None, other: ServiceStatus | None) -> ServiceStatus | None:
    if one is None or other is None:
        return one or other
    is_newer = (other.heartbeat_at or "") > (one.heartbeat_at or "")
    return other if is_newer else one


def _read_status_file(path: Path) -> ServiceStatus | None:
    try:
        return ServiceStatus(**orjson.loads(path.read_bytes()))
    except (OSError, TypeError, orjson.JSONDecodeError):
        return None  # there is none, or it is of another version: the database says it


def _is_alive(service: ServiceStatus | None) -> bool:
    if service is None or service.heartbeat_at is None or service.message == STOPPED:
        return False
    age = datetime.now(UTC) - datetime.fromisoformat(service.heartbeat_at)
    if age.total_seconds() < -DEAD_AFTER_S:
        # The clock was set back since: only its process tells.
        return _is_here(service) and not _is_known_dead(service)
    return age.total_seconds() < DEAD_AFTER_S and not _is_known_dead(service)


def _is_here(service: ServiceStatus) -> bool:
    return service.pid is not None and service.host == socket.gethostname()


def _is_known_dead(service: ServiceStatus) -> bool:
    """Tell whether its process has ended without a word.

    Killed, or the machine was started again.
    """
    if service.pid is None or not _is_here(service):
        return False
    return not is_running(service.pid)
