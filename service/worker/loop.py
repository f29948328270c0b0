"""The worker: one batch after another, until it is told to stop.

``run`` repeats ``run_once``. One turn checks what may have died, takes the next arrivals, has the
readers look at them, sorts by triage those that were looked at, has the readers read them, finishes
the oldest batch in hand, saves it, and tells the state. The methods below stand in that order.
"""

import contextlib
import threading
from collections.abc import Callable

from service.clock import Clock, stamp
from service.errors import DatabaseReplacedError, ExtractorMissingError
from service.event_log import get_logger
from service.watch.arrivals import Arrival
from service.worker.batch import Batch, BatchesInHand, Counters, FileOutcome
from service.worker.housekeeping import OUTAGE_WAIT_S, ExifToolOutage, Housekeeping
from service.worker.intake import Work
from service.worker.parts import Pace, Parts
from service.worker.reprocess import IdleReprocessing
from service.worker.requests import Requests
from service.worker.saver import Saver
from service.worker.scrub import Scrub
from service.worker.triage import drop_unchanged, triage

log = get_logger(__name__)

SCAN_BACKLOG = 8
"""Batches that a rescan under way is taken for, since its end is not known."""

AHEAD = 4
"""Batches in hand beyond one a reader: one is looked at, one waits for ExifTool, one is written."""

FINISH_S = 1.5
"""For the batches in hand when the service stops."""


