"""The worker: one batch after another, until it is told to stop.

``run`` repeats ``run_once``. One turn checks what may have died, takes the next arrivals, sorts
them by triage, begins a batch (ExifTool reads), finishes the oldest batch in hand, saves it, and
tells the state. The methods below stand in that order.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable

import structlog

from service.clock import Clock, stamp
from service.errors import DatabaseReplacedError, ExtractorMissingError
from service.watch.arrivals import Arrival
from service.worker.batch import Batch, Counters, FileOutcome
from service.worker.housekeeping import OUTAGE_WAIT_S, ExifToolOutage, Housekeeping
from service.worker.intake import Work
from service.worker.parts import Pace, Parts
from service.worker.reprocess import IdleReprocessing
from service.worker.saver import Saver
from service.worker.triage import InHand, Triage, triage

log = structlog.get_logger()

SCAN_BACKLOG = 8
"""Batches that a rescan under way is taken for, since its end is not known."""

AHEAD = 1
"""Batches asked for beyond one a process. Some images take this side longer than ExifTool: with
none in hand it waited for us for a sixth of the time, with one for a twentieth."""


class Worker:
    """Owns ExifTool and the writing connection."""

    def __init__(
        self, parts: Parts, clock: Clock, pace: Pace, on_done: Callable[[FileOutcome], None]
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._pace = pace
        self._on_done = on_done
        self._saver = Saver(parts.store, clock, self._count_saved)
        self._batches: deque[Batch] = deque()
        """In hand: ExifTool reads them, oldest first."""
        self._put_aside: list[Arrival] = []
        """Files that a batch in hand has already, perhaps at another place.

        Their turn comes when that batch is written.
        """
        self._reprocessing = IdleReprocessing(parts.store, clock)
        self._housekeeping = Housekeeping(parts, pace, clock.monotonic())
        self._outage = ExifToolOutage()
        self.counters = Counters()

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set. The batches in hand are finished."""
        while not stop.is_set():
            now = self._clock.monotonic()
            if not self.run_once(now):
                self._wait_for_news(now, stop)
        self.finish()

    def run_until_idle(self, stop: threading.Event) -> None:
        """Work until every root was rescanned and nothing waits, or ``stop`` is set."""
        intake = self._parts.intake
        intake.want_rescan_of_all("a single pass")
        while not stop.is_set():
            now = self._clock.monotonic()
            if self.run_once(now):
                continue
            is_idle = not intake.has_more and self._saver.next_try is None
            if is_idle:
                break
            self._wait_for_news(now, stop)
        self.finish()

    def run_once(self, now: float) -> bool:
        """Do the next piece of work; return whether there was any."""
        try:
            if self._housekeeping.check(now):
                self._tell_state(now)
            return self._saver.try_again(now) and self._work(now)
        except DatabaseReplacedError as error:
            self._replaced(error)
            return True

    def _work(self, now: float) -> bool:
        """Begin the next batch, then finish the one before it.

        ExifTool reads while this side thinks and writes.
        """
        work = self._next_work(now)
        if work:
            self._begin_batch(work)
        is_full = len(self._batches) > self._parts.reader.processes + AHEAD
        if self._batches and (is_full or not work):
            self._finish_oldest_batch()
            return True
        if work or work.goes_on:
            return True
        return self._reprocessing.make_some_again(self._pace.batch_size)

    def _next_work(self, now: float) -> Work:
        if now < self._outage.until:
            return Work()
        work = self._parts.intake.next_work(now, self._pace.batch_size)
        self._put_aside_what_is_in_hand(work)
        return work

    def _put_aside_what_is_in_hand(self, work: Work) -> None:
        """Take the files out of this work that a batch in hand has already.

        Late events, or a rescan, tell of such files again before they are written. Examined now,
        one would be unknown at its place, and be read a second time.
        """
        newest = {arrival.place: arrival for arrival in (*self._put_aside, *work.arrived)}
        in_hand: set[tuple[str, str]] = set()
        for batch in self._batches:
            in_hand.update(batch.places())
        self._put_aside = []
        work.arrived = []
        for place, arrival in newest.items():
            if place in in_hand:
                self._put_aside.append(arrival)
            else:
                work.arrived.append(arrival)

    def _begin_batch(self, work: Work) -> None:
        parts = self._parts
        found = triage(work.arrived, parts.store, parts.roots, self._what_is_in_hand())
        self._put_aside.extend(found.put_aside)
        parts.reader.scale(self._backlog())
        candidates = [candidate for _, candidate in found.to_read]
        pending = parts.reader.begin(candidates) if candidates else None
        batch = Batch(found.to_read, pending, _known_so_far(work, found))
        for arrival, error in found.bad:
            batch.reject(arrival, error)
        self._batches.append(batch)

    def _what_is_in_hand(self) -> InHand:
        in_hand = InHand()
        for batch in self._batches:
            in_hand.claimed.update(image_id for image_id, _ in batch.outcome.moved)
            for _, candidate in batch.asked:
                in_hand.read.setdefault(candidate.signature.sha256, []).append(candidate.location)
        return in_hand

    def _backlog(self) -> int:
        """Return how many batches wait, by which the number of ExifTool processes is chosen."""
        intake = self._parts.intake
        backlog = intake.inbox.waiting // self._pace.batch_size
        if intake.is_scanning:
            backlog += SCAN_BACKLOG
        return backlog

    def _finish_oldest_batch(self) -> None:
        outcome = self._batches.popleft().finish()
        now = self._clock.monotonic()  # ExifTool may have taken its time
        self._put_back(outcome, now)
        self._saver.save(outcome, now)
        self._tell_state(now)

    def _put_back(self, outcome: FileOutcome, now: float) -> None:
        """Let files arrive again that could not be read yet."""
        self._outage.learn(outcome, now)
        for arrival, error in outcome.later:
            delay = OUTAGE_WAIT_S if isinstance(error, ExtractorMissingError) else None
            self._parts.intake.inbox.put_back(arrival, now, delay)

    def _count_saved(self, outcome: FileOutcome) -> None:
        """Take note that a batch is in the database. The saver calls it."""
        self.counters.add(outcome)
        self._housekeeping.tidy_after_batch(self._clock.monotonic())
        if outcome.rows:
            log.info(
                "images_saved",
                count=len(outcome.rows),
                done=self.counters.done,
                waiting=self._count_waiting(),
            )
        self._on_done(outcome)

    def _replaced(self, error: DatabaseReplacedError) -> None:
        """Go on with the file that is now at the database's path, and rescan every root."""
        log.error("database_replaced", reason=str(error))
        for batch in self._batches:
            batch.finish()  # takes ExifTool's answers off the pipe
        self._batches.clear()
        self._parts.reopen_store()
        self._saver.forget()
        self._reprocessing = IdleReprocessing(self._parts.store, self._clock)

    def _wait_for_news(self, now: float, stop: threading.Event) -> None:
        """Wait until something is due.

        While the database or ExifTool is away, wait for time alone: news would change nothing.
        """
        blocked = max(self._saver.next_try or 0.0, self._outage.until)
        next_check = self._housekeeping.next_check
        if blocked > now:
            stop.wait(min(blocked, next_check) - now)
        else:
            self._parts.intake.inbox.wait(max(next_check - now, 0.0))

    def finish(self) -> None:
        """Finish the batches in hand and write them, if the database lets us."""
        try:
            while self._saver.try_again(self._clock.monotonic()) and self._batches:
                self._finish_oldest_batch()
        except DatabaseReplacedError as error:  # the next start finds these files again
            log.error("database_replaced", reason=str(error))  # noqa: TRY400  # no bug: the reason says it all

    def close(self) -> None:
        """Say that the work has ended, and close the database."""
        if self._parts.store.is_open:
            with contextlib.suppress(DatabaseReplacedError):
                self._tell_state(self._clock.monotonic())
            self._parts.heartbeat.close()
            self._parts.store.close()

    def count_changes(self) -> int:
        """Return how many files a rescan would read, for a progress bar; nothing is changed."""
        return self._parts.intake.count_changes()

    @property
    def notes(self) -> list[str]:
        """Return what the worker waits for, one sentence each."""
        notes = [self._saver.note, self._outage.note, self._housekeeping.note]
        notes.extend(self._parts.intake.notes.values())
        return [note for note in notes if note]

    def _tell_state(self, now: float) -> None:
        parts = self._parts
        last_event = parts.watcher.last_event_at if parts.watcher else None
        parts.heartbeat.update(
            now,
            queued=self._count_waiting(),
            done=self.counters.done,
            failed=self.counters.failed,
            last_event_at=None if last_event is None else stamp(last_event),
            last_rescan_at=parts.intake.last_rescan_at,
            message="; ".join(self.notes) or None,
        )

    def _count_waiting(self) -> int:
        in_hand = sum(len(batch.asked) for batch in self._batches)
        return self._parts.intake.inbox.waiting + in_hand


def _known_so_far(work: Work, found: Triage) -> FileOutcome:
    """Return what is known of a batch before ExifTool has answered."""
    return FileOutcome(
        later=found.later,
        moved=found.moved,
        gone=work.gone,
        missing=work.missing,
        unchanged=found.unchanged,
    )
