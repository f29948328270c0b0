"""The images that are measured.

Real ones where the corpus lies beside the checkout, else those of the demo.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import store_samples
from graphs import large_graph

from service import demo

TOP = Path(__file__).resolve().parents[2]
CORPUS = TOP.parent / "shared" / "corpus" / "images"
LONG_AGO = 1_700_000_000
"""Seconds since 1970. Files this old have settled."""


def originals(spare: Path) -> list[Path]:
    """Return real images, or the demo's, written into ``spare``."""
    if CORPUS.is_dir():
        return sorted(
            path for path in CORPUS.rglob("*") if path.is_file() and not path.name.startswith(".")
        )
    return sorted(demo.write_samples(spare))


def kind() -> str:
    """Return what the originals are, in words."""
    return "real images" if CORPUS.is_dir() else "demo images"


def copies(folder: Path, at_least: int) -> int:
    """Fill a folder with copies, one folder a round, and return how many files there are.

    Each has a name and a content of its own, as in a real library: a few bytes after the image's
    end, which every reader passes over.
    """
    sources = originals(folder.parent / "demo")
    rounds = -(-at_least // len(sources))
    for number in range(rounds):
        below = folder / f"{number:03d}"
        below.mkdir(parents=True)
        for place, source in enumerate(sources):
            target = below / f"{place:04d}-{source.name}"
            data = source.read_bytes()
            target.write_bytes(data and data + b"\n%d" % number)
            os.utime(target, (LONG_AGO, LONG_AGO))
    return rounds * len(sources)


def small_images(folder: Path, count: int) -> None:
    """Fill a folder with small PNGs, each with an infotext of its own, 1,000 a folder."""
    for number in range(count):
        path = folder / f"{number // 1000:03d}" / f"{number:06d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = store_samples.image(number).raw.tags["PNG:Parameters"]
        path.write_bytes(
            b"".join(
                _png(f"{text}, Steps: 20, Sampler: Euler a, CFG scale: 7, Size: 512x768, Model: a")
            )
        )
        os.utime(path, (LONG_AGO, LONG_AGO))


def flat_images(folder: Path, count: int) -> None:
    """Fill a folder with small PNGs, of which every third holds a graph of 11 to 30 KB."""
    small_images(folder, count)
    for number in range(0, count, 3):
        path = folder / f"{number // 1000:03d}" / f"{number:06d}.png"
        graph = large_graph(3 + number % 6)
        graph["s"] = {"class_type": "SaveImage", "inputs": {"images": ["d", 0], "of": number}}
        path.write_bytes(b"".join(_png(json.dumps(graph), "prompt")))
        os.utime(path, (LONG_AGO, LONG_AGO))


def _png(text: str, keyword: str = "parameters") -> Iterator[bytes]:
    yield b"\x89PNG\r\n\x1a\n"
    yield _chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    yield _chunk(b"tEXt", f"{keyword}\0{text}".encode("latin-1", "replace"))
    yield _chunk(b"IDAT", zlib.compress(bytes(8 * (1 + 8 * 3))))
    yield _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