class Worker:
    """Owns the writing connection, and decides what the readers read."""

    def __init__(
        self, parts: Parts, clock: Clock, pace: Pace, on_done: Callable[[FileOutcome], None]
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._pace = pace
        self._on_done = on_done
        self._saver = Saver(parts.store, clock, self._count_saved)
        self._in_hand = BatchesInHand()
        self._put_aside: list[Arrival] = []
        """Files that a batch in hand has already: their turn comes when it is written."""
        self._reprocessing = self._new_reprocessing()
        self._requests = Requests(parts, clock)
        self._housekeeping = Housekeeping(parts, pace, clock.monotonic())
        self._scrub = Scrub(parts, pace.scrub_s, clock.monotonic())
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
        """Work until nothing waits, or ``stop`` is set. Raises ExtractorGoneError."""
        self._outage = ExifToolOutage()
        self._parts.intake.want_rescan_of_all("a single pass")
        while not (stop.is_set() or self._outage.is_lasting):
            now = self._clock.monotonic()
            if not self.run_once(now):
                if not (self._parts.intake.has_more or self._is_busy):
                    break
                self._wait_for_news(now, stop)
        self.finish()
        self._outage.refuse()

    @property
    def _is_busy(self) -> bool:
        """Return whether anything is in hand or waits to be written."""
        is_saving = self._saver.next_try is not None
        in_hand = bool(self._in_hand or self._put_aside)
        return in_hand or is_saving or self._reprocessing.is_waiting or self._requests.is_working

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
        """Begin the next batch, sort those that were looked at, finish the oldest if it is done.

        Never waits: the readers work meanwhile, and wake the worker when they have answered.
        """
        has_begun = self._begin_next_batch(now)
        has_sorted = self._sort_batches()
        done = self._in_hand.pop_done()
        if done is not None:
            self._finish_batch(done)
            self._requests.advance(now, self._pace.batch_size)
            return True
        if has_begun or has_sorted:
            return True
        if self._requests.advance(now, self._pace.batch_size):
            return True
        if self._in_hand.queue:
            return False
        return self._reprocessing.make_some_again(self._pace.batch_size) or self._begin_scrub(now)

    def _begin_scrub(self, now: float) -> bool:
        """Have known files looked at again, while nothing else is to be done."""
        batch = self._scrub.next_batch(now)
        if batch is not None:
            self._in_hand.queue.append(batch)
        return batch is not None

    def _begin_next_batch(self, now: float) -> bool:
        """Have the next files looked at; return whether there were any, and room for them."""
        if not self._has_room:
            return False
        work = self._next_work(now)
        if work or not work.goes_on:
            self._parts.readers.scale(self._backlog())
        if not work:
            return work.goes_on
        changed = drop_unchanged(work.arrived, self._parts.store)
        unchanged = len(work.arrived) - len(changed)
        looking = None
        if changed:
            looking = self._parts.readers.take([(a.location, a.file) for a in changed])
        outcome = FileOutcome(gone=work.gone, missing=work.missing, unchanged=unchanged)
        self._in_hand.queue.append(Batch(changed, looking, outcome))
        return True

    @property
    def _has_room(self) -> bool:
        """Return whether another batch may be begun."""
        return len(self._in_hand.queue) < self._parts.readers.processes + AHEAD

    def _sort_batches(self) -> bool:
        """Decide what becomes of files that were looked at; return whether any batch was sorted."""
        has_sorted = False
        while batch := self._in_hand.next_to_sort():
            self._sort_batch(batch)
            has_sorted = True
        return has_sorted

    def _sort_batch(self, batch: Batch) -> None:
        parts = self._parts
        looked = batch.take_looked()
        if batch.is_scrub:
            looked = self._scrub.find_changed(looked, batch.outcome)
        self._in_hand.slow.extend(batch.take_slow())
        found = triage(looked, parts.store, parts.roots, self._in_hand.contents())
        self._put_aside.extend(found.put_aside)
        to_read = [each.file for each in found.to_read if each.rows is None]
        batch.sort(found, parts.readers.read(to_read) if to_read else None)

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
        in_hand = self._in_hand.places()
        self._put_aside = []
        work.arrived = []
        for place, arrival in newest.items():
            if place in in_hand:
                self._put_aside.append(arrival)
            else:
                work.arrived.append(arrival)

    def _new_reprocessing(self) -> IdleReprocessing:
        return IdleReprocessing(self._parts.store, self._parts.readers, self._clock)

    def _backlog(self) -> int:
        """Return how many batches wait, by which the number of readers is chosen."""
        intake = self._parts.intake
        backlog = intake.inbox.waiting // self._pace.batch_size
        if intake.is_scanning or self._requests.is_working:
            backlog += SCAN_BACKLOG
        return backlog

    def _finish_batch(self, batch: Batch) -> None:
        outcome = batch.finish()
        self._in_hand.slow.extend(batch.take_slow())
        now = self._clock.monotonic()
        self._outage.learn(outcome, now, is_plain=batch.reading is None)
        self._put_back(outcome, now)
        self._saver.save(outcome, now)
        self._tell_state(now)

    def _put_back(self, outcome: FileOutcome, now: float) -> None:
        """Let files arrive again that could not be read yet."""
        for arrival, error in outcome.later:
            delay = OUTAGE_WAIT_S if isinstance(error, ExtractorMissingError) else None
            self._parts.intake.inbox.put_back(arrival, now, delay)

    def _count_saved(self, outcome: FileOutcome) -> None:
        """Take note that a batch is in the database. The saver calls it."""
        self.counters.add(outcome)
        self._housekeeping.tidy_after_batch(self._clock.monotonic())
        outcome.log(done=self.counters.done, waiting=self._count_waiting())
        self._on_done(outcome)

    def _replaced(self, error: DatabaseReplacedError) -> None:
        """Go on with the file that is now at the database's path, and rescan every root."""
        log.error("database_replaced", reason=str(error))
        self._in_hand.clear()
        self._parts.reopen_store()
        self._saver.forget()
        self._requests.forget()
        self._reprocessing = self._new_reprocessing()

    def _wait_for_news(self, now: float, stop: threading.Event) -> None:
        """Wait until something is due.

        While the database or ExifTool is away, wait for time alone: news would change nothing.
        While the readers have all that they may have, paths that are due are no news.
        """
        blocked = max(self._saver.next_try or 0.0, self._outage.until)
        next_check = self._housekeeping.next_check
        if blocked > now:
            stop.wait(min(blocked, next_check) - now)
        else:
            wait = max(next_check - now, 0.0)
            self._parts.intake.inbox.wait(wait, for_paths=self._has_room)

    def finish(self) -> None:
        """Write the batches in hand that are answered soon, if the database lets us.

        What is given up is found again by the next start's rescan.
        """
        end = self._clock.monotonic() + FINISH_S
        try:
            while self._saver.try_again(self._clock.monotonic()) and self._in_hand.queue:
                reading = self._in_hand.queue[0].reading
                if reading is not None:
                    reading.wait(max(0.0, end - self._clock.monotonic()))
                done = self._in_hand.pop_done()
                if done is None:
                    break
                self._finish_batch(done)
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
        notes += [self._parts.readers.trouble, *self._parts.intake.notes.values()]
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
            readers=parts.readers.describe(self._clock.wall()),
            gallery=parts.describe_gallery(),
            **self._scrub.describe(),
        )

    def _count_waiting(self) -> int:
        return self._parts.intake.inbox.waiting + self._in_hand.count_files()
