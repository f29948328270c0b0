"""The roots against the disk, one after the other, and what is believed to be missing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from service.clock import Clock
from service.errors import TryAgainError
from service.event_log import get_logger
from service.file_systems import is_folder
from service.light_dataclasses import dataclass
from service.paths import Root
from service.store.database_reader import DatabaseReader
from service.store.writer import Store
from service.watch.arrivals import GonePath
from service.watch.marker import RootState, check_root, is_believable, is_mount, renew_marker
from service.watch.rescan import rescan
from service.watch.scan_findings import (
    ChangedFile,
    FoundMount,
    KnownFile,
    MissingFile,
    PassedLinks,
    ScanProgress,
)
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames
from service.worker.mass_missing import MassMissing, known_volumes
from service.worker.root_status import RootStatusBoard

log = get_logger(__name__)

Difference = ChangedFile | MissingFile | ScanProgress

REST = 10
"""After a comparison of a root, the next one waits so many times as long as it took.

Lost events come in storms.
"""

LONGEST_REST_S = 600.0

LOOK_AGAIN_S = 2.0
"""After a comparison that found many files gone: they may be about to be found elsewhere."""


class Comparison:
    """Compares roots with the disk on request, one after the other.

    Each is read only as far as ``find_next`` is called.
    """

    def __init__(
        self,
        roots: Mapping[str, Root],
        store: Store,
        settings: WatchSettings,
        root_status: RootStatusBoard,
        clock: Clock,
    ) -> None:
        self.store = store
        self._roots = roots
        self._names = WatchedNames(settings)
        self._root_status = root_status
        self._clock = clock
        self._mass_missing = MassMissing(store, root_status, clock, settings.hold_missing_s)
        self._wanted: dict[str, str] = {}
        self._not_before: dict[str, float] = {}
        self._under_way: Iterator[Difference] | None = None
        self._states: dict[str, RootState] = {}
        """What was found of each root when it was compared last."""
        self._told_links: set[str] = set()
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

    def want_confirmed(self) -> None:
        """Let the roots be compared of which the user said that what is gone is gone."""
        if not self._root_status.notes:
            return
        for name in self.store.confirmed_roots():
            if name in self._roots and name not in self._wanted and self._under_way is None:
                self._not_before.pop(name, None)
                self.want({name: "what is missing was confirmed"})

    def begin_anew(self, reason: str) -> None:
        """Compare every root with the new database; what is under way was of the old one."""
        self._under_way = None
        self._not_before.clear()
        self._states.clear()
        self._mass_missing.forget()
        self.want(dict.fromkeys(self._roots, reason))

    def find_next(self, now: float) -> Difference | None:
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
            state = self._check(root)
            count += sum(isinstance(found, ChangedFile) for found in self._walk(root, state))
        return count

    def believe(self, gone: Sequence[GonePath]) -> list[GonePath]:
        """Return the gone paths that are surely gone; have the roots of the others compared."""
        by_root: dict[str, list[GonePath]] = {}
        for path in gone:
            by_root.setdefault(path.root, []).append(path)
        believed: list[GonePath] = []
        for name, paths in by_root.items():
            if self._is_in_place(name, paths) and not self._mass_missing.is_mass(name, paths):
                believed += paths
            else:
                self.want({name: "many files went at once, or with their file system"})
        return believed

    def _is_in_place(self, name: str, gone: Iterable[GonePath]) -> bool:
        """Tell whether the file systems that held these paths are there as they were."""
        root = self._roots[name]
        state = self._states.get(name)
        if state is None or not state.online or not is_believable(root, state.marker):
            return False
        left = {mount for mount in state.mounts if not is_mount(root.locate(mount))} | state.away
        return not any(f"{path.path}/".startswith(f"{mount}/") for path in gone for mount in left)

    def _compare_due_roots(self, now: float) -> Iterator[Difference]:
        due = [name for name in self._wanted if self._is_rested(name, now)]
        for name in due:
            reason = self._wanted.pop(name)
            log.debug("rescan", root=name, because=reason)
            began = self._clock.monotonic()
            yield from self._compare_root(self._roots[name])
            ended = self._clock.monotonic()
            self._not_before[name] = ended + min(REST * (ended - began), LONGEST_REST_S)
            if self._mass_missing.is_to_look_again(name):
                self._not_before[name] = max(self._not_before[name], ended + LOOK_AGAIN_S)
                self.want({name: "many files are gone at once"})

    def _is_rested(self, name: str, now: float) -> bool:
        return now >= self._not_before.get(name, now)

    def _compare_root(self, root: Root) -> Iterator[Difference]:
        state = self._check(root)
        self._states[root.name] = state
        self._root_status.set_state(root, state.message, online=state.online)
        if state.online:
            self._learn(root, "", state.marker)
        findings = self._walk(root, state)
        if state.online:
            findings = self._mass_missing.sieve(root, findings)
        for found in findings:
            if isinstance(found, FoundMount):
                self._learn_mount(root, found.folder)
            elif isinstance(found, PassedLinks):
                self._tell_links(root, found)
            else:
                yield found

    def _check(self, root: Root) -> RootState:
        return check_known_root(root, self.store)

    def _walk(
        self, root: Root, state: RootState
    ) -> Iterator[Difference | FoundMount | PassedLinks]:
        if is_folder(root.path):
            known = _KnownFiles(self.store, root.name)
            others = [other.path for other in self._roots.values() if other is not root]
            yield from rescan(root, state, known, known.folders(), self._names, others=others)

    def _tell_links(self, root: Root, found: PassedLinks) -> None:
        """Say once what is not looked at."""
        if root.name in self._told_links:
            return
        self._told_links.add(root.name)
        log.info(
            "links_to_folders_not_followed",
            root=root.name,
            count=found.count,
            first=found.first,
            what_to_do="set links = true in its [[root]] if their images belong to it",
        )

    def _learn_mount(self, root: Root, folder: str) -> None:
        """Give a file system mounted below a root its marker, and remember it."""
        state = self._states[root.name]
        self._states[root.name] = replace(state, mounts=state.mounts | {folder})
        self._learn(root, folder, renew_marker(root.locate(folder)))
        log.info("mount_below_root", root=root.name, folder=folder)

    def _learn(self, root: Root, folder: str, marker: str) -> None:
        with suppress(TryAgainError):  # the next comparison learns it
            self.store.learn_volume(root.name, folder, marker, self._clock.stamp())


def check_known_root(root: Root, store: DatabaseReader) -> RootState:
    """Return whether a root is there by what the database knows of it.

    Writes or renews its marker where that is safe and allowed.
    """
    known = _KnownFiles(store, root.name)
    return check_root(root, known.present, known_volumes(store, root.name))


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

    def present(self, below: str) -> Iterator[tuple[str, int]]:
        """Yield the path and size of each file held as present at any depth below a folder."""
        prefix = f"{below}/" if below else ""
        for folder in self.store.folders(self.root):
            if not folder.startswith(prefix):
                continue
            for name, (size, _, present, _) in self.store.known_files(self.root, folder).items():
                if present:
                    yield folder + name, size
