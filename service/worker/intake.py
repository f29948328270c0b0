"""Which files are next: those of events first, then what a rescan finds, then what once failed.

A rescan is read a piece at a time, so that neither memory nor news wait for millions of files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from service.clock import Clock
from service.paths import Root
from service.store.database_reader import DatabaseReader
from service.store.writer import Store
from service.watch.arrivals import Arrival, GonePath
from service.watch.inbox import Inbox
from service.watch.marker import check_root
from service.watch.rescan import ChangedFile, KnownFile, MissingFile, ScanProgress, rescan
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames
from service.worker.root_status import RootStatusBoard

log = structlog.get_logger()

ScanFinding = ChangedFile | MissingFile | ScanProgress

REST = 10
"""After a comparison of a root, the next one waits so many times as long as it took.

Lost events come in storms.
"""

LONGEST_REST_S = 600.0

RETRY_S = 15.0
"""Between two looks at the files that failed before."""

COARSE_CLOCK_S = 2.0
"""Some file systems keep times to two seconds (FAT)."""


class Comparison:
    """Compares roots with the disk on request, one after the other.

    Each is read only as far as ``find_next`` is called.
    """

    def __init__(
        self,
        roots: Mapping[str, Root],
        store: DatabaseReader,
        names: WatchedNames,
        root_status: RootStatusBoard,
        clock: Clock,
    ) -> None:
        self.store = store
        self._roots = roots
        self._names = names
        self._root_status = root_status
        self._clock = clock
        self._wanted: dict[str, str] = {}
        self._not_before: dict[str, float] = {}
        self._under_way: Iterator[ScanFinding] | None = None
        self.last_at: str | None = None
        """When the last comparison ended."""

    @property
    def is_wanted(self) -> bool:
        """Whether a comparison is under way, or will be."""
        return self._under_way is not None or bool(self._wanted)

    def is_due(self, now: float) -> bool:
        """Tell whether there is something to compare at this moment."""
        if self._under_way is not None:
            return True
        return any(self._is_rested(name, now) for name in self._wanted)

    def want(self, reasons: Mapping[str, str]) -> None:
        """Let the named roots be compared as soon as those before them are done."""
        for name, reason in reasons.items():
            self._wanted.setdefault(name, reason)

    def begin_anew(self, reason: str) -> None:
        """Compare every root with the new database; what is under way was of the old one."""
        self._under_way = None
        self._not_before.clear()
        self.want(dict.fromkeys(self._roots, reason))

    def find_next(self, now: float) -> ScanFinding | None:
        """Return the next difference, or that some files were looked at without one.

        None where the end is reached.
        """
        if self._under_way is None:
            self._under_way = self._compare_due_roots(now)
        found = next(self._under_way, None)
        if found is None:
            self._under_way = None
            self.last_at = self._clock.stamp()
        return found

    def count_changes(self) -> int:
        """Return how many files a comparison of all roots would find changed.

        Nothing of it is kept.
        """
        count = 0
        for root in self._roots.values():
            count += sum(isinstance(found, ChangedFile) for found in self._compare_root(root))
        return count

    def _compare_due_roots(self, now: float) -> Iterator[ScanFinding]:
        due = [name for name in self._wanted if self._is_rested(name, now)]
        for name in due:
            reason = self._wanted.pop(name)
            log.debug("rescan", root=name, because=reason)
            began = self._clock.monotonic()
            yield from self._compare_root(self._roots[name])
            ended = self._clock.monotonic()
            self._not_before[name] = ended + min(REST * (ended - began), LONGEST_REST_S)

    def _is_rested(self, name: str, now: float) -> bool:
        return now >= self._not_before.get(name, now)

    def _compare_root(self, root: Root) -> Iterator[ScanFinding]:
        known = _KnownFiles(self.store, root.name)
        state = check_root(root, known.present(), self.store.count_present(root.name))
        self._root_status.set_state(root, state.message)
        if root.path.is_dir():
            yield from rescan(root, state, known, known.folders(), self._names)


@dataclass(frozen=True, slots=True)
class _KnownFiles:
    """What the database knows of one root, as the rescan asks for it.

    Folders without a final ``/``.
    """

    store: DatabaseReader
    root: str

    def __call__(self, folder: str) -> Mapping[str, KnownFile]:
        stored = f"{folder}/" if folder else ""
        known = self.store.known_files(self.root, stored)
        return {name: KnownFile(*row) for name, row in known.items()}

    def folders(self) -> Iterator[str]:
        """Yield the folders that hold known images.

        The rescan asks when its walk is over, so new ones are among them.
        """
        for folder in self.store.folders(self.root):
            yield folder.removesuffix("/")

    def present(self) -> Iterator[tuple[str, int]]:
        """Yield the path and size of each file held as present."""
        for folder in self.store.folders(self.root):
            for name, (size, _, present, _) in self.store.known_files(self.root, folder).items():
                if present:
                    yield folder + name, size


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
        self._comparison = Comparison(
            self._roots, store, WatchedNames(settings), self._root_status, clock
        )
        self._next_retry = 0.0

    @property
    def notes(self) -> Mapping[str, str]:
        """Return why roots are offline and what to do, by the root's name."""
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
        """Write which roots are there, as soon as the database lets us."""
        self._root_status.write()

    def next_work(self, now: float, limit: int) -> Work:
        """Return up to ``limit`` files that have settled, and what is gone."""
        self._retry_failed(now)
        taken = self.inbox.take(now, limit)
        work = Work(list(taken.arrived), list(taken.gone))
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
