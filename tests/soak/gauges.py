"""Whether memory, handles, threads and SQLite's log of a service that runs long are flat."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

MIB = 1024 * 1024
LEAST_SAMPLES = 12
"""Fewer say nothing."""
WARM_UP = 0.2
"""The first part of a life, in which caches fill."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured at one quiet moment."""

    pid: int
    main_mib: float
    main_handles: int
    main_threads: int
    readers_mib: float
    """Of all readers with their ExifTools."""
    readers_handles: int
    log_mib: float
    """Of SQLite's write-ahead log."""


MOST_GROWTH = {
    "main_mib": 32.0,
    "main_handles": 2.0,
    "main_threads": 1.0,
    "readers_mib": 16.0,
    "readers_handles": 4.0,
    "log_mib": 16.0,
}
"""Between the medians of the first and the last third of a life after its warm-up. SQLite's cache
(16 MiB) and what the writer remembers of words fill up to their bounds over tens of thousands of
files. The log is emptied from 16 MiB on, or when nothing is to be done; a reader may be young or
old."""
MOST_MAIN_MIB = 160.0
"""At any moment. After a burst of 50,000 files it was 131."""


def take_sample(pid: int, database: Path) -> Sample | None:
    """Measure a service; None where one of its processes ended meanwhile."""
    log = database.with_name(f"{database.name}-wal")
    try:
        process = psutil.Process(pid)
        children = process.children(recursive=True)
        return Sample(
            pid=pid,
            main_mib=process.memory_info().rss / MIB,
            main_handles=process.num_fds(),
            main_threads=process.num_threads(),
            readers_mib=sum(one.memory_info().rss for one in children) / MIB,
            readers_handles=sum(one.num_fds() for one in children),
            log_mib=log.stat().st_size / MIB,
        )
    except (psutil.Error, FileNotFoundError):
        return None


def longest_life(samples: list[Sample]) -> list[Sample]:
    """Return the samples of the process that lived longest, without its warm-up."""
    lives: dict[int, list[Sample]] = {}
    for sample in samples:
        lives.setdefault(sample.pid, []).append(sample)
    longest = max(lives.values(), key=len, default=[])
    return longest[int(len(longest) * WARM_UP) :]


def describe(samples: list[Sample]) -> Iterator[str]:
    """Yield one line a figure: the medians of first and last third, and the most."""
    life = longest_life(samples)
    for name in MOST_GROWTH:
        first, last, most = thirds(life, name)
        yield f"{name:<16} {first:9.1f} → {last:9.1f}   most {most:9.1f}"


def find_growth(samples: list[Sample]) -> list[str]:
    """Return what is not flat, one sentence each; nothing where there is too little to say."""
    life = longest_life(samples)
    if len(life) < LEAST_SAMPLES:
        return []
    found = []
    for name, allowed in MOST_GROWTH.items():
        first, last, _ = thirds(life, name)
        if last - first > allowed:
            found.append(f"{name} grew from {first:.1f} to {last:.1f} (medians of thirds)")
    _, _, most = thirds(life, "main_mib")
    if most > MOST_MAIN_MIB:
        found.append(f"main_mib was {most:.1f}")
    return found


def thirds(life: list[Sample], name: str) -> tuple[float, float, float]:
    """Return the median of a figure in the first third and in the last, and the most of all."""
    figures = [float(getattr(sample, name)) for sample in life]
    if not figures:
        return 0.0, 0.0, 0.0
    third = max(1, len(figures) // 3)
    return median(figures[:third]), median(figures[-third:]), max(figures)
