"""CPU an image of each stage that runs in our own process."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from figures import Figure, quantile
from pydantic import JsonValue
from store_samples import NOW
from subjects import kind, originals

from service import parse, pipeline, tokens
from service.extract.direct.found_tags import TESTED
from service.extract.direct.reading import DirectReader
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.normalize import normalize
from service.parse.blobs import collect_blobs
from service.records import ImageRows, NormalizedImage, RawRecord, Token, WatchedFile
from service.resources.collect import collect_resources
from service.store.writer import Store

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
    with TagReader(processes=1) as reader:
        answers = reader.begin(candidates).result()
    return [answer for _, answer in answers if isinstance(answer, RawRecord)]


def large_graph() -> dict[str, object]:
    """Return a graph of 300 nodes.

    A base pass and ten more, each with LoRAs, joined prompts and an upscale.
    """
    nodes: dict[str, object] = {
        "m": {
            "class_type": "CheckpointLoaderSimple",
            "inputs": {"ckpt_name": "garden.safetensors"},
        },
        "e": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 832, "height": 1216, "batch_size": 1},
        },
    }
    model, latent = "m", ["e", 0]
    for stage in range(11):
        for number in range(10):
            name = f"l{stage}.{number}"
            strengths = {"strength_model": 0.1 * number, "strength_clip": 0.5}
            inputs = {
                "model": [model, 0],
                "clip": [model, 1],
                "lora_name": f"{name}.safetensors",
                **strengths,
            }
            nodes[name], model = {"class_type": "LoraLoader", "inputs": inputs}, name
        for side in "pn":
            for number in range(4):
                inputs = {"text": f"{side} {stage} {number}, a quay, fog", "clip": [model, 1]}
                nodes[f"{side}{stage}.{number}"] = {
                    "class_type": "CLIPTextEncode",
                    "inputs": inputs,
                }
            for number in range(3):
                first = [f"{side}{stage}.0" if number == 0 else f"{side}c{stage}.{number - 1}", 0]
                inputs = {
                    "conditioning_to": first,
                    "conditioning_from": [f"{side}{stage}.{number + 1}", 0],
                }
                nodes[f"{side}c{stage}.{number}"] = {
                    "class_type": "ConditioningConcat",
                    "inputs": inputs,
                }
        sampling = {
            "seed": 2**64 - 1 - stage,
            "steps": 20,
            "cfg": 6.5,
            "sampler_name": "euler",
            "scheduler": "karras",
        }
        links = {
            "model": [model, 0],
            "positive": [f"pc{stage}.2", 0],
            "negative": [f"nc{stage}.2", 0],
        }
        inputs = {**sampling, **links, "latent_image": latent, "denoise": 0.5 if stage else 1.0}
        nodes[f"k{stage}"] = {"class_type": "KSampler", "inputs": inputs}
        inputs = {"samples": [f"k{stage}", 0], "upscale_method": "bislerp", "scale_by": 1.1}
        nodes[f"u{stage}"] = {"class_type": "LatentUpscaleBy", "inputs": inputs}
        latent = [f"u{stage}", 0]
    nodes["d"] = {"class_type": "VAEDecode", "inputs": {"samples": ["k10", 0], "vae": ["m", 2]}}
    nodes["s"] = {"class_type": "SaveImage", "inputs": {"images": ["d", 0], "filename_prefix": "a"}}
    return nodes


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
    return tokens.split_prompt(positive or "", "pos") + tokens.split_prompt(negative or "", "neg")


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
