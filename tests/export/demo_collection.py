"""A small collection with known counts, made of A1111's infotexts by the pure stages."""

from pathlib import Path

from service import pipeline
from service.records import RawRecord, WatchedFile
from service.store.writer import Store

NOW = "2026-02-01T00:00:00Z"
JANUARY, FEBRUARY = 1_768_000_000_000_000_000, 1_771_000_000_000_000_000
"""Nanoseconds since 1970."""

FOX = "masterpiece, red fox, Snow, <lora:add_detail:0.8>"
OWL = "masterpiece, (barn owl:1.2), night"
NEGATIVE = "lowres, blurry, EasyNegative"

IMAGES: tuple[tuple[int, str, str, str, str, int], ...] = (
    (7, FOX, NEGATIVE, "Euler a", "dreamshaper_8", JANUARY),
    (5, OWL, NEGATIVE, "DPM++ 2M Karras", "sdxl/Ünï mödel.safetensors", FEBRUARY),
    (
        2,
        "Red Fox, {choice|of}, 50% off",
        "blurry",
        "Euler a",
        "dreamshaper_8.safetensors",
        FEBRUARY,
    ),
    (1, "夜の狐 🦊\nBREAK\nnight", "", "Euler", "CON", JANUARY),
)
"""How many, prompt, negative prompt, sampler, model, time."""

INFOTEXT = """\
{prompt}
Negative prompt: {negative}
Steps: 20, Sampler: {sampler}, CFG scale: 7, Seed: {seed}, Size: 512x512, \
Model: {model}{loras}, Version: v1.9.4"""


def fill(database: Path) -> None:
    """Write the collection into a new database."""
    with Store.open(database) as store:
        store.save([pipeline.process(raw) for raw in _records()], now=NOW)


def _records() -> list[RawRecord]:
    found = []
    for count, prompt, negative, sampler, model, when in IMAGES:
        for _ in range(count):
            seed = len(found)
            text = INFOTEXT.format(
                prompt=prompt, negative=negative, sampler=sampler, model=model, seed=seed,
                loras=', Lora hashes: "add_detail: 7c6bad76eb54"' if "<lora:" in prompt else "",
            )  # fmt: skip
            file = WatchedFile(root="Input", path=f"{seed:03}.png", size=1000 + seed, mtime_ns=when)
            tags = {"PNG:ImageWidth": 512, "PNG:ImageHeight": 512, "PNG:Parameters": text}
            found.append(
                RawRecord(
                    file=file,
                    mime_type="image/png",
                    sha256=None,
                    extractor="exiftool 12.57",
                    tags=tags,
                )
            )
    return found
