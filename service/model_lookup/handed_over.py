"""What a command has learnt of models, handed to the service that writes the database.

The command reads and hashes the sources, and writes entries and hashes into a file of lines; the
service, which never reads a stranger's file itself, writes them batch by batch.
"""

import glob
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal, get_args

import orjson

from service.clock import Clock
from service.errors import StartError
from service.records import HashKind
from service.resources.known_models import KnownModel, Trust
from service.store.model_reader import ModelReader
from service.store.model_writer import EntryCounts
from service.store.writer import Store

BATCH = 500

FileKind = Literal["learnt", "images"]
"""What is in a file that goes with a request."""


def new_file(database: Path, kind: FileKind) -> Path:
    """Return a path beside a database, which the service can read."""
    return database.with_name(f"{database.name}.{kind}-{time.time_ns():x}")


def files_beside(database: Path) -> Iterator[Path]:
    """Yield the files that commands have handed over, or had when they were killed."""
    for kind in get_args(FileKind):
        yield from database.parent.glob(f"{glob.escape(database.name)}.{kind}-*")


class EntriesFile:
    """Takes what is learnt, as ``ModelWriter`` does, into a file; what is known it reads."""

    def __init__(self, lines: BinaryIO, known: ModelReader) -> None:
        self._lines = lines
        self._known = known

    def learn(self, models: Sequence[KnownModel], *, now: str, counts: EntryCounts) -> None:  # noqa: ARG002  # the service counts
        """Take entries."""
        for model in models:
            self._add({"model": _as_json(model)})

    def get(self, path: str, size: int, mtime_ns: int) -> dict[HashKind, str] | None:
        """Return the hashes of an unchanged file, or None."""
        return self._known.get(path, size, mtime_ns)

    def put(self, path: str, size: int, mtime_ns: int, hashes: dict[HashKind, str]) -> None:
        """Take the hashes of a file."""
        self._add({"file": [path, size, mtime_ns, hashes]})

    def _add(self, line: dict[str, object]) -> None:
        self._lines.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _as_json(model: KnownModel) -> dict[str, object]:
    fields = {name: getattr(model, name) for name in KnownModel.__slots__}
    return fields | {
        "hashes": dict(model.hashes),
        "extra": dict(model.extra),
        "trust": int(model.trust),
    }


class LearnHandedOver:
    """Writes what a command has learnt. Raises StartError where its file cannot be read."""

    def __init__(self, entries: Path, store: Store, clock: Clock) -> None:
        try:
            self._lines = entries.open("rb")
        except OSError as error:
            raise StartError(f"{entries}: cannot be read by the service ({error})") from error
        self._models = store.models_to_write()
        self._clock = clock
        self._batch: list[bytes] = []
        self.counts = EntryCounts()

    def ask(self, limit: int) -> bool:  # noqa: ARG002  # it waits for nobody, so it has its own
        """Take the next entries; return whether there were any."""
        self._batch += islice(self._lines, BATCH - len(self._batch))
        if not self._batch:
            self._lines.close()
        return bool(self._batch)

    @property
    def is_waiting(self) -> bool:
        """Return whether there are entries to be written."""
        return bool(self._batch)

    @property
    def is_answered(self) -> bool:
        """Return the same."""
        return bool(self._batch)

    def save_oldest(self) -> int:
        """Write them, and return how many."""
        models: list[KnownModel] = []
        for line in self._batch:
            entry = orjson.loads(line)
            if "file" in entry:
                self._models.put(*entry["file"])
            else:
                model = entry["model"]
                models.append(KnownModel(**model | {"trust": Trust(model["trust"])}))
        self._models.learn(models, now=self._clock.stamp(), counts=self.counts)
        self._batch = []
        return len(models)

    def further_counts(self) -> dict[str, int]:
        """Return how many entries were new, changed and known."""
        return asdict(self.counts)

    def failures(self) -> list[tuple[str, str]]:
        """Return nothing: what could not be read, the command knows."""
        return []
