"""Whether known files still hold the bytes that their rows are of: a few are hashed again at times.

A rescan compares size and time. Bytes that changed under the same size and time (a failing disk, a
program that sets the time back, a change that came while the service was down) only a new hash
finds. What has not changed and is read without ExifTool is read by it once more: where both differ,
ExifTool's word is kept.
"""

from collections.abc import Sequence
from pathlib import Path

from service.errors import TryAgainError
from service.event_log import get_logger
from service.extract.signatures import FileState
from service.light_dataclasses import dataclass
from service.readers.messages import Answer, Audit, Taken
from service.store.file_rows import HashedFile
from service.watch.arrivals import Arrival
from service.worker.batch import Batch, FileOutcome
from service.worker.parts import Parts

log = get_logger(__name__)

AT_ONCE = 8
"""Files that are hashed again together."""
FIRST_S = 60.0
"""From the start to the first ones: a start has other things to do."""
LEAST_PAUSE_S = 2.0


@dataclass(slots=True)
class ScrubCounts:
    """What was found since the start."""

    checked: int = 0
    changed: int = 0
    compared: int = 0
    """Read by both readers."""
    differing: int = 0


class Scrub:
    """Goes round all known files in ``period_s`` seconds of running; a restart goes on there.

    None: never.
    """

    def __init__(self, parts: Parts, period_s: float | None, now: float) -> None:
        self._store = parts.store
        self._roots = parts.roots
        self._readers = parts.readers
        self._period_s = period_s
        self._next = now + FIRST_S
        self._count = 0
        """How many files a round has; counted at its start, since that reads the whole table."""
        self._known: dict[tuple[str, str], str] = {}
        """The hashes of the files that are being hashed, by place."""
        self.counts = ScrubCounts()

    def next_batch(self, now: float) -> Batch | None:
        """Have the next files looked at, if it is time; return them as a batch."""
        try:
            files = self.next_files(now)
        except TryAgainError:  # another program holds the database
            return None
        if not files:
            return None
        looking = self._readers.audit([(each.location, each.file) for each in files])
        return Batch(files, looking, FileOutcome(), is_scrub=True)

    def next_files(self, now: float) -> list[Arrival]:
        """Return the files to be looked at now; none until it is time. Raises TryAgainError."""
        if self._period_s is None or now < self._next:
            return []
        page = self._next_page()
        share = AT_ONCE / max(1, self._count)
        self._next = now + max(LEAST_PAUSE_S, self._period_s * share)
        self._known = {(row.file.root, row.file.path): row.sha256 for row in page}
        arrivals: list[Arrival] = []
        for row in page:
            root = self._roots.get(row.file.root)
            if root is None:
                continue
            location = root.locate(row.file.path)
            if _is_as_known(location, row):
                arrivals.append(Arrival(root, row.file, location))
        return arrivals

    def _next_page(self) -> list[HashedFile]:
        """Return the next files, at the end of all the first ones again."""
        position = self._store.scrub_position()
        if not (position and self._count):
            self._count = self._store.count_files()
        page = self._store.hashed_files(position, AT_ONCE)
        self._store.set_scrub_position(page[-1].image_id if page else 0)
        return page

    def find_changed(
        self, looked: Sequence[tuple[Arrival, Answer]], outcome: FileOutcome
    ) -> list[tuple[Arrival, Answer]]:
        """Return those that are no longer what their rows are of.

        The rows of those that both readers read differently are to be written.
        """
        changed: list[tuple[Arrival, Answer]] = []
        for arrival, answer in looked:
            if isinstance(answer, TryAgainError):  # it will be found by what has it in hand
                continue
            self.counts.checked += 1
            if isinstance(answer, Audit):
                if answer.signature.sha256 == self._known.get(arrival.place):
                    self._take_comparison(arrival, answer, outcome)
                    continue
                answer = Taken(answer.signature, None)  # noqa: PLW2901 - what is known of it now
            self.counts.changed += 1
            log.warning("content_changed_unnoticed", path=arrival.file.path, root=arrival.file.root)
            changed.append((arrival, answer))
        return changed

    def _take_comparison(self, arrival: Arrival, audit: Audit, outcome: FileOutcome) -> None:
        """Keep ExifTool's word of a file, where the direct reader has another."""
        self.counts.compared += audit.is_compared
        if audit.rows is None:
            return
        self.counts.differing += 1
        log.warning("direct_reading_differs", path=arrival.file.path, root=arrival.file.root)
        if audit.rows.file[:2] == arrival.place:  # else rows of another file came
            outcome.rows.append(audit.rows)

    def describe(self) -> dict[str, str | None]:
        """Return what was found since the start, for ``status``; None before the first."""
        counts = self.counts
        scrub = f"{counts.checked:,} files hashed again, {counts.changed:,} had changed"
        direct = f"{counts.compared:,} files read by ExifTool too, {counts.differing:,} differed"
        return {
            "scrub": scrub if counts.checked else None,
            "direct": direct if counts.compared else None,
        }


def _is_as_known(location: Path, row: HashedFile) -> bool:
    """Return whether a file has the size and time of its row: else a rescan will meet it."""
    try:
        state = FileState.of(location)
    except OSError:
        return False
    return (state.size, state.mtime_ns) == (row.file.size, row.file.mtime_ns)
