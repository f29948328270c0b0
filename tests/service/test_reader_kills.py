"""Whoever kills readers in the middle of a backlog changes nothing of what is in the database.

The numbers are for the suite. By hand, with more: ``READER_KILLS=200 READER_IMAGES=5000``.
"""

import os
import random
import shutil
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import psutil
import pytest
import store_dump
from asked import count, rows
from drawn_images import draw_many
from patience import PATIENCE_S
from running_service import Place, environment

from service import demo

IMAGES = int(os.environ.get("READER_IMAGES", "400"))
KILLS = int(os.environ.get("READER_KILLS", "15"))
LIMIT_S = max(2.5 * PATIENCE_S, IMAGES * 0.5)
READER_ENDED = "reader_ended"


def fill(folder: Path) -> int:
    """Write the images, a broken one among them, and return how many files there are."""
    draw_many(folder, IMAGES)
    (folder / "broken.png").write_text("no image", encoding="utf-8")
    return IMAGES + 1 + len(list(demo.write_samples(folder / "samples")))


def dump(database: Path) -> list[str]:
    """Return all that a database says."""
    with closing(apsw.Connection(str(database))) as connection:
        return store_dump.dump(connection)


def two_readers(place: Place) -> None:
    """Let two readers run, on small batches, so that a kill finds something in hand."""
    place.configure(batch_size=4)
    text = place.config.read_text(encoding="utf-8")
    place.config.write_text(text.replace("[extract]", "[extract]\nprocesses = 2"), encoding="utf-8")


def find_readers(pid: int) -> list[psutil.Process]:
    """Return the readers of a process."""
    readers: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if "service.readers" in child.cmdline():
                    readers.append(child)
    return readers


@dataclass(slots=True)
class Killer:
    """Kills one reader, waits until more is saved, and kills the next."""

    process: subprocess.Popen[bytes]
    database: Path
    between: int
    """Rows that are saved between two kills, so that they are spread over the backlog."""
    dice: random.Random
    killed: list[psutil.Process] = field(default_factory=list)

    def kill_all(self, kills: int) -> None:
        """Kill so many readers; give up when the process has ended."""
        while len(self.killed) < kills and self.process.poll() is None:
            found = find_readers(self.process.pid)
            readers = [one for one in found if one not in self.killed]  # some take time to die
            if not readers or not self._is_due():
                time.sleep(0.01)
                continue
            time.sleep(self.dice.uniform(0.0, 0.05))
            victim = self.dice.choice(readers)
            with suppress(psutil.NoSuchProcess):
                victim.kill()
                self.killed.append(victim)

    def _is_due(self) -> bool:
        return count(self.database) >= len(self.killed) * self.between


@pytest.mark.slow
@pytest.mark.timeout(2 * LIMIT_S)
def test_readers_killed_at_random_leave_the_database_of_an_undisturbed_run(
    place: Place, tmp_path: Path
) -> None:
    undisturbed = Place(tmp_path / "undisturbed")
    shutil.copytree(place.top, undisturbed.top, ignore=shutil.ignore_patterns("undisturbed"))
    total = fill(place.input)
    shutil.copytree(place.input, undisturbed.input, dirs_exist_ok=True)
    two_readers(place)
    two_readers(undisturbed)
    assert undisturbed.run("all", timeout=LIMIT_S).returncode == 1  # one file is broken

    process = subprocess.Popen(
        place.command("all", "--json"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        cwd=place.top,
    )
    try:
        between = IMAGES // (2 * KILLS)
        killer = Killer(process, place.database, between, random.Random(20_26))  # noqa: S311  # the same moments every time
        killer.kill_all(KILLS)
        assert process.wait(LIMIT_S) == 1
    finally:
        process.kill()
        process.wait()

    assert len(set(killer.killed)) == KILLS
    assert READER_ENDED in {str(event.get("event")) for event in place.log()}
    assert READER_ENDED not in {str(event.get("event")) for event in undisturbed.log()}
    assert count(place.database) == total
    assert rows(place.database, "PRAGMA integrity_check") == [("ok",)]
    assert rows(place.database, "PRAGMA foreign_key_check") == []
    assert dump(place.database) == dump(undisturbed.database)
    _, alive = psutil.wait_procs(killer.killed, timeout=PATIENCE_S)
    assert alive == []
