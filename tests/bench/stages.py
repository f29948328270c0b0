"""CPU an image of each stage that runs in our own process."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from figures import Figure, quantile
from graphs import large_graph
from store_samples import NOW
from subjects import flat_images, kind, originals

from service import parse, pipeline
from service.extract.direct.found_tags import TESTED
from service.extract.direct.reading import DirectReader
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.normalize import normalize
from service.parse.blobs import collect_blobs
from service.records import Blobs, NormalizedImage, RawRecord, Token, WatchedFile
from service.records.json_values import JsonValue
from service.resources.collect import collect_resources
from service.store.packed_image import PackedImage, pack_image
from service.store.writer import Store
from service.tokens import cut
from service.tokens.cut import split_again

Subject = TypeVar("Subject")

RUNS = 7
BATCH = 64
SMALL = 300


@dataclass(frozen=True, slots=True)
class Subjects:
    """Files that are measured together."""

    words: str
    paths: Sequence[Path]


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the CPU of each stage over real and over small images, and of one large graph."""
    yield from _all_stages(Subjects(kind(), originals(folder / "demo")), folder, limit=0.9)
    small = folder / "small"
    flat_images(small, SMALL)
    paths = sorted(path for path in small.rglob("*.png"))
    yield from _all_stages(Subjects("small PNGs, a third graphs", paths), folder, limit=1.2)
    nodes = large_graph()
    how = f"CPU, least of {RUNS} runs, warm"
    title = f"pure stages, graph of {len(nodes)} nodes"
    yield from _spread(title, [_of_graph(nodes)], pipeline.process, how)


def _all_stages(subjects: Subjects, folder: Path, limit: float) -> Iterator[Figure]:
    """Yield the CPU of looking at the bytes, of the pure stages, and of writing.

    ``limit`` is the goal of all pure stages, in ms.
    """
    sources, words = subjects.paths, subjects.words
    how = f"CPU, {len(sources)} files, least of {RUNS} runs of each, warm"
    yield from _spread(f"{words}: inspect", sources, _look, how)
    yield from _reading_directly(subjects, how)
    raws = _records(sources)
    blobs = [collect_blobs(raw) for raw in raws]
    yield from _spread(f"{words}: blobs", raws, collect_blobs, how)
    yield from _spread(f"{words}: parse", blobs, parse.read_blobs, how)
    read = [(reading, one) for one in blobs if (reading := parse.read_blobs(one)) is not None]
    yield from _spread(f"{words}: normalize", read, _normalize, how)
    made = [_normalize(pair) for pair in read]
    yield from _spread(f"{words}: tokens", made, _cut, how)
    cut = [(one, _cut(one)) for one in made]
    yield from _spread(f"{words}: resources", cut, lambda pair: collect_resources(*pair), how)
    title = f"{words}: all pure stages"
    yield from _spread(title, raws, pipeline.process, how, limit=limit)
    rows = [pipeline.process(raw) for raw in raws]
    yield from _spread(f"{words}: packing", rows, pack_image, how)
    yield _saving(folder / f"{len(rows)}.db", words, [pack_image(one) for one in rows])


def _look(path: Path) -> object:
    return inspect(path, path.stat().st_size)


def _normalize(pair: tuple[parse.ParserAnswers, Blobs]) -> NormalizedImage:
    reading, blobs = pair
    return normalize(reading.generation, blobs, tuple(each for _, each in reading.rivals))


def _reading_directly(subjects: Subjects, how: str) -> Iterator[Figure]:
    """Yield how many files need no ExifTool, and what reading these costs."""
    sources, words = subjects.paths, subjects.words
    reader = DirectReader(TESTED)
    kinds = {path: inspect(path, path.stat().st_size).mime_type for path in sources}

    def read(path: Path) -> object:
        return reader.read_tags(path, path.stat().st_size, kinds[path])

    plain = [path for path in sources if read(path) is not None]
    share = len(plain) / len(sources)
    yield Figure(f"{words}: read directly, share", share, "", f"{len(sources)} files")
    yield from _spread(f"{words}: reading directly", plain, read, how)


def _records(sources: Sequence[Path]) -> list[RawRecord]:
    candidates = [_candidate(path) for path in sources]
    with TagReader() as reader:
        answers = reader.begin(candidates).result()
    return [answer for _, answer in answers if isinstance(answer, RawRecord)]


def _of_graph(nodes: dict[str, object]) -> RawRecord:
    file = WatchedFile(root="Input", path="a_00001_.png", size=1, mtime_ns=1)
    tags: dict[str, JsonValue] = {"PNG:Prompt": json.dumps(nodes)}
    return RawRecord(
        file=file, mime_type="image/png", sha256=None, extractor="exiftool 12.57", tags=tags
    )


def _candidate(path: Path) -> FileToRead:
    status = path.stat()
    file = WatchedFile(
        root="Input", path=path.name, size=status.st_size, mtime_ns=status.st_mtime_ns
    )
    return FileToRead(path, file, inspect(path, status.st_size))


def _cut(image: NormalizedImage) -> tuple[Token, ...]:
    positive, negative = image.base.positive_prompt, image.base.negative_prompt
    return cut.split_prompt(positive or "", "pos") + cut.split_prompt(negative or "", "neg")


def _spread(
    name: str,
    subjects: Sequence[Subject],
    stage: Callable[[Subject], object],
    how: str,
    limit: float | None = None,
) -> Iterator[Figure]:
    least = [float("inf")] * len(subjects)
    for _ in range(RUNS):
        for place, subject in enumerate(subjects):
            split_again.cache_clear()  # a prompt that comes again costs nothing, and says nothing
            before = time.thread_time_ns()
            stage(subject)
            least[place] = min(least[place], time.thread_time_ns() - before)
    for word, value in (
        ("mean", sum(least) / len(least)),
        ("median", quantile(least, 0.5)),
        ("p95", quantile(least, 0.95)),
    ):
        yield Figure(
            f"{name}, {word}", value / 1e6, "ms/image", how, limit if word == "median" else None
        )


def _saving(path: Path, words: str, rows: Sequence[PackedImage]) -> Figure:
    spent = 0.0
    with Store.open(path) as store:
        for start in range(0, len(rows), BATCH):
            before = time.thread_time()
            store.save(rows[start : start + BATCH], now=NOW)
            spent += time.thread_time() - before
    mean = spent / len(rows) * 1000
    how = f"CPU, {len(rows)} files, {BATCH} a batch, new"
    return Figure(f"{words}: store.save, mean", mean, "ms/image", how)
