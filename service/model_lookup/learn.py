"""From sources to ``model_versions``: files and folders read as streams, written batch by batch."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from service.catalog import folders, sources
from service.clock import Clock
from service.errors import BadFileError
from service.resources.known_models import KnownModel, Trust
from service.store.model_writer import Learnt, ModelWriter

BATCH = 500

SOURCE_SUFFIXES = (".json", ".jsonl", ".info")
"""What is read of a folder that is given as a CivitAI source."""


@dataclass(slots=True)
class Learned:
    """What was learnt from all sources."""

    learnt: Learnt = field(default_factory=Learnt)
    failed: list[str] = field(default_factory=list)
    """Why a source could not be read, one sentence each."""


class Teacher:
    """Reads sources into the database. One that cannot be read is noted, and the others go on."""

    def __init__(
        self, models: ModelWriter, clock: Clock, on_batch: Callable[[], object] = lambda: None
    ) -> None:
        self._models = models
        self._on_batch = on_batch
        self._clock = clock
        self.lesson = Learned()

    def read_files(self, paths: Iterable[Path], trust: Trust) -> None:
        """Learn from exports, sidecars and maps; of a folder, from all that lie in it."""
        for path in paths:
            if trust is Trust.MANUAL and path.is_dir():
                self.lesson.failed.append(f"{path}: is a folder; name the map's file")
                continue
            inside = sorted(
                each for each in path.rglob("*") if each.suffix.lower() in SOURCE_SUFFIXES
            )
            for file in inside if path.is_dir() else (path,):
                self._learn(sources.read_models(file, trust))

    def read_models(
        self, files: Iterable[folders.ModelFile], on_bytes: Callable[[int], None]
    ) -> None:
        """Learn from local model files and the sidecars beside them."""
        for file in files:
            self._learn(folders.describe(file, self._models, on_bytes))

    def model_files(self, tops: Iterable[Path]) -> list[folders.ModelFile]:
        """Return the model files below these folders; a folder that cannot be listed is noted."""
        found: list[folders.ModelFile] = []
        for top in tops:
            try:
                found.extend(folders.files(top))
            except BadFileError as error:
                self.lesson.failed.append(str(error))
        return found

    def _learn(self, models: Iterator[KnownModel]) -> None:
        told = self._until_it_fails(models)
        while batch := list(islice(told, BATCH)):
            self._models.learn(batch, now=self._clock.stamp(), learnt=self.lesson.learnt)
            self._on_batch()

    def _until_it_fails(self, models: Iterator[KnownModel]) -> Iterator[KnownModel]:
        try:
            yield from models
        except BadFileError as error:
            self.lesson.failed.append(str(error))
