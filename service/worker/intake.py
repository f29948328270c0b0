"""Which files are next: those that were heard of, then those that a rescan finds, then those that once failed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import structlog

from service.errors import DatabaseReplacedError, TryAgainError
from service.paths import Root, to_stored
from service.store.status import RootStatus
from service.store.writer import Store
from service.watch.arrivals import Arrival, Gone
from service.watch.ignore import Names
from service.watch.inbox import Inbox
from service.watch.marker import root_state
from service.watch.rescan import Changed, Known, Missing, rescan
from service.watch.settings import WatchSettings
from service.worker.clock import Clock

log = structlog.get_logger()

RETRY_S = 15.0
"""Between two looks at the files that failed before."""


@dataclass(slots=True)
class Work:
    """What one batch is about."""

    arrived: list[Arrival] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    """Heard to be gone, one by one; may have been folders."""
    missing: list[Missing] = field(default_factory=list)
    """Found missing by a rescan."""

    def __bool__(self) -> bool:
        return bool(self.arrived or self.gone or self.missing)


class Intake:
    """Gathers work. A rescan is read bit by bit between what is heard, so that neither memory nor news wait for it."""

    def __init__(
        self,
        inbox: Inbox,
        roots: Sequence[Root],
        store: Store,
        settings: WatchSettings,
        clock: Clock,
    ) -> None:
        self.store = store
        self.inbox = inbox
        self._roots = {root.name: root for root in roots}
        self._settings = settings
        self._names = Names(settings)
        self._clock = clock
        self._wanted: dict[str, str] = {}
        self._scan: Iterator[Changed | Missing] | None = None
        self._next_retry = 0.0
        self._untold: dict[str, RootStatus] = {}
        self.notes: dict[str, str] = {}
        """Root name → why it is offline, and the mend."""
        self.last_rescan_at: str | None = None

    @property
    def is_scanning(self) -> bool:
        """Whether a rescan is under way or waiting to begin."""
        return self._scan is not None or bool(self._wanted)

    @property
    def has_more(self) -> bool:
        """Whether anything waits at all, settled or not."""
        return self.is_scanning or self.inbox.waiting > 0

    def want_rescan(self, reasons: Mapping[str, str]) -> None:
        """Let the named roots be compared with the disk as soon as the current comparison is done."""
        for name, reason in reasons.items():
            self._wanted.setdefault(name, reason)

    def want_rescan_of_all(self, reason: str) -> None:
        """Let every root be compared with the disk."""
        self.want_rescan(dict.fromkeys(self._roots, reason))

    def begin_anew(self, store: Store, reason: str) -> None:
        """Go on with another database: a comparison under way spoke of the old one, so all is compared again."""
        self.store = store
        self._scan = None
        self.want_rescan_of_all(reason)

    def count_changes(self) -> int:
        """Return how many files a rescan of all roots would give to read."""
        scans = (self._scan_of(root) for root in self._roots.values())
        return sum(isinstance(found, Changed) for scan in scans for found in scan)

    def next(self, now: float, limit: int) -> Work:
        """Return up to ``limit`` files that have settled, and what is gone."""
        self._retry_failed(now)
        taken = self.inbox.take(now, limit)
        work = Work(list(taken.arrived), list(taken.gone))
        self.want_rescan(self.inbox.rescan_wanted())
        if len(work.arrived) < limit and self.is_scanning:
            self._from_scan(work, now, limit)
        return work

    def _retry_failed(self, now: float) -> None:
        """Let the files arrive again that failed before and whose next try has come."""
        if now < self._next_retry:
            return
        self._next_retry = now + RETRY_S
        for known in self.store.due_failures(self._clock.stamp()):
            root = self._roots.get(known.failure.root)
            if root is not None:
                self.inbox.saw(root, root.locate(known.failure.path), now)

    def _from_scan(self, work: Work, now: float, limit: int) -> None:
        if self._scan is None:
            self._scan = self._begin_scan()
        room = limit - len(work.arrived)
        looked = 0
        for found in islice(self._scan, room):
            looked += 1
            if isinstance(found, Missing):
                work.missing.append(found)
            elif self._is_settled(found):
                work.arrived.append(Arrival(self._roots[found.file.root], found.file, found.location))
            else:
                self.inbox.saw(self._roots[found.file.root], found.location, now)
        if looked < room:
            self._scan = None
            self.last_rescan_at = self._clock.stamp()

    def _begin_scan(self) -> Iterator[Changed | Missing]:
        wanted, self._wanted = self._wanted, {}
        for name, reason in wanted.items():
            root = self._roots[name]
            log.debug("rescan", root=name, because=reason)
            yield from self._scan_of(root)

    def _scan_of(self, root: Root) -> Iterator[Changed | Missing]:
        known = _KnownFiles(self.store, root.name)
        state = root_state(root, known.present(), self.store.count_present(root.name))
        self._tell(root, state.message)
        if root.path.is_dir():
            yield from rescan(root, state, known, known.folders(), self._names)

    def _tell(self, root: Root, message: str) -> None:
        if message and self.notes.get(root.name) != message:
            log.warning("root_offline", root=root.name, reason=message)
        elif not message and root.name in self.notes:
            log.info("root_online_again", root=root.name)
        if message:
            self.notes[root.name] = message
        else:
            self.notes.pop(root.name, None)
        location = to_stored(root.path)
        self._untold[root.name] = RootStatus(root.name, location, not message, message or None, self._clock.stamp())
        self.tell_roots()

    def tell_roots(self) -> None:
        """Write which roots are there, as soon as the database lets us; a comparison does not wait for that."""
        try:
            for name, status in list(self._untold.items()):
                self.store.set_root(status)
                del self._untold[name]
        except DatabaseReplacedError:
            raise
        except TryAgainError as error:
            log.debug("root_row_not_written", reason=str(error))

    def _is_settled(self, found: Changed) -> bool:
        """Tell whether a file found by a rescan has been still for long; a younger one goes through the inbox."""
        still = self._settings.settle_s if found.file.size else self._settings.empty_settle_s
        age = self._clock.wall() - found.file.mtime_ns / 1e9
        return age > max(still, 2.0)  # some file systems keep times to two seconds (FAT)


@dataclass(frozen=True, slots=True)
class _KnownFiles:
    """What the database knows of one root, as the rescan asks for it: folders without a final ``/``."""

    store: Store
    root: str

    def __call__(self, folder: str) -> Mapping[str, Known]:
        stored = f"{folder}/" if folder else ""
        return {name: Known(*row) for name, row in self.store.known(self.root, stored).items()}

    def folders(self) -> Iterator[str]:
        """Yield the folders that hold known images. Asked when the walk is over, so new ones are among them."""
        for folder in self.store.folders(self.root):
            yield folder.removesuffix("/")

    def present(self) -> Iterator[tuple[str, int]]:
        """Yield the path and size of each file held as present."""
        for folder in self.store.folders(self.root):
            for name, (size, _, present) in self.store.known(self.root, folder).items():
                if present:
                    yield folder + name, size
