"""What the worker looks after between batches.

The watch, the clock, the database's file and its log.

ExifTool cannot be started: for how long nothing is begun, and what is said of it.

The worker: one batch after another, until it is told to stop.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable

import structlog

from service.clock import Clock, stamp
from service.errors import DatabaseReplacedError, ExtractorMissingError
from service.worker.batch import Batch, Counters, FileOutcome
from service.worker.intake import Work
from service.worker.parts import Pace, Parts
from service.worker.reprocess import Upkeep
from service.worker.saver import Saver
from service.worker.triage import triage

LOOK_S = 1.0
"""Between two looks at what may have died."""
QUIET_S = 3.0
"""After the last batch.

Then the log is emptied into the database, so that a copy of that one file holds all.
"""
QUIET_AGAIN_S = 60.0
"""The same while nothing happens: the heartbeat's rows alone would let the log grow for months."""


class ChangeWatch:
    """Looks about once a second, however busy the worker is."""

    def __init__(self, rooms: Parts, pace: Pace, now: float) -> None:
        self._rooms = rooms
        self._rescan_s = pace.rescan_s
        self._next_look = 0.0
        self._next_rescan = now + pace.rescan_s
        self._next_quiet = now + QUIET_S
        self.note: str | None = None
        """Who keeps the database's log from shrinking, where somebody does."""

    @property
    def next(self) -> float:
        """When to look again."""
        return self._next_look

    def look(self, now: float) -> bool:
        """Look if it is time; return whether it was.

        Raises DatabaseReplacedError where the file was exchanged.
        """
        if now < self._next_look:
            return False
        self._next_look = now + LOOK_S
        self._rooms.store.verify()
        if self._rooms.watcher is not None:
            self._rooms.watcher.check(now)
        if now >= self._next_rescan:
            self._next_rescan = now + self._rescan_s
            self._rooms.intake.want_rescan_of_all("it is time")
        self._rooms.intake.tell_roots()
        self._rooms.timetable.look(now, self._rooms.store)
        if now >= self._next_quiet:
            self._next_quiet = now + QUIET_AGAIN_S
            self.note = self._rooms.store.checkpoint(quiet=True)
        return True

    def wrote(self, now: float) -> None:
        """Keep the log small after a batch was written, and empty it as soon as it is quiet."""
        self.note = self._rooms.store.checkpoint()
        self._next_quiet = now + QUIET_S


log = structlog.get_logger()

WAIT_S = 5.0
"""Between two tries. Its files keep their place meanwhile, and none of them counts as failed."""


class ExifToolOutage:
    """Begins with a batch for which ExifTool could not be started, ends with one that it has read."""

    def __init__(self) -> None:
        self.until = 0.0
        """Before this time nothing is worth beginning."""
        self.note: str | None = None
        """What is missing, and the mend."""

    def learn(self, outcome: FileOutcome, now: float) -> None:
        """Begin, prolong or end, as a finished batch shows."""
        missing = next(
            (error for _, error in outcome.later if isinstance(error, ExtractorMissingError)), None
        )
        if missing is not None:
            self.until = now + WAIT_S
            if self.note is None:
                log.error("exiftool_missing", reason=str(missing))
            self.note = str(missing)
        elif outcome.rows and self.note is not None:
            log.info("exiftool_back")
            self.note = None


SCAN_BACKLOG = 8
"""Batches that a rescan under way is taken for, since its end is not known."""

AHEAD = 1
"""Batches asked for beyond one a process. Some images take this side longer than ExifTool: with
none in hand it waited for us for a sixth of the time, with one for a twentieth."""


