"""How the work grows with the readers, and where the one writer ends it."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from figures import Figure, median
from programs import Cost, Project, measured
from store_samples import NOW
from subjects import copies, kind, small_images

from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.model_lookup.resolve_rows import Resolver
from service.pipeline import process
from service.records import RawRecord, WatchedFile
from service.store.packed_image import PackedImage, pack_image
from service.store.writer import Store

FILES = 1_500
ROUNDS = 5
READERS = (1, 2)
BATCH = 32
WRITES = 4_000
"""Images that the writer alone is given."""


def measure(folder: Path) -> Iterator[Figure]:
    """Yield what a second reader brings, and how many images the writer alone can take."""
    real, small = folder / "real", folder / "small"
    sets = {kind(): (real, copies(real, FILES)), "small PNGs": (small, FILES)}
    small_images(small, FILES)
    for words, (images, count) in sets.items():
        yield from _gain(folder, words, images, count)
        yield from _writing(folder, words, images)


def _gain(folder: Path, words: str, images: Path, count: int) -> Iterator[Figure]:
    """Yield images a second with one reader and with two, and the ratio of each round."""
    project = Project(folder / "project", images)
    rounds = [_round(folder, project) for _ in range(ROUNDS + 1)][1:]  # the first warms the disk
    how = f"{count} {words}, {ROUNDS} rounds of {READERS} readers, {os.cpu_count()} cores"
    for readers in READERS:
        speeds = [count / one[readers].wall for one in rounds]
        yield median(f"all, {readers} readers, {words}", speeds, "1/s", how)
        costs = [one[readers].cpu / count * 1000 for one in rounds]
        yield median(f"all, {readers} readers, {words}, CPU of all", costs, "ms/image", how)
    gains = [one[1].wall / one[2].wall for one in rounds]
    yield median(f"two readers to one, {words}", gains, "x", "of each round; " + how)


def _round(folder: Path, project: Project) -> dict[int, Cost]:
    costs: dict[int, Cost] = {}
    for readers in READERS:
        project.configure(processes=readers)
        project.forget()
        costs[readers] = measured(project.command("all"), folder / "said.txt", folder)
    return costs


def _writing(folder: Path, words: str, images: Path) -> Iterator[Figure]:
    """Yield how many packed images a second the writer takes: all that readers can be fed for."""
    packed = _packed(images)
    spent = [_write(folder / f"{words}-{number}.db", packed) for number in range(ROUNDS)]
    how = f"{len(packed)} {words}, {BATCH} a batch, new, one thread, {ROUNDS} databases"
    speeds = [len(packed) / seconds for seconds in spent]
    yield median(f"the writer alone, {words}", speeds, "1/s", how)


def _packed(images: Path) -> list[PackedImage]:
    found = sorted(path for path in images.rglob("*") if path.is_file() and path.stat().st_size)
    rows: list[PackedImage] = []
    with TagReader(processes=2) as reader:
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
