"""The worker: one batch after another, until it is told to stop."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from service.errors import DatabaseReplacedError, ExtractorMissingError, TryAgainError
from service.extract.reader import Reader
from service.paths import Root
from service.store.writer import Store
from service.watch.observer import Watcher
from service.worker.board import Board
from service.worker.clock import Clock, stamp
from service.worker.examine import examine
from service.worker.intake import Intake, Work
from service.worker.rework import Rework
from service.worker.saver import Saver
from service.worker.steps import Counters, Outcome, Step

log = structlog.get_logger()

LOOK_AFTER_S = 1.0
"""Between two looks at what may have died."""
RETRY_S = 15.0
"""Between two looks at the files that failed before."""
MISSING_WAIT_S = 5.0
"""How long nothing is begun while ExifTool cannot be started."""
SCAN_BACKLOG = 8
"""Batches that a rescan under way is taken for, since its end is not known."""


@dataclass(slots=True)
class Rooms:
    """What the worker works with. ``store`` and its kin are exchanged where the database was replaced."""

    intake: Intake
    reader: Reader
    store: Store
    roots: Mapping[str, Root]
    board: Board
    watcher: Watcher | None
    reopen: Callable[[], Store]


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once, how often."""

    batch_size: int = 32
    rescan_s: float = 300.0
    """Between two rescans of everything."""


