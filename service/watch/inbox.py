"""Paths that events named and that are not yet worked on, until they are quiet.

In memory only: the truth is the disk, and a rescan finds everything again. ``WaitingList`` holds
the paths in the order in which they are to be looked at, ``Inbox`` is what observers fill and the
worker empties.
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
from service.watch.arrivals import Arrival, DueFiles, GonePath, make_arrival
from service.watch.folder_listing import files_below
from service.watch.marker import is_believable
from service.watch.settle import LOOK_DELAY_S, SettleRule, SettlingFile, Verdict
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames


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

    def note_event(self, root: Root, path: str, now: float) -> SettlingFile:
        """Note an event and return its candidate, which is due soon."""
        candidate = self._by_path.get(path)
        if candidate is None:
            candidate = SettlingFile(root, path, last_event=now, due=now + LOOK_DELAY_S)
            self._by_path[path] = candidate
            self.push(candidate)
        elif candidate.note_event(now):
            self.push(candidate)
        return candidate

    def push(self, candidate: SettlingFile) -> None:
        """Let a candidate come up when it is due. An earlier entry of it loses its meaning."""
        self._pushed += 1
        heapq.heappush(self._heap, (candidate.due, self._pushed, candidate))

    def pop_due(self, now: float) -> SettlingFile | None:
        """Return the candidate that has been due longest.

        It must then be pushed again to stay, or dropped.
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
        """Return when the next candidate is due, perhaps too early and never too late.

        Infinity where there is none.
        """
        return self._heap[0][0] if self._heap else inf


LOOKS_A_TAKE = 5_000
WALKED_A_TAKE = 2_000
LONGEST_DELAY_S = 300.0


