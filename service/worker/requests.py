"""What commands ask of the running service, done a batch at a time between its own.

One program writes the database. So ``reprocess``, ``resources``, ``ingest`` and ``resolve`` leave a
row in it where a service holds it, and wait; ``Requests`` takes the rows up, one after the other.
"""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

import orjson

from service.clock import Clock
from service.errors import DatabaseReplacedError, PipeError, TryAgainError
from service.event_log import get_logger
from service.light_dataclasses import dataclass
from service.model_lookup.handed_over import LearnHandedOver, files_beside
from service.process_tree import is_running
from service.records.json_values import JsonValue
from service.store.locks import DAMAGE
from service.store.requests import ASKER, Request, RequestBook
from service.worker.parts import Parts
from service.worker.reprocess import Reprocessor

log = get_logger(__name__)

Made = TypeVar("Made")

LOOK_S = 1.0
"""Between two looks for requests, and whether the one in hand was taken back."""

AHEAD = 2
"""Batches that the readers have of a request."""

KEPT = timedelta(days=1)
"""For so long the end of a request is kept whose command is gone."""

MOST_FAILURES = 1_000
"""That are told one by one."""


class Job(Protocol):
    """Work in batches, which never waits unless ``save_oldest`` is called too early."""

    def ask(self, limit: int) -> bool:
        """Begin the next batch; return whether there was any."""
        ...

    @property
    def is_waiting(self) -> bool:
        """Return whether a batch was begun and is not yet saved."""
        ...

    @property
    def is_answered(self) -> bool:
        """Return whether the first of them can be saved without waiting."""
        ...

    def save_oldest(self) -> int:
        """Save it, and return of how many it was."""
        ...

    def failures(self) -> list[tuple[str, str]]:
        """Return what failed, and why."""
        ...

    def further_counts(self) -> dict[str, int]:
        """Return what else the command that waits is to tell."""
        ...


@dataclass(slots=True)
class _InHand:
    request: Request
    job: Job
    has_more: bool = True
    asked: int = 0
    """Batches begun and not yet saved."""


class Requests:
    """Does one request after the other. A withdrawn one ends after the batch in hand."""

    def __init__(self, parts: Parts, clock: Clock) -> None:
        self._parts = parts
        self._clock = clock
        self._in_hand: _InHand | None = None
        self._next_look = 0.0
        self._is_first_look = True

    @property
    def is_working(self) -> bool:
        """Return whether a request is in hand."""
        return self._in_hand is not None

    def forget(self) -> None:
        """Begin anew after the database was replaced: its requests are others."""
        self._in_hand = None
        self._is_first_look = True

    def advance(self, now: float, limit: int) -> bool:
        """Do the next piece of a request; return whether there was anything to do. Never waits.

        Raises DatabaseReplacedError.
        """
        try:
            if now >= self._next_look:
                self._next_look = now + LOOK_S
                self._look()
            return self._in_hand is not None and self._work(self._in_hand, limit)
        except TryAgainError as error:  # another program writes; nothing is lost
            log.debug("request_waits", reason=str(error))
            return False

    def _look(self) -> None:
        """Take up the next request, or see whether the one in hand is still wanted."""
        book = self._parts.store.request_book()
        if self._is_first_look:
            _tidy(book, self._parts.store.path)
        self._is_first_look = False
        if self._in_hand is not None:
            self._tell_progress(self._in_hand)
        elif (request := book.next()) is not None:
            self._take_up(request)

    def _tell_progress(self, in_hand: _InHand) -> None:
        book = self._parts.store.request_book()
        if book.find(in_hand.request.id) is None:
            log.info("request_withdrawn", command=in_hand.request.command)
            self._in_hand = None
        else:
            book.change(in_hand.request)

    def _take_up(self, request: Request) -> None:
        job = self._do(request, lambda: self._make_job(request))
        if job is not None:  # only now: while the database is busy it waits, and is taken up again
            request = self._parts.store.request_book().change(request, state="running", done=0)
            self._in_hand = _InHand(request, job)
            log.info("request_taken_up", command=request.command)

    def _make_job(self, request: Request) -> Job:
        make = JOBS.get(request.command)
        if make is None:
            raise PipeError(f"this service knows no {request.command}; start the newer program")
        return make(self._parts, self._clock, request.arguments)

    def _work(self, in_hand: _InHand, limit: int) -> bool:
        result = self._do(in_hand.request, lambda: self._advance(in_hand, limit))
        return True if result is None else result

    def _advance(self, in_hand: _InHand, limit: int) -> bool:
        job = in_hand.job
        if job.is_answered:
            done = in_hand.request.done + job.save_oldest()
            in_hand.asked -= 1
            in_hand.request = replace(in_hand.request, done=done)
            self._parts.store.checkpoint()
            return True
        if in_hand.has_more and in_hand.asked < AHEAD:
            in_hand.has_more = job.ask(limit)
            in_hand.asked += in_hand.has_more
            return True
        if job.is_waiting:
            return False
        self._end(in_hand.request, job)
        return True

    def _end(self, request: Request, job: Job) -> None:
        failures = job.failures()
        failed: list[JsonValue] = [[place, reason] for place, reason in failures[:MOST_FAILURES]]
        result: dict[str, JsonValue] = {"failed": failed, "count_failed": len(failures)}
        result |= job.further_counts()
        self._parts.store.request_book().change(request, state="done", result=result)
        log.info("request_done", command=request.command, done=request.done, failed=len(failures))
        self._in_hand = None

    def _do(self, request: Request, work: Callable[[], Made]) -> Made | None:
        """Do a piece of a request; what goes wrong in it is its end, and not the service's."""
        try:
            return work()
        except (TryAgainError, DatabaseReplacedError, *DAMAGE):
            raise
        except Exception as error:
            if not isinstance(error, PipeError):
                log.exception("request_failed", command=request.command)
            result = {"message": str(error) or type(error).__name__}
            self._parts.store.request_book().change(request, state="failed", result=result)
            self._in_hand = None
            return None


