"""What the worker looks after between batches.

``Housekeeping`` checks the database's file, the watch, the roots and the exports about once a
second. ``ExifToolOutage`` holds batches back while ExifTool cannot be started.
"""

from service import logs
from service.errors import ExtractorGoneError, ExtractorMissingError
from service.event_log import get_logger
from service.worker.batch import FileOutcome
from service.worker.parts import Pace, Parts

log = get_logger(__name__)

CHECK_S = 1.0
"""Between two checks of what may have died."""
QUIET_S = 3.0
"""After the last batch.

Then the log is emptied into the database, so that a copy of that one file holds all.
"""
QUIET_AGAIN_S = 60.0
"""The same while nothing happens: the heartbeat's rows alone would let the log grow for months."""

OUTAGE_WAIT_S = 5.0
"""Between two tries. The files keep their place meanwhile, and none of them counts as failed."""


class Housekeeping:
    """Checks about once a second, however busy the worker is."""

    def __init__(self, parts: Parts, pace: Pace, now: float) -> None:
        self._parts = parts
        self._rescan_s = pace.rescan_s
        self.next_check = 0.0
        """When to check again."""
        self._next_rescan = now + pace.rescan_s
        self._next_checkpoint = now + QUIET_S
        self._log_note: str | None = None
        """Who keeps the database's log from shrinking, where somebody does."""

    @property
    def note(self) -> str | None:
        """Return what is to be said of the database's log, its backups, and the service's log."""
        notes = (self._log_note, self._parts.database_care.note, logs.find_trouble())
        return "; ".join(note for note in notes if note) or None

    def check(self, now: float) -> bool:
        """Check everything if it is time; return whether it was.

        Raises DatabaseReplacedError where the database's file was exchanged, and
        DatabaseDamagedError where it was found to be damaged.
        """
        if now < self.next_check:
            return False
        self.next_check = now + CHECK_S
        parts = self._parts
        parts.store.verify()
        if parts.watcher is not None:
            parts.watcher.check(now)
        if now >= self._next_rescan:
            self._next_rescan = now + self._rescan_s
            parts.intake.want_rescan_of_all("it is time")
        parts.intake.write_root_status()
        parts.export_schedule.look(now, parts.store)
        is_quiet = not parts.intake.has_more
        parts.database_care.look(now, is_quiet=is_quiet)
        parts.thumbnails.look(now, is_quiet=is_quiet)
        if now >= self._next_checkpoint:
            self._next_checkpoint = now + QUIET_AGAIN_S
            self._log_note = parts.store.checkpoint(quiet=True)
        return True

    def tidy_after_batch(self, now: float) -> None:
        """Keep the database's log small after a batch, and empty it as soon as it is quiet."""
        self._log_note = self._parts.store.checkpoint()
        self._next_checkpoint = now + QUIET_S


class ExifToolOutage:
    """Begins with a batch for which ExifTool could not be started, ends with one it has read.

    A batch of plain files alone was read without it, and says nothing of it.
    """

    def __init__(self) -> None:
        self.until = 0.0
        """Before this time nothing is worth beginning."""
        self.note: str | None = None
        """What is missing, and what to do."""
        self.is_lasting = False
        """Whether one start failed, and another ``OUTAGE_WAIT_S`` later or more."""
        self._first: float | None = None

    def refuse(self) -> None:
        """Raise ExtractorGoneError where it lasts."""
        if self.is_lasting:
            raise ExtractorGoneError(f"{self.note}; the files that need it wait for the next pass")

    def learn(self, outcome: FileOutcome, now: float, *, is_plain: bool) -> None:
        """Begin, prolong or end the outage, as a finished batch shows."""
        missing = _find_missing_extractor(outcome)
        if missing is not None:
            self.until = now + OUTAGE_WAIT_S
            if self.note is None:
                log.error("exiftool_missing", reason=str(missing))
            self.note = str(missing)
            self._first = now if self._first is None else self._first
            self.is_lasting = now - self._first >= OUTAGE_WAIT_S
        elif outcome.rows and not is_plain and self.note is not None:
            log.info("exiftool_back")
            self.note = self._first = None


def _find_missing_extractor(outcome: FileOutcome) -> ExtractorMissingError | None:
    for _, error in outcome.later:
        if isinstance(error, ExtractorMissingError):
            return error
    return None
