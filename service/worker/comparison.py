"""The disk against the database, a piece at a time, so that neither memory nor news wait for millions of files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import structlog

from service.paths import Root
from service.store.reading import Reader
from service.watch.ignore import Names
from service.watch.known import Known
from service.watch.marker import root_state
from service.watch.rescan import Changed, Looked, Missing, rescan
from service.worker.clock import Clock
from service.worker.presence import Presence

log = structlog.get_logger()

Found = Changed | Missing | Looked

REST = 10
"""After a comparison of a root, the next one waits so many times as long as it took: lost events come in storms."""

LONGEST_REST_S = 600.0


class Comparison:
    """Compares the roots that want it, one after the other. Each is read only as far as it is asked for."""

    def __init__(
        self,
        roots: Mapping[str, Root],
        store: Reader,
        names: Names,
        presence: Presence,
        clock: Clock,
    ) -> None:
        self.store = store
        self._roots = roots
        self._names = names
        self._presence = presence
        self._clock = clock
        self._wanted: dict[str, str] = {}
        self._not_before: dict[str, float] = {}
        self._under_way: Iterator[Found] | None = None
        self.last_at: str | None = None
        """When one ended last."""

    @property
    def is_wanted(self) -> bool:
        """Whether one is under way, or will be."""
        return self._under_way is not None or bool(self._wanted)

    def is_due(self, now: float) -> bool:
        """Tell whether there is something to compare at this moment."""
        return self._under_way is not None or any(self._is_rested(name, now) for name in self._wanted)

    def want(self, reasons: Mapping[str, str]) -> None:
        """Let the named roots be compared as soon as those before them are done."""
        for name, reason in reasons.items():
            self._wanted.setdefault(name, reason)

    def begin_anew(self, store: Reader, reason: str) -> None:
        """Go on with another database: what is under way spoke of the old one."""
        self.store = store
        self._under_way = None
        self._not_before.clear()
        self.want(dict.fromkeys(self._roots, reason))

    def next(self, now: float) -> Found | None:
        """Return the next difference, or that some files were looked at without one; None where the end is reached."""
        if self._under_way is None:
            self._under_way = self._of_due_roots(now)
        found = next(self._under_way, None)
        if found is None:
            self._under_way = None
            self.last_at = self._clock.stamp()
        return found

    def count_changes(self) -> int:
        """Return how many files a comparison of all roots would find changed; nothing is told or kept."""
        return sum(isinstance(found, Changed) for root in self._roots.values() for found in self._of(root))

    def _of_due_roots(self, now: float) -> Iterator[Found]:
        for name in [name for name in self._wanted if self._is_rested(name, now)]:
            reason = self._wanted.pop(name)
            log.debug("rescan", root=name, because=reason)
            began = self._clock.monotonic()
            yield from self._of(self._roots[name])
            ended = self._clock.monotonic()
            self._not_before[name] = ended + min(REST * (ended - began), LONGEST_REST_S)

    def _is_rested(self, name: str, now: float) -> bool:
        return now >= self._not_before.get(name, now)

    def _of(self, root: Root) -> Iterator[Found]:
        known = _KnownFiles(self.store, root.name)
        state = root_state(root, known.present(), self.store.count_present(root.name))
        self._presence.learn(root, state.message)
        if root.path.is_dir():
            yield from rescan(root, state, known, known.folders(), self._names)


@dataclass(frozen=True, slots=True)
class _KnownFiles:
    """What the database knows of one root, as the rescan asks for it: folders without a final ``/``."""

    store: Reader
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
            for name, (size, _, present, _) in self.store.known(self.root, folder).items():
                if present:
                    yield folder + name, size
