"""Which files are next: those that were heard of, then those that a rescan finds, then those that once failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.paths import Root
from service.store.writer import Store
from service.watch.arrivals import Arrival, Gone
from service.watch.ignore import Names
from service.watch.inbox import Inbox
from service.watch.rescan import Changed, Looked, Missing
from service.watch.settings import WatchSettings
from service.worker.clock import Clock
from service.worker.comparison import Comparison
from service.worker.presence import Presence

RETRY_S = 15.0
"""Between two looks at the files that failed before."""

COARSE_CLOCK_S = 2.0
"""Some file systems keep times to two seconds (FAT)."""


@dataclass(slots=True)
class Work:
    """What one batch is about."""

    arrived: list[Arrival] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    """Heard to be gone, one by one; may have been folders."""
    missing: list[Missing] = field(default_factory=list)
    """Found missing by a rescan."""
    goes_on: bool = False
    """Whether a rescan was broken off for what is more urgent."""

    def __bool__(self) -> bool:
        return bool(self.arrived or self.gone or self.missing)


class Intake:
    """Gathers work: what was heard of comes first, a rescan fills what room is left."""

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
        self._presence = Presence(store, clock)
        self._comparison = Comparison(self._roots, store, Names(settings), self._presence, clock)
        self._next_retry = 0.0

    @property
    def notes(self) -> Mapping[str, str]:
        """Return why roots are offline, and the mend, by name."""
        return self._presence.notes

    @property
    def last_rescan_at(self) -> str | None:
        """Return when a comparison with the disk ended last."""
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

    def begin_anew(self, store: Store, reason: str) -> None:
        """Go on with another database: all is compared with the disk again."""
        self._store = self._presence.store = store
        self._comparison.begin_anew(store, reason)

    def count_changes(self) -> int:
        """Return how many files a rescan of all roots would give to read."""
        return self._comparison.count_changes()

    def tell_roots(self) -> None:
        """Write which roots are there, as soon as the database lets us."""
        self._presence.write()

    def next(self, now: float, limit: int) -> Work:
        """Return up to ``limit`` files that have settled, and what is gone."""
        self._retry_failed(now)
        taken = self.inbox.take(now, limit)
        work = Work(list(taken.arrived), list(taken.gone))
        self._comparison.want(self.inbox.rescan_wanted())
        if self._comparison.is_due(now):
            self._compare(work, now, limit)
        return work

    def _retry_failed(self, now: float) -> None:
        """Let the files arrive again that failed before and whose next try has come."""
        if now < self._next_retry:
            return
        self._next_retry = now + RETRY_S
        for known in self._store.due_failures(self._clock.stamp()):
            root = self._roots.get(known.failure.root)
            if root is not None:
                self.inbox.saw(root, root.locate(known.failure.path), now)

    def _compare(self, work: Work, now: float, limit: int) -> None:
        """Fill a batch with what a rescan finds; break off where files that were heard of are due."""
        while len(work.arrived) + len(work.missing) < limit:
            found = self._comparison.next(now)
            if found is None:
                return
            if isinstance(found, Looked) and self.inbox.is_due(self._clock.monotonic()):
                work.goes_on = True
                return
            if isinstance(found, Missing):
                work.missing.append(found)
            elif isinstance(found, Changed):
                self._changed(work, found, now)

    def _changed(self, work: Work, found: Changed, now: float) -> None:
        root = self._roots[found.file.root]
        if self._is_settled(found):
            work.arrived.append(Arrival(root, found.file, found.location))
        else:
            self.inbox.saw(root, found.location, now)

    def _is_settled(self, found: Changed) -> bool:
        """Tell whether a file found by a rescan has been still for long; a younger one goes through the inbox."""
        still = self._settings.settle_s if found.file.size else self._settings.empty_settle_s
        age = self._clock.wall() - found.file.mtime_ns / 1e9
        return age > max(still, COARSE_CLOCK_S)
