"""A rescan of many files, none of which has changed."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
from figures import Figure, median

from service.clock import Clock
from service.paths import Root
from service.store.identity import stable_id
from service.store.writer import Store
from service.watch.inbox import Inbox
from service.watch.watch_settings import WatchSettings
from service.worker.intake import Intake

FILES = 100_000
FOLDERS = 100
RUNS = 5

INSERT = """INSERT INTO images (stable_id, root, folder, file_name, size_bytes, mtime_ns, status,
recipe, first_seen_at, ingested_at)
VALUES (?, 'Input', ?, ?, ?, ?, 'no_metadata', 'parsers@1', '', '')"""


def measure(folder: Path) -> Iterator[Figure]:
    """Yield what a rescan costs that finds nothing new."""
    root = Root("Input", folder / "Input")
    rows = list(_files(root.path))
    database = folder / "out" / "images.db"
    with Store.open(database) as store:
        _insert(database, rows)
        settings = WatchSettings()
        runs = [
            _rescan(Intake(Inbox([root], settings), [root], store, settings, Clock()))
            for _ in range(RUNS)
        ]
    how = (
        f"{FILES:,} files in {FOLDERS} folders, median of {RUNS} runs of the worker's rescan, warm"
    )
    yield median("unchanged rescan, wall", [wall for wall, _ in runs], "s", how, 1.5)
    yield median("unchanged rescan, CPU", [cpu for _, cpu in runs], "s", how)


def _files(top: Path) -> Iterator[tuple[str, str, str, int, int]]:
    for number in range(FOLDERS):
        folder = top / f"{number:03d}"
        folder.mkdir(parents=True)
        for place in range(FILES // FOLDERS):
            name = f"image-{place:05d}.png"
            path = folder / name
            path.write_bytes(b"x")
            status = os.lstat(path)
            stored = f"{folder.name}/{name}"
            yield (
                stable_id("Input", stored),
                f"{folder.name}/",
                name,
                status.st_size,
                status.st_mtime_ns,
            )


def _insert(database: Path, rows: list[tuple[str, str, str, int, int]]) -> None:
    connection = apsw.Connection(str(database))
    with connection:
        connection.executemany(INSERT, rows)
    connection.close()


def _rescan(intake: Intake) -> tuple[float, float]:
    intake.want_rescan_of_all("a benchmark")
    wall, cpu = time.perf_counter(), time.process_time()
    while intake.is_scanning:
        if intake.next_work(time.monotonic(), 32):
            raise RuntimeError("the rescan found a change where there is none")
    return time.perf_counter() - wall, time.process_time() - cpu
