"""What became of one batch, from the moment it was begun until it is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structlog

from service import pipeline
from service.errors import BadFileError, FileGoneError, TryAgainError
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagBatch
from service.records import ImageRows, RawRecord, WatchedFile
from service.store.failures import Failure
from service.watch.arrivals import Arrival, GonePath
from service.watch.rescan import MissingFile

log = structlog.get_logger()


@dataclass(slots=True)
class FileOutcome:
    """What is to be written of a batch, and which of its files are to arrive again."""

    rows: list[ImageRows] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    later: list[tuple[Arrival, TryAgainError]] = field(default_factory=list)
    moved: list[tuple[int, WatchedFile]] = field(default_factory=list)
    gone: list[GonePath] = field(default_factory=list)
    missing: list[MissingFile] = field(default_factory=list)
    unchanged: int = 0


@dataclass(slots=True)
class Counters:
    """Files since the start."""

    done: int = 0
    failed: int = 0
    unchanged: int = 0
    moved: int = 0
    gone: int = 0

    def add(self, outcome: FileOutcome) -> None:
        """Count a finished batch."""
        self.done += len(outcome.rows)
        self.failed += len(outcome.failed)
        self.unchanged += outcome.unchanged
        self.moved += len(outcome.moved)
        self.gone += len(outcome.gone) + len(outcome.missing)


@dataclass(slots=True)
class Batch:
    """A batch that ExifTool is reading, and what is known of its files already."""

    asked: list[tuple[Arrival, FileToRead]]
    pending: TagBatch | None
    outcome: FileOutcome

    def places(self) -> Iterator[tuple[str, str]]:
        """Yield the root and stored path of each file that is read, moved or refused here."""
        for arrival, _ in self.asked:
            yield arrival.place
        for _, file in self.outcome.moved:
            yield file.root, file.path
        for failure in self.outcome.failed:
            yield failure.root, failure.path

    def finish(self) -> FileOutcome:
        """Wait for ExifTool, send its records through the pure stages, and return the outcome."""
        if self.pending is None:
            return self.outcome
        arrivals = {candidate.file: arrival for arrival, candidate in self.asked}
        for candidate, answer in self.pending.result():
            self._sort(arrivals[candidate.file], answer)
        return self.outcome

    def _sort(self, arrival: Arrival, answer: RawRecord | BadFileError | TryAgainError) -> None:
        if isinstance(answer, RawRecord):
            self._process(answer)
        elif isinstance(answer, BadFileError):
            self.reject(arrival, answer)
        elif not isinstance(answer, FileGoneError):  # a deletion is an event of its own
            self.outcome.later.append((arrival, answer))

    def reject(self, arrival: Arrival, error: BadFileError) -> None:
        """Record a file that cannot be read as it is."""
        log.info(
            "file_unreadable", path=arrival.file.path, root=arrival.file.root, reason=str(error)
        )
        self.outcome.failed.append(Failure.of(arrival.file, "extract", error))

    def _process(self, raw: RawRecord) -> None:
        rows = process_record(raw)
        if isinstance(rows, Failure):
            self.outcome.failed.append(rows)
        else:
            self.outcome.rows.append(rows)


def process_record(
    raw: RawRecord, process: Callable[[RawRecord], ImageRows] = pipeline.process
) -> ImageRows | Failure:
    """Return an image's rows, or its failure where a stage has a bug.

    One odd file must not stop the service.
    """
    try:
        return process(raw)
    except Exception as error:  # the one place where a stage's bug is met
        log.exception("bug_in_a_stage", path=raw.file.path, root=raw.file.root)
        return Failure.of(raw.file, "parse", error)