def _tidy(book: RequestBook, database: Path) -> None:
    """Let what a killed service has begun wait again, and remove what killed commands have left."""
    before = datetime.now(UTC) - KEPT
    if book.has_any():
        for request in book.ended_ones():
            if _is_asker_gone(request):
                book.drop(request.id)
        book.begin_anew(f"{before:%Y-%m-%dT%H:%M:%SZ}")
    needed: list[JsonValue] = []
    for request in book.open_ones():
        needed += request.arguments.values()
    for file in files_beside(database):
        with suppress(OSError):  # it went meanwhile, or another program has it open (Windows)
            if str(file) not in needed and file.stat().st_mtime < before.timestamp():
                file.unlink()
                log.info("file_of_killed_command_removed", path=str(file))


def _is_asker_gone(request: Request) -> bool:
    """Tell whether the command that asked has surely ended: nobody will read the answer."""
    match request.arguments.get(ASKER):
        case [str(host), int(pid)]:
            return host == socket.gethostname() and not is_running(pid)
        case _:
            return False


Arguments = Mapping[str, JsonValue]


def _reprocess(parts: Parts, clock: Clock, asked: Arguments) -> Job:
    everything = asked.get("everything") is True
    return Reprocessor(parts.store, parts.readers, clock, everything=everything)


def _ingest(parts: Parts, clock: Clock, asked: Arguments) -> Job:
    from service.transfer import Ingestion  # noqa: PLC0415 (loads all parsers)

    source, roots = Path(str(asked["source"])), list(parts.roots.values())
    return Ingestion(source, parts.store, parts.readers, roots, clock)


def _learn(parts: Parts, clock: Clock, asked: Arguments) -> Job:
    return LearnHandedOver(Path(str(asked["entries"])), parts.store, clock)


def _rewrite(parts: Parts, clock: Clock, asked: Arguments) -> Job:
    """Make the images again whose resources have other names now; new ones get them, too."""
    ids: list[int] = orjson.loads(Path(str(asked["images"])).read_bytes())
    parts.store.models_to_write().apply_to_new_images()
    images = ((image_id, None) for image_id in ids)
    return Reprocessor(parts.store, parts.readers, clock, only=images)


JOBS: Mapping[str, Callable[[Parts, Clock, Arguments], Job]] = {
    "reprocess": _reprocess,
    "ingest": _ingest,
    "learn": _learn,
    "rewrite": _rewrite,
}
"""What is asked → what does it."""
