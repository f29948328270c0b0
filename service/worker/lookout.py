"""What the worker looks after between batches: the watch, the clock, the database's file and its log."""

from service.worker.rooms import Pace, Rooms

LOOK_S = 1.0
"""Between two looks at what may have died."""
QUIET_S = 3.0
"""After the last batch: then the log is emptied into the database, so that a copy of that one file holds all."""
QUIET_AGAIN_S = 60.0
"""The same while nothing happens: the heartbeat's rows alone would let the log grow for months."""


class Lookout:
    """Looks about once a second, however busy the worker is."""

    def __init__(self, rooms: Rooms, pace: Pace, now: float) -> None:
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
        """Look if it is time; return whether it was. Raises DatabaseReplacedError where the file was exchanged."""
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
