"""How the work grows with the readers, and where the one writer ends it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from figures import Figure, median
from programs import Cost, Project, measured
from store_samples import NOW
from subjects import copies, kind, small_images

from service.extract.exiftool_settings import NO_CONFIG, READ
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.model_lookup.resolve_rows import Resolver
from service.pipeline import process
from service.records import RawRecord, WatchedFile
from service.store.packed_image import PackedImage, pack_image
from service.store.writer import Store

FILES = 1_500
FEW = 20
"""A pass over so few files costs its start, which is taken off the others."""
ROUNDS = 3
BATCH = 64
WRITES = 4_000
"""Images that the writer alone is given."""

PINNED = "import os, sys; os.sched_setaffinity(0, {0}); os.execv(sys.argv[1], sys.argv[1:])"
"""Our command on the first core alone."""

OWN_COST = """
import atexit, resource, sys
place = sys.argv.pop(1)
def tell():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    with open(place, "w") as file:
        file.write(str(usage.ru_utime + usage.ru_stime))
atexit.register(tell)
from service.__main__ import main
main()
"""
"""Our command, which writes at its end what its main process took, into the file named first."""

SETUPS: dict[str, tuple[int, bool]] = {
    "one reader on one core": (1, True),
    "one reader on all cores": (1, False),
    "two readers on all cores": (2, False),
}
"""Readers, and whether all processes share one core. A reader and its ExifTool are two processes
that work at the same time, so that one reader already fills more than a core."""

QUIET: dict[str, Any] = {
    "stdin": subprocess.PIPE,
    "stdout": subprocess.DEVNULL,
    "stderr": subprocess.DEVNULL,
}

Round = dict[str, Cost]


def measure(folder: Path) -> Iterator[Figure]:
    """Yield what a second reader brings, and how many images the writer alone can take."""
    real, small = folder / "real", folder / "small"
    sets = {kind(): (real, copies(real, FILES)), "small PNGs": (small, FILES)}
    small_images(small, FILES)
    small_images(folder / "few", FEW)
    for words, (images, count) in sets.items():
        yield from _gain(folder, words, images, count - FEW)
        yield from _main_process(folder, words, images, count - FEW)
        yield from _writing(folder, words, images)


def _gain(folder: Path, words: str, images: Path, count: int) -> Iterator[Figure]:
    """Yield images a second of each set-up, and the ratios of each round."""
    _round(folder, images)  # warms the disk's cache
    rounds = [_round(folder, images) for _ in range(ROUNDS)]
    how = f"{count} {words}, start taken off, {ROUNDS} rounds, {os.cpu_count()} cores"
    for name in SETUPS:
        speeds = [count / one[name].wall for one in rounds]
        yield median(f"all, {name}, {words}", speeds, "1/s", how)
        costs = [one[name].cpu / count * 1000 for one in rounds]
        yield median(f"all, {name}, {words}, CPU of all", costs, "ms/image", how)
    bare = [_bare_gain(images)]
    yield median(f"two bare ExifTools / one, {words}", bare, "x", "each reads half; " + how)
    *ones, two = SETUPS
    for name in ones:
        gains = [one[name].wall / one[two].wall for one in rounds]
        least = 1.7 if SETUPS[name][1] else None  # twice the processes, and twice the cores
        title = f"{two} / {name}, {words}"
        yield median(title, gains, "x", "of each round; " + how, least=least)


def _bare_gain(images: Path) -> float:
    """Return what a second ExifTool brings that does nothing but read: what the cores can give."""
    files = [str(path) for path in sorted(images.rglob("*")) if path.is_file()]
    one = _bare([files])
    return one / _bare([files[::2], files[1::2]])


def _bare(parts: Sequence[Sequence[str]]) -> float:
    """Read each part with an ExifTool of its own, all at once; return the seconds."""
    command = ["exiftool", *NO_CONFIG, *READ, "-@", "-"]
    began = time.perf_counter()
    running = [_feed(subprocess.Popen(command, **QUIET), part) for part in parts]
    for reading in running:
        reading.wait()
    return time.perf_counter() - began


def _feed(reading: subprocess.Popen[bytes], files: Sequence[str]) -> subprocess.Popen[bytes]:
    if reading.stdin is not None:
        reading.stdin.write("\n".join(files).encode())
        reading.stdin.close()
    return reading


def _round(folder: Path, images: Path) -> Round:
    return {name: _steady(folder, images, *setup) for name, setup in SETUPS.items()}


def _steady(folder: Path, images: Path, readers: int, is_pinned: bool) -> Cost:  # noqa: FBT001 (a set-up's part)
    start = _pass(folder, folder / "few", readers, is_pinned=is_pinned)
    whole = _pass(folder, images, readers, is_pinned=is_pinned)
    return Cost(whole.wall - start.wall, whole.cpu - start.cpu)


def _pass(folder: Path, images: Path, readers: int, *, is_pinned: bool) -> Cost:
    project = Project(folder / "project", images)
    project.configure(processes=readers)
    project.forget()
    command = project.command("all")
    if is_pinned:
        command = [sys.executable, "-c", PINNED, *command]
    return measured(command, folder / "said.txt", folder)


def _main_process(folder: Path, words: str, images: Path, count: int) -> Iterator[Figure]:
    """Yield what the main process takes of an image, and how many a second fill its one core."""
    costs = []
    for _ in range(ROUNDS):
        start, whole = _own_cost(folder, folder / "few"), _own_cost(folder, images)
        costs.append((whole - start) / count)
    how = f"{count} {words}, start taken off, one reader, {ROUNDS} passes"
    milliseconds = [cost * 1000 for cost in costs]
    yield median(f"the main process, {words}, CPU", milliseconds, "ms/image", how)
    speeds = [1 / cost for cost in costs]
    yield median(f"the main process, {words}, ceiling", speeds, "1/s", "of its CPU; " + how)


def _own_cost(folder: Path, images: Path) -> float:
    """Return the seconds of CPU that the main process of a pass takes, its readers apart."""
    project = Project(folder / "project", images)
    project.configure(processes=1)
    project.forget()
    told = folder / "own.txt"
    arguments = project.command("all")[3:]
    measured([sys.executable, "-c", OWN_COST, str(told), *arguments], folder / "said.txt", folder)
    return float(told.read_text(encoding="utf-8"))


def _writing(folder: Path, words: str, images: Path) -> Iterator[Figure]:
    """Yield how many packed images a second the writer takes: all that readers can be fed for."""
    packed = _packed(images)
    spent = [_write(folder / f"{words}-{number}.db", packed) for number in range(ROUNDS)]
    how = f"{len(packed)} {words}, {BATCH} a batch, new, one thread, {ROUNDS} databases"
    speeds = [len(packed) / seconds for seconds in spent]
    yield median(f"the writer alone, ready rows, {words}", speeds, "1/s", how)


def _packed(images: Path) -> list[PackedImage]:
    files = (path for path in images.rglob("*") if path.is_file() and path.stat().st_size)
    found = sorted(path for path in files if not path.name.startswith("."))  # our marker is there
    rows: list[PackedImage] = []
    with TagReader() as reader:
        for start in range(0, min(len(found), WRITES), BATCH):
            files = [_to_read(path, images) for path in found[start : start + BATCH]]
            for _, answer in reader.begin(files).result():
                if isinstance(answer, RawRecord):
                    rows.append(pack_image(process(answer)))
    return rows


def _to_read(path: Path, images: Path) -> FileToRead:
    status = path.stat()
    name = path.relative_to(images).as_posix()
    file = WatchedFile(root="Input", path=name, size=status.st_size, mtime_ns=status.st_mtime_ns)
    return FileToRead(path, file, inspect(path, status.st_size))


def _write(database: Path, packed: Sequence[PackedImage]) -> float:
    """Write all into a new database; return the seconds."""
    with Store.open(database) as store:
        resolver = Resolver(store)
        began = time.perf_counter()
        for start in range(0, len(packed), BATCH):
            store.save(resolver.apply(packed[start : start + BATCH]), now=NOW)
        return time.perf_counter() - began
