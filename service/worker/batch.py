"""What became of one batch, from the moment it was begun until it is written."""

from collections import deque
from collections.abc import Iterator
from dataclasses import field

from service.errors import BadFileError, FileGoneError, TryAgainError
from service.event_log import get_logger
from service.light_dataclasses import dataclass
from service.readers.messages import Answer, Failed
from service.readers.readers import Question
from service.records import WatchedFile
from service.store.failures import Failure
from service.store.packed_image import PackedImage
from service.watch.arrivals import Arrival, GonePath
from service.watch.scan_findings import MissingFile
from service.worker.triage import InHand, ToRead, Triage

log = get_logger(__name__)


@dataclass(slots=True)
class FileOutcome:
    """What is to be written of a batch, and which of its files are to arrive again."""

    rows: list[PackedImage] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    later: list[tuple[Arrival, TryAgainError]] = field(default_factory=list)
    moved: list[tuple[int, WatchedFile]] = field(default_factory=list)
    gone: list[GonePath] = field(default_factory=list)
    missing: list[MissingFile] = field(default_factory=list)
    unchanged: int = 0
    lost: list[tuple[str, str]] = field(default_factory=list)
    """Root and path of what was present until this was written, and is missing now."""

    def log(self, *, done: int, waiting: int) -> None:
        """Log what is in the database now; of what moved or went, the first by name."""
        if self.rows:
            log.info("images_saved", count=len(self.rows), done=done, waiting=waiting)
        if self.moved:
            _, first = self.moved[0]
            log.info("images_moved", count=len(self.moved), root=first.root, path=first.path)
        if self.lost:
            root, path = self.lost[0]
            log.info("images_missing", count=len(self.lost), root=root, path=path)


@dataclass(slots=True)
class Counters:
    """Files since the start."""

    done: int = 0
    failed: int = 0
    unchanged: int = 0
    moved: int = 0
    gone: int = 0
    """Images that were there until now."""

    def add(self, outcome: FileOutcome) -> None:
        """Count a finished batch."""
        self.done += len(outcome.rows)
        self.failed += len(outcome.failed)
        self.unchanged += outcome.unchanged
        self.moved += len(outcome.moved)
        self.gone += len(outcome.lost)


@dataclass(slots=True)
class Batch:
    """A batch that the readers have: first they look at its files, then they read them."""

    arrivals: list[Arrival]
    looking: Question | None
    outcome: FileOutcome
    to_read: list[ToRead] = field(default_factory=list)
    """Known once it is sorted."""
    reading: Question | None = None
    is_sorted: bool = False
    """Whether it was decided which of its files are to be read."""
    is_scrub: bool = False
    """Whether its files are known, and only looked at again."""
    slow: "list[Batch]" = field(default_factory=list)
    """Its files in the slow lane, each as a batch of its own."""

    @property
    def is_looked_at(self) -> bool:
        """Return whether it can be sorted."""
        return self.looking is None or self.looking.is_answered

    @property
    def is_done(self) -> bool:
        """Return whether all its files have been answered for."""
        return self.is_sorted and (self.reading is None or self.reading.is_answered)

    @property
    def count(self) -> int:
        """Return how many files it still waits for."""
        return len(self.to_read) if self.is_sorted else len(self.arrivals)

    def places(self) -> Iterator[tuple[str, str]]:
        """Yield the root and stored path of each file that is read, moved or refused here."""
        if not self.is_sorted:
            yield from (arrival.place for arrival in self.arrivals)
        for each in self.to_read:
            yield each.arrival.place
        for _, file in self.outcome.moved:
            yield file.root, file.path
        for failure in self.outcome.failed:
            yield failure.root, failure.path

    def take_looked(self) -> list[tuple[Arrival, Answer]]:
        """Return what was seen of each file.

        Those in the slow lane leave this batch: each is one of its own from now on (``slow``).
        """
        if self.looking is None:
            return []
        seen: list[tuple[Arrival, Answer]] = []
        for arrival, answer in zip(self.arrivals, self.looking.answers(), strict=True):
            if isinstance(answer, Question):
                self.slow.append(Batch([arrival], answer, FileOutcome()))
            else:
                seen.append((arrival, answer))
        return seen

    def sort(self, found: Triage, reading: Question | None) -> None:
        """Take over what was decided of its files, and the question for those without rows."""
        self.is_sorted = True
        self.to_read = found.to_read
        self.reading = reading
        self.outcome.later.extend(found.later)
        self.outcome.moved.extend(found.moved)
        for arrival, reason in found.bad:
            self._reject(arrival, reason)

    def take_slow(self) -> "list[Batch]":
        """Remove and return its files in the slow lane, each as a batch of its own."""
        slow, self.slow = self.slow, []
        return slow

    def finish(self) -> FileOutcome:
        """Return the whole outcome, once it is done."""
        answers = iter(() if self.reading is None else self.reading.answers())
        for each in self.to_read:
            answer = next(answers) if each.rows is None else each.rows
            if isinstance(answer, Question):
                self.slow.append(Batch([], None, FileOutcome(), [each], answer, is_sorted=True))
            else:
                self._take(each.arrival, answer)
        return self.outcome

    def _take(self, arrival: Arrival, answer: Answer) -> None:
        if isinstance(answer, PackedImage):
            if answer.file[:2] == arrival.place:
                self.outcome.rows.append(answer)
            else:  # whoever answered is not to be trusted with another file's rows
                self._reject(arrival, Failed("read", "ValueError", "rows of another file came"))
        elif isinstance(answer, TryAgainError):
            if not isinstance(answer, FileGoneError):  # a deletion is an event of its own
                self.outcome.later.append((arrival, answer))
        elif isinstance(answer, BadFileError | Failed):
            self._reject(arrival, answer)

    def _reject(self, arrival: Arrival, reason: BadFileError | Failed) -> None:
        """Record a file that cannot be read as it is."""
        if isinstance(reason, BadFileError):
            reason = Failed("extract", type(reason).__name__, str(reason))
        file = arrival.file
        log.info("file_unreadable", path=file.path, root=file.root, reason=reason.message)
        self.outcome.failed.append(failure_of(file, reason))


