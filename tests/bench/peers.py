"""The whole way from files to rows, beside programs of the same kind and the least that can be.

Each round runs all of them in turn on the same files. What they keep differs: hanaikada stores raw
texts and 37 columns without a hash of the file, renderdb the graphs of ComfyUI's PNGs alone. The
floor is what every program does that knows a file again: its bytes, and their SHA-256.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from figures import Figure, median
from programs import Cost, Project, measured
from subjects import copies, flat_images, kind

from service.extract.exiftool_settings import NO_CONFIG, READ

REAL, FLAT = 680, 1_500
ROUNDS = 3
INSTALL_S = 300
PEERS = ("hanaikada==0.1.17", "typer==0.26.7", "renderdb")
"""From PyPI. The typer is the one that hanaikada ran with; it names only the least one."""

FLOOR = """
import hashlib, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*"):
    if path.is_file():
        hashlib.sha256(path.read_bytes()).hexdigest()
"""
GOALS = {"real": (0.38, 0.60), "flat": (0.60, 0.95)}
"""Wall time and CPU of ours over bare ExifTool's, on two free cores."""
OURS: dict[str, tuple[int | str, str]] = {
    "ours, one reader": (1, "auto"),
    "ours, auto": ("auto", "auto"),
    "ours, one reader, all by ExifTool": (1, "exiftool"),
}
"""The number of readers, and what reads."""
Commands = Mapping[str, Sequence[str]]


def measure(folder: Path) -> Iterator[Figure]:
    """Yield wall time and CPU of every program, over those of bare ExifTool in the same round."""
    real, flat = folder / "real", folder / "flat"
    sets = {f"{copies(real, REAL)} {kind()}": real, f"{FLAT} small PNGs, a third graphs": flat}
    flat_images(flat, FLAT)
    environment = _install(folder / "peers")
    for words, images in sets.items():
        subprocess.run([sys.executable, "-c", FLOOR, str(images)], check=True)  # warms the cache
        rounds = [_round(folder, images, environment) for _ in range(ROUNDS)]
        bare = [one["bare ExifTool"] for one in rounds]
        how = f"{words}, {ROUNDS} rounds of all in turn"
        yield median(f"bare ExifTool, {words}, CPU", [one.cpu for one in bare], "s", how)
        for name in rounds[0]:
            if name != "bare ExifTool":
                goals = GOALS[images.name] if name == "ours, auto" else (None, None)
                yield from _ratios(name, rounds, words, how, goals)


def _ratios(
    name: str,
    rounds: Sequence[Mapping[str, Cost]],
    words: str,
    how: str,
    goals: tuple[float | None, float | None],
) -> Iterator[Figure]:
    title = f"{name} / bare ExifTool, {words}"
    pairs = [(one[name], one["bare ExifTool"]) for one in rounds]
    walls = [ours.wall / bare.wall for ours, bare in pairs]
    cpus = [ours.cpu / bare.cpu for ours, bare in pairs]
    yield median(f"{title}, wall", walls, "x", how, goals[0])
    yield median(f"{title}, CPU", cpus, "x", how, goals[1])


def _install(folder: Path) -> Path | None:
    """Return a Python's folder of programs that has the peers; None where they cannot be had."""
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", *PEERS]
    try:
        subprocess.run(pip, check=True, capture_output=True, timeout=INSTALL_S)
    except subprocess.SubprocessError:
        print("peers: hanaikada and renderdb cannot be installed; left out", file=sys.stderr)
        return None
    return programs


def _round(folder: Path, images: Path, peers: Path | None) -> dict[str, Cost]:
    said = folder / "said.txt"
    bare = ["exiftool", *NO_CONFIG, *READ, "-r", str(images)]
    costs = {
        "bare ExifTool": measured(bare, said, folder),
        "bytes and SHA-256": measured([sys.executable, "-c", FLOOR, str(images)], said, folder),
    }
    for name, (processes, reader) in OURS.items():
        project = Project(folder / "ours", images)
        project.configure(processes=processes, reader=reader)
        project.forget()
        costs[name] = measured(project.command("all"), said, folder)
    if peers is not None:
        costs |= _peer_costs(folder, images, peers, said)
    return costs


def _peer_costs(folder: Path, images: Path, peers: Path, said: Path) -> dict[str, Cost]:
    data = folder / "hanaikada"
    for old in (folder / "renders.db", *data.glob("*")):
        old.unlink(missing_ok=True)
    hanaikada = [str(peers / "hanaikada"), "--data-dir", str(data)]
    add = [*hanaikada, "root", "add", str(images)]
    subprocess.run(add, check=True, capture_output=True)
    renderdb = [str(peers / "renderdb"), "build", str(images), "--db", str(folder / "renders.db")]
    costs = {
        "hanaikada": measured([*hanaikada, "scan"], said, folder),
        "renderdb": measured(renderdb, said, folder),
    }
    if not _has_rows(data / "hanaikada.db", "SELECT COUNT(*) FROM images"):
        del costs["hanaikada"]
    if not _has_rows(folder / "renders.db", "SELECT COUNT(*) FROM render"):
        del costs["renderdb"]
    return costs


def _has_rows(database: Path, count: str) -> bool:
    """Return whether a peer has read anything; renderdb reads no graph of the API form alone."""
    with closing(sqlite3.connect(database)) as connection:
        return bool(connection.execute(count).fetchone()[0])
