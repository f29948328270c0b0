"""What a pass costs that finds nothing to do: its start."""

from collections.abc import Iterator
from pathlib import Path

from figures import Figure, median
from programs import Project, measured

ROUNDS = 11


def measure(folder: Path) -> Iterator[Figure]:
    """Yield wall time and CPU of a pass over an empty folder, whose database is there."""
    project = Project(folder / "project", folder / "nothing")
    project.input.mkdir()
    project.configure()
    said = folder / "said.txt"
    runs = [measured(project.command("all"), said, folder) for _ in range(ROUNDS + 1)]
    del runs[0]  # it makes the database, the bytecode, and asks ExifTool for its version
    how = f"`all` over an empty folder, all processes, {ROUNDS} runs"
    yield median("start, CPU", [one.cpu for one in runs], "s", how, 0.35)
    yield median("start, wall", [one.wall for one in runs], "s", how)