class BatchesInHand:
    """The batches that are begun and not yet written, oldest first."""

    def __init__(self) -> None:
        self.queue: deque[Batch] = deque()
        """Written in this order."""
        self.slow: list[Batch] = []
        """Files in the slow lane, one each; nobody waits for them."""

    def __iter__(self) -> Iterator[Batch]:
        yield from self.queue
        yield from self.slow

    def __bool__(self) -> bool:
        return bool(self.queue or self.slow)

    def count_files(self) -> int:
        """Return how many files the readers still have."""
        return sum(batch.count for batch in self)

    def places(self) -> set[tuple[str, str]]:
        """Return the root and stored path of each file in hand."""
        found: set[tuple[str, str]] = set()
        for batch in self:
            found.update(batch.places())
        return found

    def contents(self) -> InHand:
        """Return what triage must know of them."""
        in_hand = InHand()
        for batch in self:
            in_hand.claimed.update(image_id for image_id, _ in batch.outcome.moved)
            for each in batch.to_read:
                file = each.file
                in_hand.read.setdefault(file.signature.sha256, []).append(file.location)
        return in_hand

    def next_to_sort(self) -> Batch | None:
        """Return the next batch that can be sorted.

        One after the other: whether a file has moved depends on what those before it are.
        """
        unsorted = next((batch for batch in self.queue if not batch.is_sorted), None)
        if unsorted is not None and unsorted.is_looked_at:
            return unsorted
        for batch in self.slow:
            if not batch.is_sorted and batch.is_looked_at:
                return batch
        return None

    def pop_done(self) -> Batch | None:
        """Remove and return the oldest batch if it can be written, else one of the slow lane."""
        if self.queue and self.queue[0].is_done:
            return self.queue.popleft()
        for batch in self.slow:
            if batch.is_done:
                self.slow.remove(batch)
                return batch
        return None

    def clear(self) -> None:
        """Forget them all: a rescan finds their files again."""
        self.queue.clear()
        self.slow.clear()


def failure_of(file: WatchedFile, failed: Failed) -> Failure:
    """Return a reader's word of a file as the database records it."""
    return Failure(
        file.root,
        file.path,
        failed.stage,
        failed.error_class,
        failed.message,
        file.size,
        file.mtime_ns,
        file.sidecars,
    )
