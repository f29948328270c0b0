"""CPU an image of each stage that runs in our own process."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from figures import Figure, quantile
from graphs import large_graph
from store_samples import NOW
from subjects import kind, originals

from service import parse, pipeline
from service.extract.direct.found_tags import TESTED
from service.extract.direct.reading import DirectReader
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.normalize import normalize
from service.parse.blobs import collect_blobs
from service.records import ImageRows, NormalizedImage, RawRecord, Token, WatchedFile
from service.records.json_values import JsonValue
from service.resources.collect import collect_resources
from service.store.writer import Store
from service.tokens import cut
from service.tokens.cut import split_again

Subject = TypeVar("Subject")

RUNS = 7
BATCH = 32


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the CPU of looking at the bytes, of the pure stages, and of writing."""
    sources = originals(folder / "demo")
    how = f"CPU, {len(sources)} {kind()}, least of {RUNS} runs of each, warm"
    yield from _spread("inspect", sources, lambda path: inspect(path, path.stat().st_size), how)
    yield from _reading_directly(sources, how)
    raws = _records(sources)
    blobs = [collect_blobs(raw) for raw in raws]
    yield from _spread("blobs", raws, collect_blobs, how)
    yield from _spread("parse", blobs, parse.read_blobs, how)
    read = [(reading, one) for one in blobs if (reading := parse.read_blobs(one)) is not None]
    made = [(normalize(r.generation, b, tuple(g for _, g in r.rivals))) for r, b in read]
    yield from _spread(
        "normalize",
        read,
        lambda pair: normalize(pair[0].generation, pair[1], tuple(g for _, g in pair[0].rivals)),
        how,
    )
    yield from _spread("tokens", made, _cut, how)
    cut = [(one, _cut(one)) for one in made]
    yield from _spread("resources", cut, lambda pair: collect_resources(*pair), how)
    yield from _spread("all pure stages", raws, pipeline.process, how, limit=1.0)
    graph = _of_graph(large_graph())
    yield from _spread(
        f"pure stages, graph of {len(large_graph())} nodes",
        [graph],
        pipeline.process,
        f"CPU, least of {RUNS} runs, warm",
    )
    yield _saving(folder, [pipeline.process(raw) for raw in raws])


def _reading_directly(sources: Sequence[Path], how: str) -> Iterator[Figure]:
    """Yield how many files need no ExifTool, and what reading these costs."""
    reader = DirectReader(TESTED)
    kinds = {path: inspect(path, path.stat().st_size).mime_type for path in sources}

    def read(path: Path) -> object:
        return reader.read_tags(path, path.stat().st_size, kinds[path])

    plain = [path for path in sources if read(path) is not None]
    yield Figure("read directly, share", len(plain) / len(sources), "", f"{len(sources)} {kind()}")
    yield from _spread("reading directly", plain, read, how)


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


def _saving(folder: Path, rows: Sequence[ImageRows]) -> Figure:
    spent = 0.0
    with Store.open(folder / "images.db") as store:
        for start in range(0, len(rows), BATCH):
            before = time.thread_time()
            store.save(rows[start : start + BATCH], now=NOW)
            spent += time.thread_time() - before
    return Figure(
        "store.save, mean",
        spent / len(rows) * 1000,
        "ms/image",
        f"CPU, {len(rows)} {kind()}, {BATCH} a batch, new",
    )