class Worker:
    """Owns ExifTool and the writing connection. ``run_once`` is the whole of it; ``run`` only repeats it."""

    def __init__(self, rooms: Rooms, clock: Clock, pace: Pace, on_done: Callable[[Outcome], None]) -> None:
        self._rooms = rooms
        self._clock = clock
        self._pace = pace
        self._on_done = on_done
        self._saver = Saver(rooms.store, clock)
        self._steps: deque[Step] = deque()
        self._rework: Rework | None = Rework(rooms.store, clock)
        self._extractor_note: str | None = None
        self._reader_note: str | None = None
        self._paused_until = self._next_look = self._next_retry = 0.0
        self._next_rescan = clock.monotonic() + pace.rescan_s
        self.counters = Counters()

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set. The batches in hand are finished."""
        while not stop.is_set():
            now = self._clock.monotonic()
            if not self.run_once(now):
                self._rooms.intake.inbox.wait(self._rest(now))
        self.finish()

    def run_until_idle(self) -> None:
        """Work until every root was compared with the disk and nothing waits any more."""
        intake = self._rooms.intake
        intake.want_rescan_of_all("a single pass")
        while True:
            now = self._clock.monotonic()
            if self.run_once(now):
                continue
            if not (intake.has_more or self._saver.next_try is not None):
                return
            intake.inbox.wait(self._rest(now))

    def count_changes(self) -> int:
        """Return how many files a rescan would read, for a progress bar; nothing is changed."""
        return self._rooms.intake.count_changes()

    def run_once(self, now: float) -> bool:
        """Do the next piece of work; return whether there was any."""
        try:
            self._look_after(now)
            return self._saver.try_again(now) and self._work(now)
        except DatabaseReplacedError as error:
            self._replaced(error)
            return True

    def finish(self) -> None:
        """Finish the batches in hand and write them, if the database lets us."""
        while self._steps and self._saver.try_again(now := self._clock.monotonic()):
            self._finish_oldest(now)

    def close(self) -> None:
        """Say that the work has ended, and close the database."""
        self._rooms.board.close()
        self._rooms.store.close()

    def _work(self, now: float) -> bool:
        """Begin the next batch, then finish the one before it: ExifTool reads while this side thinks and writes."""
        work = self._next(now)
        if work:
            self._begin(work)
        if self._steps and (not work or len(self._steps) > self._rooms.reader.processes):
            self._finish_oldest(now)
            return True
        return bool(work) or self._rework_some()

    def _next(self, now: float) -> Work:
        if now < self._paused_until:
            return Work()
        if now >= self._next_retry:
            self._next_retry = now + RETRY_S
            self._rooms.intake.retry_failed(now)
        return self._rooms.intake.next(now, self._pace.batch_size)

    def _begin(self, work: Work) -> None:
        found = examine(work.arrived, self._rooms.store, self._rooms.roots)
        outcome = Outcome(
            later=found.later,
            moved=found.moved,
            gone=work.gone,
            missing=work.missing,
            unchanged=found.unchanged,
        )
        self._rooms.reader.scale(self._backlog())
        candidates = [candidate for _, candidate in found.to_read]
        step = Step(found.to_read, self._rooms.reader.begin(candidates) if candidates else None, outcome)
        for arrival, error in found.bad:
            step.reject(arrival, error)
        self._steps.append(step)

    def _backlog(self) -> int:
        waiting = self._rooms.intake.inbox.waiting // self._pace.batch_size
        return waiting + (SCAN_BACKLOG if self._rooms.intake.is_scanning else 0)

    def _finish_oldest(self, now: float) -> None:
        outcome = self._steps.popleft().finish()
        self._put_back(outcome, now)
        self._saver.save(outcome, now)
        if self._saver.note is None:
            self._reader_note = self._rooms.store.checkpoint()
        self.counters.add(outcome)
        self._tell(now)
        self._on_done(outcome)

    def _put_back(self, outcome: Outcome, now: float) -> None:
        """Let files come again whose time had not come. Where ExifTool is missing, nothing is begun meanwhile."""
        missing = next((error for _, error in outcome.later if isinstance(error, ExtractorMissingError)), None)
        if missing is not None:
            self._paused_until = now + MISSING_WAIT_S
            if self._extractor_note is None:
                log.error("exiftool_missing", reason=str(missing))
            self._extractor_note = str(missing)
        elif outcome.rows and self._extractor_note is not None:
            log.info("exiftool_back")
            self._extractor_note = None
        for arrival, error in outcome.later:
            delay = MISSING_WAIT_S if isinstance(error, ExtractorMissingError) else None
            self._rooms.intake.inbox.put_back(arrival, now, delay)

    def _rework_some(self) -> bool:
        """Bring some rows up to date that an older version made; only while there is nothing else to do."""
        if self._rework is None:
            return False
        try:
            size = self._rework.step(self._pace.batch_size)
        except DatabaseReplacedError:
            raise
        except TryAgainError as error:
            log.debug("rework_waits", reason=str(error))
            self._rework = Rework(self._rooms.store, self._clock)
            return False
        if not size:
            self._rework = None
        return bool(size)

    def _replaced(self, error: DatabaseReplacedError) -> None:
        """Go on with the file that now lies at the database's path, and compare everything with it."""
        log.error("database_replaced", reason=str(error))
        for step in self._steps:
            step.finish()  # takes ExifTool's answers off the pipe
        self._steps.clear()
        rooms = self._rooms
        rooms.store.close()
        rooms.store = rooms.intake.store = rooms.board.store = rooms.reopen()
        self._saver.forget(rooms.store)
        self._rework = Rework(rooms.store, self._clock)
        rooms.intake.want_rescan_of_all("the database was replaced")

    def _rest(self, now: float) -> float:
        """Return how long there is nothing to do but to wait for news."""
        until = [now + LOOK_AFTER_S, self._next_rescan]
        if self._saver.next_try is not None:
            until.append(self._saver.next_try)
        return max(min(until) - now, 0.0)

    def _look_after(self, now: float) -> None:
        if now < self._next_look:
            return
        self._next_look = now + LOOK_AFTER_S
        if self._rooms.watcher is not None:
            self._rooms.watcher.check(now)
        if now >= self._next_rescan:
            self._next_rescan = now + self._pace.rescan_s
            self._rooms.intake.want_rescan_of_all("it is time")
        self._tell(now)

    def _tell(self, now: float) -> None:
        rooms = self._rooms
        notes = [self._saver.note, self._extractor_note, self._reader_note, *rooms.intake.notes.values()]
        heard = rooms.watcher.last_event_at if rooms.watcher else None
        rooms.board.tell(
            now,
            queued=rooms.intake.inbox.waiting + sum(len(step.asked) for step in self._steps),
            done=self.counters.done,
            failed=self.counters.failed,
            last_event_at=None if heard is None else stamp(heard),
            last_rescan_at=rooms.intake.last_rescan_at,
            message="; ".join(filter(None, notes)) or None,
        )
