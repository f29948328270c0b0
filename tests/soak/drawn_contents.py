"""Contents of files, each unlike all others, and what has to be read of them."""

import hashlib
import json
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from random import Random

from drawn_images import chunk, graph, infotext

FIRST_SEED = 1_000_000_000
"""Seeds have ten digits each, so that a file can be overwritten with as many bytes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the row of a file has to say."""

    status: str
    sha256: str | None
    seed: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, and what is true of them."""

    kind: str
    """``text`` (A1111), ``graph`` (ComfyUI), ``bare`` (no metadata), ``broken``, ``pair``."""
    number: int
    data: bytes
    facts: Facts


class Contents:
    """Makes contents; none is made twice."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._count = 0

    def any(self) -> Content:
        """Return a new content of any kind."""
        kind = self._dice.choices(("text", "graph", "bare", "broken"), (10, 4, 1, 1))[0]
        return self.like(kind, extra=self._dice.choice((0, 0, 3)))

    def like(self, kind: str, *, extra: int = 0) -> Content:
        """Return a new content of a kind; those without ``extra`` words are of one size each."""
        number = self.next_number()
        if kind == "broken":
            return Content(
                kind, number, f"no image {number:09}".encode(), Facts("unreadable", None)
            )
        seed, prompt = str(FIRST_SEED + number), make_prompt(number, extra)
        texts = {
            "text": chunk(b"iTXt", b"parameters\0\0\0\0\0" + infotext(int(seed), prompt).encode()),
            "graph": chunk(b"tEXt", b"prompt\0" + json.dumps(graph(int(seed), prompt)).encode()),
        }
        data = draw(number, texts.get(kind, b""))
        sha256 = hashlib.sha256(data).hexdigest()
        if kind not in texts:
            return Content(kind, number, data, Facts("no_metadata", sha256))
        return Content(kind, number, data, Facts("ok", sha256, seed, prompt))

    def pair(self, image: Content | None = None) -> tuple[Content, str]:
        """Return an image without metadata, a new one or this, and a new text beside it."""
        image = image or self.like("bare")
        number = self.next_number()
        seed, prompt = FIRST_SEED + number, make_prompt(number)
        facts = Facts("ok", image.facts.sha256, str(seed), prompt)
        return Content("pair", image.number, image.data, facts), infotext(seed, prompt)

    def next_number(self) -> int:
        """Return a number that nobody else gets."""
        self._count += 1
        return self._count


def make_prompt(number: int, extra: int = 0) -> str:
    """Return a prompt of this number alone, longer by some words."""
    return f"a red fox number {number:09}, snow" + ", deep winter" * extra


def draw(number: int, texts: bytes) -> bytes:
    """Return a PNG of one pixel in a colour of its own."""
    colour = struct.pack(">I", number)  # the filter byte 0 first: up to 16 million colours
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + texts
        + chunk(b"IDAT", zlib.compress(colour, 0))
        + chunk(b"IEND", b"")
    )


def text_beside(image: Path) -> Path:
    """Return where the text beside an image is."""
    return image.with_suffix(".txt")
