"""Paths that were heard of and are not yet quiet, in the order in which they are to be looked at."""

import heapq
from collections.abc import Iterator
from math import inf

from service.paths import Root
from service.watch.settle import LOOK_DELAY_S, Candidate


class WaitingList:
    """Candidates by path and by when they are due. The worker alone changes it; any thread may ask its length."""

    def __init__(self) -> None:
        self._by_path: dict[str, Candidate] = {}
        self._heap: list[tuple[float, int, Candidate]] = []
        self._pushed = 0

    def __len__(self) -> int:
        return len(self._by_path)

    def __contains__(self, path: str) -> bool:
        return path in self._by_path

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._by_path.values())

    def hear(self, root: Root, path: str, heard: float) -> Candidate:
        """Note an event and return its candidate, which is due soon."""
        candidate = self._by_path.get(path)
        if candidate is None:
            candidate = self._by_path[path] = Candidate(root, path, heard, due=heard + LOOK_DELAY_S)
        elif not candidate.hear(heard):  # a look is due as soon already
            return candidate
        self.push(candidate)
        return candidate

    def push(self, candidate: Candidate) -> None:
        """Let a candidate come up when it is due. An earlier entry of it loses its meaning."""
        self._pushed += 1
        heapq.heappush(self._heap, (candidate.due, self._pushed, candidate))

    def pop_due(self, now: float) -> Candidate | None:
        """Return the candidate that is due longest; to stay, it must be pushed again, else dropped."""
        while self._heap and self._heap[0][0] <= now:
            due, _, candidate = heapq.heappop(self._heap)
            if candidate.due == due and self._by_path.get(candidate.path) is candidate:
                return candidate
        return None

    def drop(self, candidate: Candidate) -> None:
        """Forget a candidate."""
        del self._by_path[candidate.path]

    def next_due(self) -> float:
        """Return when the next candidate is due (perhaps too early, never too late), or infinity."""
        return self._heap[0][0] if self._heap else inf
