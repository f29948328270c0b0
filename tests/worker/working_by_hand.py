"""A worker in this process, driven by hand: one pass after another over a folder of its own."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asked
import psutil
import pytest
import store_dump
from patience import PATIENCE_S
from running_service import Place

from service.assembly import Assembly, assemble
from service.config import load, prepare
from service.readers.configured_readers import start_readers

LISTENER = """#!/bin/sh
tee -a '{log}' | exec '{exiftool}' "$@"
"""


@dataclass(frozen=True, slots=True)
class ByHand:
    """A house whose worker works only when told to."""

    place: Place
    house: Assembly
    heard: Path
    """Everything that ExifTool was told."""

    def work(self) -> None:
        """Compare the disk with the database and work until nothing waits."""
        self.house.worker.run_until_idle(threading.Event())

    def wait_for_readers(self) -> None:
        """Wait until the readers have answered all that they were asked."""
        for batch in self.house.worker._in_hand:
            for question in (batch.looking, batch.reading):
                assert question is None or question.wait(PATIENCE_S)

    def kill_exiftools(self) -> None:
        """Kill every ExifTool of the readers."""
        for child in psutil.Process().children(recursive=True):
            if "exiftool" in child.name() or "perl" in child.name():
                child.kill()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask the database."""
        return asked.rows(self.place.database, query)

    def dump(self) -> list[str]:
        """Return all the database says."""
        return store_dump.dump(self.house.store._connection)

    def read_by_exiftool(self) -> list[str]:
        """Return the names of the files that ExifTool was asked for since the last call."""
        lines = (
            self.heard.read_bytes().decode("utf-8", "replace").splitlines()
            if self.heard.exists()
            else []
        )
        self.heard.write_bytes(b"")
        return sorted(line.rpartition("/")[2] for line in lines if line.startswith("/"))


@pytest.fixture
def heard(tmp_path: Path, place: Place) -> Path:
    """Put a program between us and ExifTool, which reads all, that writes down what is asked."""
    exiftool = shutil.which("exiftool")
    if exiftool is None:
        pytest.skip("no ExifTool on PATH")
    log = tmp_path / "heard.txt"
    between = tmp_path / "exiftool"
    between.write_text(LISTENER.format(log=log, exiftool=exiftool), encoding="utf-8")
    between.chmod(0o755)
    place.configure(exiftool=str(between), reader="exiftool", batch_size=8)
    return log


@dataclass(frozen=True, slots=True)
class Door:
    """Opens the house and closes it, as often as a test wants."""

    place: Place
    heard: Path
    stack: ExitStack = field(default_factory=ExitStack)

    def open(self) -> ByHand:
        """Return the house, opened (again)."""
        self.close()
        config = load(self.place.config, variables={})
        prepare(config)
        readers = self.stack.enter_context(start_readers(config, starts_exiftool=False))
        house = self.stack.enter_context(assemble(config, readers, watch=False))
        return ByHand(self.place, house, self.heard)

    def close(self) -> None:
        """Close it, as at the end of the service."""
        self.stack.close()


@pytest.fixture
def door(place: Place, heard: Path) -> Iterator[Door]:
    """Return the way into a house, for tests that restart it."""
    made = Door(place, heard)
    yield made
    made.close()


@pytest.fixture
def by_hand(door: Door) -> ByHand:
    """Return a house to be worked by hand."""
    return door.open()
