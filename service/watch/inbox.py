"""Paths that were heard of and are not yet quiet, in the order in which they are to be looked at.

What was heard of and not yet worked on. In memory only: the truth is the disk, and a rescan finds
it again.
"""

import heapq
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from math import inf
from pathlib import Path

from service.paths import Root
from service.watch.arrivals import Arrival, Gone, Refused, Taken, arrival_of
from service.watch.folder import files_below
from service.watch.ignore import Names
from service.watch.marker import is_believable
from service.watch.settle import LOOK_DELAY_S, Settling, SettlingFile, Verdict
from service.watch.watch_settings import WatchSettings


class WaitingList:
    """Candidates by path and by when they are due.

    The worker alone changes it; any thread may ask its length.
    """

    def __init__(self) -> None:
        self._by_path: dict[str, SettlingFile] = {}
        self._heap: list[tuple[float, int, SettlingFile]] = []
        self._pushed = 0

    def __len__(self) -> int:
        return len(self._by_path)

    def __contains__(self, path: str) -> bool:
        return path in self._by_path

    def __iter__(self) -> Iterator[SettlingFile]:
        return iter(self._by_path.values())

    def hear(self, root: Root, path: str, heard: float) -> SettlingFile:
        """Note an event and return its candidate, which is due soon."""
        candidate = self._by_path.get(path)
        if candidate is None:
            candidate = self._by_path[path] = SettlingFile(
                root, path, heard, due=heard + LOOK_DELAY_S
            )
        elif not candidate.hear(heard):  # a look is due as soon already
            return candidate
        self.push(candidate)
        return candidate

    def push(self, candidate: SettlingFile) -> None:
        """Let a candidate come up when it is due. An earlier entry of it loses its meaning."""
        self._pushed += 1
        heapq.heappush(self._heap, (candidate.due, self._pushed, candidate))

    def pop_due(self, now: float) -> SettlingFile | None:
        """Return the candidate that is due longest.

        To stay, it must be pushed again, else dropped.
        """
        while self._heap and self._heap[0][0] <= now:
            due, _, candidate = heapq.heappop(self._heap)
            if candidate.due == due and self._by_path.get(candidate.path) is candidate:
                return candidate
        return None

    def drop(self, candidate: SettlingFile) -> None:
        """Forget a candidate."""
        del self._by_path[candidate.path]

    def next_due(self) -> float:
        """Return when the next candidate is due (perhaps too early, never too late), or infinity."""
        return self._heap[0][0] if self._heap else inf


LOOKS_A_TAKE = 5_000
WALKED_A_TAKE = 2_000
LONGEST_DELAY_S = 300.0


