"""From sources to ``model_versions``: files and folders read as streams, written batch by batch."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from itertools import islice
from pathlib import Path
from typing import Protocol

from service.catalog import folders, sources
from service.clock import Clock
from service.errors import BadFileError
from service.light_dataclasses import dataclass
from service.resources.known_models import KnownModel, Trust
from service.store.model_writer import EntryCounts

BATCH = 500

SOURCE_SUFFIXES = (".json", ".jsonl", ".info")
"""What is read of a folder that is given as a CivitAI source."""


@dataclass(slots=True)
class SourceReport:
    """What became of all sources."""

    counts: EntryCounts = field(default_factory=EntryCounts)
    failed: list[str] = field(default_factory=list)
    """Why a source could not be read, one sentence each."""
    in_part: list[str] = field(default_factory=list)
    """What of a source could not be read, where the rest was taken."""
    notes: list[str] = field(default_factory=list)
    """What is odd about a source, such as a sidecar of another file."""


class Learner(folders.Cache, Protocol):
    """What entries are given to: the database, or a file for the service that writes it."""

    def learn(self, models: Sequence[KnownModel], *, now: str, counts: EntryCounts) -> None:
        """Take a batch of entries, and count them."""
        ...


class SourceLearner:
    """Reads sources into the database. One that cannot be read is noted, and the others go on."""

    def __init__(
        self, models: Learner, clock: Clock, on_batch: Callable[[], object] = lambda: None
    ) -> None:
        self._models = models
        self._on_batch = on_batch
        self._clock = clock
        self.report = SourceReport()

    def learn_files(self, paths: Iterable[Path], trust: Trust) -> None:
        """Learn from exports, sidecars and maps; of a folder of sidecars, from each in it."""
        for path in paths:
            if not path.is_dir():
                self._learn(sources.read_models(path, trust))
            elif trust is Trust.MANUAL:
                self.report.failed.append(f"{path}: is a folder; name the map's file")
            else:
                for file in sorted(path.rglob("*")):
                    if file.suffix.lower() in SOURCE_SUFFIXES and file.is_file():
                        self._learn(sources.read_models(file, trust))

    def learn_model_files(
        self, files: Iterable[folders.ModelFile], on_bytes: Callable[[int], None]
    ) -> None:
        """Learn from local model files and the sidecars beside them."""
        for file in files:
            described = folders.describe_model_file(
                file, self._models, on_bytes, self.report.notes.append
            )
            self._learn(described)

    def find_model_files(self, tops: Iterable[Path]) -> list[folders.ModelFile]:
        """Return the model files below these folders; a folder that cannot be listed is noted."""
        found: list[folders.ModelFile] = []
        for top in tops:
            try:
                found.extend(folders.find_model_files(top))
            except BadFileError as error:
                self.report.failed.append(str(error))
        return found

    def _learn(self, models: Iterator[KnownModel]) -> None:
        readable = self._note_failure(models)
        while batch := list(islice(readable, BATCH)):
            self._models.learn(batch, now=self._clock.stamp(), counts=self.report.counts)
            self._on_batch()

    def _note_failure(self, models: Iterator[KnownModel]) -> Iterator[KnownModel]:
        """Yield the models as far as they can be read, and note why no further."""
        has_any = False
        try:
            for model in models:
                has_any = True
                yield model
        except BadFileError as error:
            (self.report.in_part if has_any else self.report.failed).append(str(error))
