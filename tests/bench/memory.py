"""What a long pass takes of memory, and whether it grows."""

import contextlib
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from figures import Figure
from programs import Project
from subjects import small_images

FILES = 20_000
EVERY_S = 0.1
MB = 1_000_000
HIGH_WATER = re.compile(r"VmHWM:\s+(\d+) kB")


def measure(folder: Path) -> Iterator[Figure]:
    """Yield the peak of Python and ExifTool together, and how it grows during a run."""
    project = Project(folder, folder / "Input")
    small_images(project.input, FILES)
    for processes, limit in ((1, 200.0), (2, None), (4, None)):
        project.configure(processes=processes)
        project.forget()
        samples, peaks = _watched(project)
        quarters = [statistics.mean(quarter) / MB for quarter in _quarters(samples)]
        words = f"processes = {processes}"
        how = f"{FILES:,} small PNGs, {words}"
        told = ", ".join(f"{quarter:.0f}" for quarter in quarters)
        yield Figure(
            f"peak memory, {words}", max(samples) / MB, "MB", f"RSS of all processes, {how}", limit
        )
        yield Figure(f"peak memory of the main process, {words}", peaks / MB, "MB", f"VmHWM, {how}")
        growth = quarters[3] / quarters[1]
        yield Figure(
            f"memory, last / second quarter, {words}",
            growth,
            "x",
            f"mean RSS {told} MB; {how}",
            1.1,
        )


def _quarters(samples: list[int]) -> list[list[int]]:
    length = len(samples) // 4
    return [samples[at * length : (at + 1) * length] for at in range(4)]


def _watched(project: Project) -> tuple[list[int], int]:
    """Return the sums of resident memory along a run, and the greatest of the main process."""
    process = project.start("all")
    ours = psutil.Process(process.pid)
    samples, peak = [], 0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error, OSError):
            samples.append(
                sum(one.memory_info().rss for one in (ours, *ours.children(recursive=True)))
            )
            if found := HIGH_WATER.search(
                Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            ):
                peak = int(found[1]) * 1024
        time.sleep(EVERY_S)
    return samples, peak
