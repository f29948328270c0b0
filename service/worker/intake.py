"""Which files are next: those of events first, then what a rescan finds, then what once failed.

A rescan is read a piece at a time, so that neither memory nor news wait for millions of files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field

from service.clock import Clock
from service.event_log import get_logger
from service.light_dataclasses import dataclass
from service.paths import Root
from service.store.writer import Store
from service.watch.arrivals import Arrival, GonePath
from service.watch.inbox import Inbox
from service.watch.scan_findings import ChangedFile, MissingFile, ScanProgress
from service.watch.watch_settings import WatchSettings
from service.worker.comparison import Comparison
from service.worker.root_status import RootStatusBoard

log = get_logger(__name__)

RETRY_S = 15.0
"""Between two looks at the files that failed before."""

COARSE_CLOCK_S = 2.0
"""Some file systems keep times to two seconds (FAT)."""


@dataclass(slots=True)
class Work:
    """What one batch is about."""

    arrived: list[Arrival] = field(default_factory=list)
    gone: list[GonePath] = field(default_factory=list)
    """Gone by events, one by one; may have been folders."""
    missing: list[MissingFile] = field(default_factory=list)
    """Found missing by a rescan."""
    goes_on: bool = False
    """Whether a rescan was broken off for what is more urgent."""

    def __bool__(self) -> bool:
        return bool(self.arrived or self.gone or self.missing)


class Intake:
    """Gathers work: what events told of comes first, a rescan fills the room that is left."""

    def __init__(
        self,
        inbox: Inbox,
        roots: Sequence[Root],
        store: Store,
        settings: WatchSettings,
        clock: Clock,
    ) -> None:
        self.inbox = inbox
        self._store = store
        self._roots = {root.name: root for root in roots}
        self._settings = settings
        self._clock = clock
        self._root_status = RootStatusBoard(store, clock)
        self._comparison = Comparison(self._roots, store, settings, self._root_status, clock)
        self._next_retry = 0.0

    @property
    def notes(self) -> Mapping[str, str]:
        """Return what is to be said of roots, and what to do, by the root's name."""
        return self._root_status.notes

    @property
    def last_rescan_at(self) -> str | None:
        """Return when the last comparison with the disk ended."""
        return self._comparison.last_at

    @property
    def is_scanning(self) -> bool:
        """Whether a rescan is under way or can begin."""
        return self._comparison.is_due(self._clock.monotonic())

    @property
    def has_more(self) -> bool:
        """Whether anything waits at all, settled or not."""
        return self._comparison.is_wanted or self.inbox.waiting > 0

    def want_rescan_of_all(self, reason: str) -> None:
        """Let every root be compared with the disk."""
        self._comparison.want(dict.fromkeys(self._roots, reason))

    def begin_anew(self, reason: str) -> None:
        """Compare every root with the disk after the database was replaced."""
        self._comparison.begin_anew(reason)

    def count_changes(self) -> int:
        """Return how many files a rescan of all roots would give to read."""
        return self._comparison.count_changes()

    def write_root_status(self) -> None:
        """Write which roots are there, as soon as the database lets us.

        And see whether the user has confirmed what is missing.
        """
        self._root_status.write()
        self._comparison.want_confirmed()

    def next_work(self, now: float, limit: int) -> Work:
        """Return up to ``limit`` files that have settled, and what is gone."""
        self._retry_failed(now)
        taken = self.inbox.take(now, limit)
        work = Work(list(taken.arrived), self._comparison.believe(taken.gone))
        self._comparison.want(self.inbox.pop_wanted_rescans())
        if self._comparison.is_due(now):
            self._fill_from_comparison(work, now, limit)
        return work

    def _retry_failed(self, now: float) -> None:
        """Let the files arrive again that failed before and whose next try has come."""
        if now < self._next_retry:
            return
        self._next_retry = now + RETRY_S
        for known in self._store.due_failures(self._clock.stamp()):
            root = self._roots.get(known.failure.root)
            if root is not None:
                self.inbox.add(root, root.locate(known.failure.path), now)

    def _fill_from_comparison(self, work: Work, now: float, limit: int) -> None:
        """Fill a batch with what a rescan finds.

        Break off where files of events are due.
        """
        while len(work.arrived) + len(work.missing) < limit:
            found = self._comparison.find_next(now)
            if found is None:
                return
            if isinstance(found, ScanProgress) and self.inbox.is_due(self._clock.monotonic()):
                work.goes_on = True
                return
            if isinstance(found, MissingFile):
                work.missing.append(found)
            elif isinstance(found, ChangedFile):
                self._take_changed(work, found, now)

    def _take_changed(self, work: Work, found: ChangedFile, now: float) -> None:
        root = self._roots[found.file.root]
        if self._is_settled(found):
            work.arrived.append(Arrival(root, found.file, found.location))
        else:
            self.inbox.add(root, found.location, now)

    def _is_settled(self, found: ChangedFile) -> bool:
        """Tell whether a file found by a rescan has been still for long.

        A younger one goes through the inbox.
        """
        age = self._clock.wall() - found.file.mtime_ns / 1e9
        return age > max(self._settings.stillness_of(found.file.size), COARSE_CLOCK_S)