class Inbox:
    """Observers put in, the worker takes out.

    Only the first group of methods may be called from any thread.
    """

    def __init__(
        self,
        roots: Sequence[Root],
        settings: WatchSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._roots = roots
        self._limit = settings.max_waiting
        self._names = Names(settings)
        self._settling = Settling(settings)
        self._clock = clock
        self._news = threading.Condition()
        self._heard: dict[str, tuple[Root, float]] = {}
        self._trees: dict[str, Root] = {}
        self._wanted: dict[str, str] = {}
        self._is_woken = False
        self._waiting = WaitingList()
        self._walks: deque[tuple[Root, Iterator[str]]] = deque()

    def saw(self, root: Root, path: str | os.PathLike[str], now: float) -> None:
        """Note that something happened to a path: it came, changed or went.

        Beyond the limit a rescan is wanted.
        """
        key = os.fspath(path)
        with self._news:
            if self.room <= 0 and key not in self._heard and key not in self._waiting:
                self._want("more changes than can be held in memory", root)
                return
            was_quiet = not self._heard
            self._heard[key] = (root, now)
            if was_quiet:
                self._news.notify_all()

    def saw_tree(self, root: Root, directory: str | os.PathLike[str], now: float) -> None:  # noqa: ARG002 (as saw)
        """Note that a folder came.

        Its files are looked for, since they may have come before it was watched.
        """
        with self._news:
            self._trees[os.fspath(directory)] = root
            self._news.notify_all()

    def lost(self, reason: str, root: Root | None = None) -> None:
        """Note that events may have been lost.

        A rescan of this root (of all, if none is named) is wanted.
        """
        with self._news:
            self._want(reason, root)

    def wake(self) -> None:
        """Let ``wait`` return at once."""
        with self._news:
            self._is_woken = True
            self._news.notify_all()

    @property
    def waiting(self) -> int:
        """How many paths are held."""
        return len(self._heard) + len(self._waiting)

    @property
    def room(self) -> int:
        """How many more paths may be put in."""
        return self._limit - self.waiting

    def is_due(self, now: float) -> bool:
        """Tell whether a path is worth a look at this moment."""
        with self._news:
            return self._next_due(now) <= now

    def wait(self, timeout: float) -> None:
        """Return as soon as something is due, a rescan is wanted, ``wake`` was called, or after ``timeout`` seconds."""
        deadline = self._clock() + timeout
        with self._news:
            while not self._is_woken:
                now = self._clock()
                until = min(deadline, self._next_due(now))
                if until <= now:
                    break
                self._news.wait(until - now)
            self._is_woken = False

    def take(self, now: float, limit: int) -> Taken:
        """Remove and return up to ``limit`` quiet files, longest quiet first, and the paths that are gone."""
        self._listen(now)
        arrived: list[Arrival] = []
        gone: list[SettlingFile] = []
        for _ in range(LOOKS_A_TAKE):
            candidate = self._waiting.pop_due(now) if len(arrived) < limit else None
            if candidate is None:
                break
            verdict = self._settling.look(candidate, now)
            if verdict is Verdict.WAIT:
                self._waiting.push(candidate)
                continue
            self._waiting.drop(candidate)
            if verdict is Verdict.SETTLED:
                arrived.extend(self._arrivals(candidate, now))
            elif verdict is Verdict.GONE:
                gone.append(candidate)
        return Taken(tuple(arrived), self._believed(gone))

    def put_back(self, arrival: Arrival, now: float, delay: float | None = None) -> float:
        """Let a file arrive again later, each time after twice the wait, and return the seconds until then."""
        wait = min(2.0 ** min(arrival.attempts, 30), LONGEST_DELAY_S) if delay is None else delay
        candidate = self._waiting.hear(arrival.root, os.fspath(arrival.location), now)
        if candidate.state is None:
            candidate.state = (arrival.file.size, arrival.file.mtime_ns)
            candidate.still_since = candidate.looked = now
        candidate.attempts = arrival.attempts + 1
        candidate.due = candidate.not_before = now + wait
        self._waiting.push(candidate)
        return wait

    def rescan_wanted(self) -> dict[str, str]:
        """Return the roots (by name) that want a rescan, and why; and forget it."""
        with self._news:
            wanted, self._wanted = self._wanted, {}
        return wanted

    def refused(self) -> list[Refused]:
        """Return the files that cannot be opened and are still tried."""
        return [
            Refused(item.root.name, Path(item.path), item.first, item.refusals, item.refusal)
            for item in self._waiting
            if item.refusal is not None
        ]

    def _want(self, reason: str, root: Root | None) -> None:
        before = len(self._wanted)
        for one in self._roots if root is None else (root,):
            self._wanted.setdefault(one.name, reason)
        if len(self._wanted) > before:
            self._is_woken = True
            self._news.notify_all()

    def _next_due(self, now: float) -> float:
        if (self._trees or self._walks) and len(self._waiting) < self._limit:
            return now
        due = self._waiting.next_due()
        if self._heard:
            _, first = next(iter(self._heard.values()))
            due = min(due, first + LOOK_DELAY_S)
        return due

    def _listen(self, now: float) -> None:
        """Move what was heard, and what the folders that came hold, to the waiting list."""
        with self._news:
            heard, self._heard = self._heard, {}
            trees, self._trees = self._trees, {}
        for path, (root, when) in heard.items():
            self._waiting.hear(root, path, when)
        self._walks.extend(
            (root, files_below(directory, self._names)) for directory, root in trees.items()
        )
        room = min(WALKED_A_TAKE, self._limit - len(self._waiting))
        while self._walks and room > 0:
            root, walk = self._walks[0]
            before = room
            for path in islice(walk, room):
                self._waiting.hear(root, path, now)
                room -= 1
            if before == room:
                self._walks.popleft()

    def _arrivals(self, candidate: SettlingFile, now: float) -> Iterable[Arrival]:
        location = Path(candidate.path)
        relative = location.relative_to(candidate.root.path)
        if candidate.state is not None and self._names.covers(relative):
            yield arrival_of(candidate, location, self._names.sidecars)
        elif self._names.covers_sidecar(relative):
            for image in self._names.images_beside(location):
                self._waiting.hear(candidate.root, os.fspath(image), now)

    def _believed(self, gone: Sequence[SettlingFile]) -> tuple[Gone, ...]:
        """Return the gone paths of roots that are there themselves.

        For the others a rescan is wanted.
        """
        roots = {candidate.root for candidate in gone}
        away = {root for root in roots if not is_believable(root, marked=False)}
        for root in away:
            self.lost("files vanished with the folder's marker", root)
        return tuple(
            Gone(item.root.name, item.root.relative(Path(item.path)))
            for item in gone
            if item.root not in away
        )
