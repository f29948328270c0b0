"""From a file to its row in another connection, with the real service: singly, and in a burst."""

import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
from figures import Figure, quantile
from programs import Project
from subjects import kind, originals, small_images

FILES = 200
BURST = 10_000
BURST_S = 600.0
SETTLE_S = 0.1
LONGEST_S = 60.0
COUNT = "SELECT COUNT(*) FROM images"
ROW = "SELECT 1 FROM images WHERE root = 'Input' AND folder = '' AND file_name = ?"


def measure(folder: Path) -> Iterator[Figure]:
    """Yield how long images take to become rows, less the time for which they must be still."""
    yield from _one_at_a_time(folder / "single")
    yield _burst(folder / "burst")


def _one_at_a_time(folder: Path) -> Iterator[Figure]:
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
    yield Figure("close to row visible, p95", quantile(delays, 0.95) * 1000, "ms", how, 25)
    yield Figure("close to row visible, longest", max(delays) * 1000, "ms", how)


def _burst(folder: Path) -> Figure:
    """Return how fast files become rows that are moved into a watched folder all at once."""
    project = Project(folder, folder / "Input")
    small_images(folder / "ready", BURST)
    project.input.mkdir(parents=True)
    project.configure(processes="auto", settle=SETTLE_S)
    service = project.start("run")
    try:
        _wait_until_up(project)
        connection = apsw.Connection(str(project.database), flags=apsw.SQLITE_OPEN_READONLY)
        began = time.perf_counter()
        for path in sorted((folder / "ready").rglob("*.png")):
            path.rename(project.input / path.name)
        while connection.execute(COUNT).get < BURST:
            if time.perf_counter() - began > BURST_S:
                raise TimeoutError(f"{BURST:,} files did not become rows in {BURST_S:.0f} s")
            time.sleep(0.02)
        speed = BURST / (time.perf_counter() - began)
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(30)
    how = f"{BURST:,} small PNGs moved into a watched folder, from the first to the last row"
    return Figure("burst, rows a second", speed, "1/s", how, least=600)


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
