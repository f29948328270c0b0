"""What the pure stages cost an image.

Parse, normalize, tokens and resources, on real records and on a large graph.

python tests/bench/bench_pipeline.py [records.jsonl …]

Records are made by ``aiimagepipe dump``; without any the fixtures' texts are read.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from service.normalize import normalize
from service.parse import read_blobs
from service.parse.blobs import collect_blobs
from service.parse.json_texts import parse_json
from service.records import Blob, Blobs, RawRecord, WatchedFile
from service.records.json_values import JsonValue
from service.resources import collect_resources
from service.tokens.cut import split_prompt

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ROUNDS = 5
NODES = 300


def process(blobs: Blobs) -> None:
    """Take one file's texts through every pure stage."""
    reading = read_blobs(blobs)
    if reading is None:
        return
    image = normalize(
        reading.generation, blobs, tuple(generation for _, generation in reading.rivals)
    )
    tokens = (
        *split_prompt(image.base.positive_prompt or "", "pos"),
        *split_prompt(image.base.negative_prompt or "", "neg"),
    )
    collect_resources(image, tokens)


def milliseconds(work: Callable[[], None]) -> float:
    """Return the least CPU time of some rounds: the one that other programs disturbed least."""
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent) * 1000


def told(name: str, costs: Iterable[float]) -> None:
    """Print median, 95th percentile and the worst."""
    costs = sorted(costs)
    late = costs[min(len(costs) * 95 // 100, len(costs) - 1)]
    print(
        f"{name}: {len(costs)} images, median {statistics.median(costs):.2f} ms, "
        f"p95 {late:.2f}, most {costs[-1]:.2f}"
    )


def dumped(path: Path) -> list[RawRecord]:
    """Return the records of a dump."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [_record(row) for row in rows]


def _record(row: dict[str, JsonValue]) -> RawRecord:
    file = WatchedFile(root="", path=str(row.pop("SourceFile", "")), size=0, mtime_ns=0)
    return RawRecord(file=file, mime_type=None, sha256=None, extractor="", tags=row)


def fixtures() -> list[Blobs]:
    """Return the texts of every fixture."""
    return [
        _texts(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FIXTURES.glob("*/*/blobs.json"))
    ]


def _texts(stated: dict[str, str | dict[str, str]]) -> Blobs:
    plain = {role: one if isinstance(one, str) else one["text"] for role, one in stated.items()}
    return Blobs({role: (Blob(text, role, parse_json(text)),) for role, text in plain.items()})


def large_graph() -> Blobs:
    """Return a graph of ``NODES`` nodes.

    LoRAs, area prompts and detailers in long rows, all of them used.
    """
    third = (NODES - 6) // 3
    graph: dict[str, JsonValue] = {"ck": _node("CheckpointLoaderSimple", ckpt_name="m.safetensors")}
    model, positive, image = "ck", "p", "d"
    graph["p"] = _node("CLIPTextEncode", text="a mill by a river, dusk", clip=["ck", 1])
    for i in range(third):
        graph[f"l{i}"] = _node(
            "LoraLoader", lora_name=f"l{i}", strength_model=0.5, strength_clip=0.5, model=[model, 0]
        )
        graph[f"e{i}"] = _node("CLIPTextEncode", text=f"area {i}", clip=["ck", 1])
        graph[f"c{i}"] = _node(
            "ConditioningCombine", conditioning_1=[positive, 0], conditioning_2=[f"e{i}", 0]
        )
        model, positive = f"l{i}", f"c{i}"
    common: dict[str, JsonValue] = {
        "model": [model, 0],
        "positive": [positive, 0],
        "negative": ["p", 0],
    }
    common |= {
        "seed": 1,
        "steps": 20,
        "cfg": 7.0,
        "sampler_name": "euler",
        "scheduler": "karras",
        "denoise": 1.0,
    }
    graph["n"] = _node("EmptyLatentImage", width=1024, height=1024, batch_size=1)
    graph["k"] = _node("KSampler", latent_image=["n", 0], **common)
    graph["d"] = _node("VAEDecode", samples=["k", 0], vae=["ck", 2])
    graph["s"] = _node("SaveImage", filename_prefix="x", images=[image, 0])
    return Blobs({"prompt": (Blob(json.dumps(graph), "PNG:Prompt", graph),)}, file_name="x.png")


def _node(class_type: str, **inputs: JsonValue) -> JsonValue:
    return {"class_type": class_type, "inputs": inputs}


def measure(dumps: list[Path]) -> None:
    """Print the costs on each dump (or on the fixtures), and on a large graph."""
    for path in dumps:
        records = dumped(path)
        texts = [collect_blobs(record) for record in records]
        told(
            f"{path.name}, texts and JSON",
            [milliseconds(lambda r=record: collect_blobs(r)) for record in records],
        )
        told(
            f"{path.name}, pure stages",
            [milliseconds(lambda b=blobs: process(b)) for blobs in texts],
        )
    if not dumps:
        told("fixtures", [milliseconds(lambda b=blobs: process(b)) for blobs in fixtures()])
    graph = large_graph()
    told(
        f"a graph of {len(graph.texts['prompt'][0].data or ())} nodes",
        [milliseconds(lambda: process(graph))],
    )


def test_the_pure_stages() -> None:
    """Print what an image costs (make bench)."""
    measure([])


if __name__ == "__main__":
    measure([Path(argument) for argument in sys.argv[1:]])