class Inbox:
    """Observers put in, the worker takes out.

    ``add``, ``add_folder``, ``want_rescan`` and ``wake`` may be called from any thread.
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
        self._names = WatchedNames(settings)
        self._settle_rule = SettleRule(settings)
        self._clock = clock
        self._news = threading.Condition()
        self._events: dict[str, tuple[Root, float]] = {}
        self._new_folders: dict[str, Root] = {}
        self._wanted_rescans: dict[str, str] = {}
        self._is_woken = False
        self._waiting = WaitingList()
        self._walks: deque[tuple[Root, Iterator[str]]] = deque()

    def add(self, root: Root, path: str | os.PathLike[str], now: float) -> None:
        """Note that something happened to a path: it came, changed or went.

        Beyond the limit, let the root be rescanned instead.
        """
        key = os.fspath(path)
        with self._news:
            is_held = key in self._events or key in self._waiting
            if self.room <= 0 and not is_held:
                self._note_wanted_rescan("more changes than can be held in memory", root)
                return
            was_quiet = not self._events
            self._events[key] = (root, now)
            if was_quiet:
                self._news.notify_all()

    def add_folder(self, root: Root, directory: str | os.PathLike[str]) -> None:
        """Note that a folder came.

        Its files are looked for, since they may have come before it was watched.
        """
        with self._news:
            self._new_folders[os.fspath(directory)] = root
            self._news.notify_all()

    def want_rescan(self, reason: str, root: Root | None = None) -> None:
        """Let this root be rescanned (all, if none is named): events may have been lost."""
        with self._news:
            self._note_wanted_rescan(reason, root)

    def wake(self) -> None:
        """Let ``wait`` return at once."""
        with self._news:
            self._is_woken = True
            self._news.notify_all()

    @property
    def waiting(self) -> int:
        """Return how many paths are held."""
        return len(self._events) + len(self._waiting)

    @property
    def room(self) -> int:
        """Return how many more paths may be put in."""
        return self._limit - self.waiting

    def is_due(self, now: float) -> bool:
        """Tell whether a path is worth a look at this moment."""
        with self._news:
            return self._next_due(now) <= now

    def wait(self, timeout: float, *, for_paths: bool = True) -> None:
        """Return as soon as there is news, or after ``timeout`` seconds.

        News is: a path is due (unless not ``for_paths``), a rescan is wanted, or ``wake`` was
        called.
        """
        deadline = self._clock() + timeout
        with self._news:
            while not self._is_woken:
                now = self._clock()
                until = min(deadline, self._next_due(now)) if for_paths else deadline
                if until <= now:
                    break
                self._news.wait(until - now)
            self._is_woken = False

    def take(self, now: float, limit: int) -> DueFiles:
        """Remove and return the paths that are gone and up to ``limit`` quiet files.

        Those come first that have been quiet longest.
        """
        self._move_to_waiting_list(now)
        arrived: list[Arrival] = []
        gone: list[SettlingFile] = []
        for _ in range(LOOKS_A_TAKE):
            if len(arrived) >= limit:
                break
            candidate = self._waiting.pop_due(now)
            if candidate is None:
                break
            verdict = self._settle_rule.look(candidate, now)
            if verdict is Verdict.WAIT:
                self._waiting.push(candidate)
                continue
            self._waiting.drop(candidate)
            if verdict is Verdict.SETTLED:
                arrived.extend(self._make_arrivals(candidate, now))
            elif verdict is Verdict.GONE:
                gone.append(candidate)
        return DueFiles(tuple(arrived), self._believe(gone))

    def put_back(self, arrival: Arrival, now: float, delay: float | None = None) -> float:
        """Let a file arrive again later, and return the seconds until then.

        After ``delay``, or else each time after twice the wait.
        """
        if delay is None:
            delay = min(2.0 ** min(arrival.attempts, 30), LONGEST_DELAY_S)
        candidate = self._waiting.note_event(arrival.root, os.fspath(arrival.location), now)
        if candidate.state is None:
            candidate.state = (arrival.file.size, arrival.file.mtime_ns)
            candidate.still_since = now
            candidate.last_look = now
        candidate.attempts = arrival.attempts + 1
        candidate.not_before = now + delay
        candidate.due = candidate.not_before
        self._waiting.push(candidate)
        return delay

    def pop_wanted_rescans(self) -> dict[str, str]:
        """Remove and return the roots to be rescanned: name → reason."""
        with self._news:
            wanted, self._wanted_rescans = self._wanted_rescans, {}
        return wanted

    def _note_wanted_rescan(self, reason: str, root: Root | None) -> None:
        before = len(self._wanted_rescans)
        roots = self._roots if root is None else (root,)
        for each in roots:
            self._wanted_rescans.setdefault(each.name, reason)
        if len(self._wanted_rescans) > before:
            self._is_woken = True
            self._news.notify_all()

    def _next_due(self, now: float) -> float:
        if (self._new_folders or self._walks) and len(self._waiting) < self._limit:
            return now
        due = self._waiting.next_due()
        if self._events:
            _, first = next(iter(self._events.values()))
            due = min(due, first + LOOK_DELAY_S)
        return due

    def _move_to_waiting_list(self, now: float) -> None:
        """Move what events named, and what new folders hold, to the waiting list."""
        with self._news:
            events, self._events = self._events, {}
            new_folders, self._new_folders = self._new_folders, {}
        for path, (root, when) in events.items():
            self._waiting.note_event(root, path, when)
        for folder, root in new_folders.items():
            self._walks.append((root, files_below(folder, self._names)))
        room = min(WALKED_A_TAKE, self._limit - len(self._waiting))
        while self._walks and room > 0:
            root, walk = self._walks[0]
            paths = list(islice(walk, room))
            for path in paths:
                self._waiting.note_event(root, path, now)
            room -= len(paths)
            if not paths:
                self._walks.popleft()

    def _make_arrivals(self, candidate: SettlingFile, now: float) -> Iterable[Arrival]:
        location = Path(candidate.path)
        relative = location.relative_to(candidate.root.path)
        if candidate.state is not None and self._names.watches_image(relative):
            yield make_arrival(candidate, location, self._names.sidecars)
        elif self._names.watches_text(relative):
            for image in self._names.images_beside(location):
                self._waiting.note_event(candidate.root, os.fspath(image), now)

    def _believe(self, gone: Sequence[SettlingFile]) -> tuple[GonePath, ...]:
        """Return the gone paths of roots that are there themselves; let the others be rescanned."""
        is_there: dict[Root, bool] = {}
        believed: list[GonePath] = []
        for candidate in gone:
            root = candidate.root
            if root not in is_there:
                is_there[root] = is_believable(root, marker="")
                if not is_there[root]:
                    self.want_rescan("files vanished with the folder's marker", root)
            if is_there[root]:
                believed.append(GonePath(root.name, root.relative(Path(candidate.path))))
        return tuple(believed)