class Worker:
    """Owns ExifTool and the writing connection.

    ``run_once`` is the whole of it; ``run`` only repeats it.
    """

    def __init__(
        self, rooms: Parts, clock: Clock, pace: Pace, on_done: Callable[[FileOutcome], None]
    ) -> None:
        self._rooms = rooms
        self._clock = clock
        self._pace = pace
        self._on_done = on_done
        self._saver = Saver(rooms.store, clock, self._saved)
        self._steps: deque[Batch] = deque()
        self._upkeep = Upkeep(rooms.store, clock)
        self._lookout = ChangeWatch(rooms, pace, clock.monotonic())
        self._outage = ExifToolOutage()
        self.counters = Counters()

    @property
    def notes(self) -> list[str]:
        """Return what it waits for, one sentence each."""
        notes = (
            self._saver.note,
            self._outage.note,
            self._lookout.note,
            *self._rooms.intake.notes.values(),
        )
        return [note for note in notes if note]

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set. The batches in hand are finished."""
        while not stop.is_set():
            now = self._clock.monotonic()
            if not self.run_once(now):
                self._rest(now, stop)
        self.finish()

    def run_until_idle(self, stop: threading.Event) -> None:
        """Work until every root was compared with the disk and nothing waits any more, or ``stop`` is set."""
        intake = self._rooms.intake
        intake.want_rescan_of_all("a single pass")
        while not stop.is_set():
            now = self._clock.monotonic()
            if self.run_once(now):
                continue
            if not (intake.has_more or self._saver.next_try is not None):
                break
            self._rest(now, stop)
        self.finish()

    def count_changes(self) -> int:
        """Return how many files a rescan would read, for a progress bar; nothing is changed."""
        return self._rooms.intake.count_changes()

    def run_once(self, now: float) -> bool:
        """Do the next piece of work; return whether there was any."""
        try:
            if self._lookout.look(now):
                self._tell(now)
            return self._saver.try_again(now) and self._work(now)
        except DatabaseReplacedError as error:
            self._replaced(error)
            return True

    def finish(self) -> None:
        """Finish the batches in hand and write them, if the database lets us."""
        try:
            while self._saver.try_again(self._clock.monotonic()) and self._steps:
                self._finish_oldest()
        except DatabaseReplacedError as error:  # the next start finds these files again
            log.error("database_replaced", reason=str(error))  # noqa: TRY400  # no bug: the reason says it all

    def close(self) -> None:
        """Say that the work has ended, and close the database."""
        if self._rooms.has_store:
            with contextlib.suppress(DatabaseReplacedError):
                self._tell(self._clock.monotonic())
            self._rooms.board.close()
            self._rooms.store.close()

    def _work(self, now: float) -> bool:
        """Begin the next batch, then finish the one before it.

        ExifTool reads while this side thinks and writes.
        """
        work = self._next(now)
        if work:
            self._begin(work)
        if self._steps and (not work or len(self._steps) > self._rooms.reader.processes + AHEAD):
            self._finish_oldest()
            return True
        return bool(work) or work.goes_on or self._upkeep.some(self._pace.batch_size)

    def _next(self, now: float) -> Work:
        is_out = now < self._outage.until
        return Work() if is_out else self._rooms.intake.next(now, self._pace.batch_size)

    def _begin(self, work: Work) -> None:
        claimed = (image_id for step in self._steps for image_id, _ in step.outcome.moved)
        found = triage(work.arrived, self._rooms.store, self._rooms.roots, claimed)
        outcome = FileOutcome(
            later=found.later,
            moved=found.moved,
            gone=work.gone,
            missing=work.missing,
            unchanged=found.unchanged,
        )
        self._rooms.reader.scale(self._backlog())
        candidates = [candidate for _, candidate in found.to_read]
        step = Batch(
            found.to_read, self._rooms.reader.begin(candidates) if candidates else None, outcome
        )
        for arrival, error in found.bad:
            step.reject(arrival, error)
        self._steps.append(step)

    def _backlog(self) -> int:
        waiting = self._rooms.intake.inbox.waiting // self._pace.batch_size
        return waiting + (SCAN_BACKLOG if self._rooms.intake.is_scanning else 0)

    def _finish_oldest(self) -> None:
        outcome = self._steps.popleft().finish()
        now = self._clock.monotonic()  # ExifTool may have taken its time
        self._put_back(outcome, now)
        self._saver.save(outcome, now)
        self._tell(now)

    def _saved(self, outcome: FileOutcome) -> None:
        self.counters.add(outcome)
        self._lookout.wrote(self._clock.monotonic())
        if outcome.rows:
            log.info(
                "images_saved",
                count=len(outcome.rows),
                done=self.counters.done,
                waiting=self._waiting(),
            )
        self._on_done(outcome)

    def _put_back(self, outcome: FileOutcome, now: float) -> None:
        """Let files come again whose time had not come."""
        self._outage.learn(outcome, now)
        for arrival, error in outcome.later:
            delay = WAIT_S if isinstance(error, ExtractorMissingError) else None
            self._rooms.intake.inbox.put_back(arrival, now, delay)

    def _replaced(self, error: DatabaseReplacedError) -> None:
        """Go on with the file that now lies at the database's path, and compare everything with it."""
        log.error("database_replaced", reason=str(error))
        for step in self._steps:
            step.finish()  # takes ExifTool's answers off the pipe
        self._steps.clear()
        store = self._rooms.exchange_store()
        self._saver.forget(store)
        self._upkeep = Upkeep(store, self._clock)

    def _rest(self, now: float, stop: threading.Event) -> None:
        """Wait for news.

        For time alone while the database or ExifTool is away, since news would change nothing.
        """
        blocked = max(self._saver.next_try or 0.0, self._outage.until)
        if blocked > now:
            stop.wait(min(blocked, self._lookout.next) - now)
        else:
            self._rooms.intake.inbox.wait(max(self._lookout.next - now, 0.0))

    def _waiting(self) -> int:
        return self._rooms.intake.inbox.waiting + sum(len(step.asked) for step in self._steps)

    def _tell(self, now: float) -> None:
        rooms = self._rooms
        heard = rooms.watcher.last_event_at if rooms.watcher else None
        rooms.board.tell(
            now,
            queued=self._waiting(),
            done=self.counters.done,
            failed=self.counters.failed,
            last_event_at=None if heard is None else stamp(heard),
            last_rescan_at=rooms.intake.last_rescan_at,
            message="; ".join(self.notes) or None,
        )
