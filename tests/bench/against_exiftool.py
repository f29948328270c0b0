"""A single pass against the bare ExifTool that does nothing but print, in the same rounds."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, median
from programs import Cost, Project, environment, measured
from subjects import copies, kind

from service.extract.exiftool import NO_CONFIG, READ

FILES = 2_000
ROUNDS = 5
STARTS = 7

FIRST_REQUEST = """
import sys, time
from service.extract.reader import TagReader
begin, place = TagReader.begin, sys.argv.pop()
def told(reader, files):
    with open(place, "w") as file:
        file.write(str(time.time()))
    TagReader.begin = begin
    return begin(reader, files)
TagReader.begin = told
from service.cli import main
main()
"""
"""Our command, which tells in the file named last when ExifTool was first asked for images."""


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the ratios of wall time, what our side costs, and what precedes the first image."""
    images = folder / "images"
    count = copies(images, FILES)
    bare = ["exiftool", *NO_CONFIG, *READ, "-r", str(images)]
    ours = {name: Project(folder / name, images) for name in ("one", "auto", "exiftool")}
    ours["one"].configure(processes=1)
    ours["auto"].configure(processes="auto")
    ours["exiftool"].configure(processes=1, reader="exiftool")
    rounds = [_round(folder, bare, ours) for _ in range(ROUNDS + 1)][
        1:
    ]  # the first one warms the disk's cache
    how = f"{count} {kind()}, {ROUNDS} rounds of bare, one, auto, exiftool in turn"
    yield median("bare exiftool, wall", [r["bare"].wall for r in rounds], "s", how)
    for name, words in (
        ("one", "one process"),
        ("auto", "processes = auto"),
        ("exiftool", "one process, all read by ExifTool"),
    ):
        ratios = [r[name].wall / r["bare"].wall for r in rounds]
        limit = 1.15 if name == "one" else None
        yield median(
            f"all / bare exiftool, {words}, wall", ratios, "x", "of each round; " + how, limit
        )
    for name, words in (("one", ""), ("exiftool", ", all read by ExifTool")):
        ratios = [r[name].cpu / r["bare"].cpu for r in rounds]
        what = f"all / bare exiftool, CPU of all processes{words}"
        yield median(what, ratios, "x", "rusage, one process; " + how)
    yield median(
        "all, images a second",
        [count / r["auto"].wall for r in rounds],
        "1/s",
        "processes = auto; " + how,
    )
    yield _start(folder)


def _round(folder: Path, bare: list[str], ours: dict[str, Project]) -> dict[str, Cost]:
    costs = {"bare": measured(bare, folder / "bare.json", folder)}
    for name, project in ours.items():
        project.forget()
        costs[name] = measured(project.command("all"), project.top / "said.txt", folder)
    return costs


def _start(folder: Path) -> Figure:
    runs = []
    told = folder / "told.txt"
    few = Project(
        folder / "few", folder / "images" / "000"
    )  # the first request is the same, the rest is shorter
    few.configure()
    arguments = few.command("all")[3:]
    for _ in range(STARTS):
        few.forget()
        began = time.time()
        command = [sys.executable, "-c", FIRST_REQUEST, *arguments, str(told)]
        subprocess.run(
            command, env=environment(folder), check=False, capture_output=True, timeout=60
        )
        runs.append(float(told.read_text(encoding="utf-8")) - began)
        told.unlink()
    return median(
        "start to first request to ExifTool", runs, "s", f"median of {STARTS} starts of `all`", 0.5
    )
