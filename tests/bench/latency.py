"""From the closing of a file to its row in another connection, with the real service."""

import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
from figures import Figure, quantile
from programs import Project
from subjects import kind, originals

FILES = 200
SETTLE_S = 0.1
LONGEST_S = 20.0
ROW = "SELECT 1 FROM images WHERE root = 'Input' AND folder = '' AND file_name = ?"


def measure(folder: Path) -> Iterator[Figure]:
    """Yield how long images take to become rows, less the time for which they must be still."""
    project = Project(folder, folder / "Input")
    project.input.mkdir(parents=True)
    project.configure(processes="auto", settle=SETTLE_S)
    sources = originals(folder / "demo")
    service = project.start("run")
    try:
        delays = list(_delays(project, sources))
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(30)
    how = (
        f"{FILES} {kind()} one at a time at random phases; polled each ms; "
        f"{SETTLE_S} s settle time taken off"
    )
    yield Figure("close to row visible, median", quantile(delays, 0.5) * 1000, "ms", how)
    yield Figure("close to row visible, p95", quantile(delays, 0.95) * 1000, "ms", how, 30)
    yield Figure("close to row visible, longest", max(delays) * 1000, "ms", how)


def _delays(project: Project, sources: list[Path]) -> Iterator[float]:
    _wait_until_up(project)
    connection = apsw.Connection(str(project.database), flags=apsw.SQLITE_OPEN_READONLY)
    dice = random.Random(1)  # noqa: S311  # phases, no secrets
    shutil.copyfile(sources[0], project.input / f"first{sources[0].suffix}")
    time.sleep(1)
    for number in range(FILES):
        time.sleep(dice.uniform(0, 0.1))
        source = sources[number % len(sources)]
        name = f"{number:04d}-{source.name}"
        with (project.input / name).open("wb") as file:
            file.write(source.read_bytes() + number.to_bytes(8, "big"))  # a content of its own
        closed = time.perf_counter()
        while connection.execute(ROW, (name,)).fetchone() is None:
            if time.perf_counter() - closed > LONGEST_S:
                raise TimeoutError(f"{name} did not become a row in {LONGEST_S} s")
            time.sleep(0.001)
        yield time.perf_counter() - closed - SETTLE_S


def _wait_until_up(project: Project) -> None:
    began = time.monotonic()
    while not project.database.with_name("images.db.status.json").exists():
        if time.monotonic() - began > LONGEST_S:
            raise TimeoutError((project.top / "console.txt").read_text(encoding="utf-8"))
        time.sleep(0.05)
    time.sleep(1)  # the first rescan
