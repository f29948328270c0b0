"""The real service with ten good images and one hostile file, measured from outside."""

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
from asked import count, rows
from drawn_images import draw_many
from hostile_cases import Case
from running_service import Place, Running, running

GOOD = 10
MIB = 1024 * 1024

AT_WORK_S = 0.3
"""Seconds of CPU after which the service is surely at work on a file that was dropped."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long is waited, and how much memory is too much for the machine that measures."""

    outcome_s: float = 120.0
    stop_s: float = 30.0
    memory_mib: int = 8000


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of one case."""

    name: str
    outcome: str
    """The row's status, the failure's stage and error, or ``nothing``."""
    outcome_s: float | None
    """Seconds from the drop to the row or the failure; None where neither came."""
    good_s: float | None
    """Seconds from the drop until all ten good images had their rows; None where they had not."""
    peak_mib: int
    """Of all processes of the service together."""
    database_mib: int
    stop_s: float | None
    """Seconds from SIGTERM to the exit; None where it had to be killed."""
    exit_code: int | None


class MemoryWatch:
    """Samples the memory of a process and all it started, and ends them past a limit."""

    def __init__(self, pid: int, limit_mib: int) -> None:
        self.peak_mib = 0
        self._process = psutil.Process(pid)
        self._limit_mib = limit_mib
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(0.05):
            total = sum(_memory(process) for process in _tree(self._process)) // MIB
            self.peak_mib = max(self.peak_mib, total)
            if total > self._limit_mib:
                for process in _tree(self._process):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()


def _tree(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return []


def _memory(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0


def _cpu_s(process: psutil.Process) -> float:
    total = 0.0
    for each in _tree(process):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            total += times.user + times.system
    return total


def measure(case: Case, place: Place, limits: Limits | None = None) -> Measured:
    """Run the service on a hostile file and ten good ones; stop it at work on a second one."""
    limits = limits or Limits()
    good = place.top / "good"
    draw_many(good, GOOD)
    with running(place) as service, MemoryWatch(service.pid, limits.memory_mib) as memory:
        dropped = case.drop(place.input)
        began = time.monotonic()
        for path in sorted(good.iterdir()):
            path.replace(place.input / f"good-{path.name}")
        good_s, outcome_s = _wait(
            (lambda: _good_rows(place) == GOOD, lambda: _outcome(place) != "nothing"),
            service,
            began,
            limits.outcome_s,
        )
        outcome = _outcome(place)
        if outcome_s is not None:
            _drop_again(case, place, service, dropped, limits)
        stop_s, code = _stop(service, limits.stop_s)
    return Measured(
        name=case.name,
        outcome=outcome,
        outcome_s=outcome_s,
        good_s=good_s,
        peak_mib=memory.peak_mib,
        database_mib=_size_mib(place.database.parent),
        stop_s=stop_s,
        exit_code=code,
    )


def _wait(
    conditions: tuple[Callable[[], bool], ...], service: Running, began: float, limit_s: float
) -> list[float | None]:
    """Return when each condition was first met, in seconds since ``began``."""
    met: list[float | None] = [None] * len(conditions)
    while None in met and service.process.poll() is None:
        for number, condition in enumerate(conditions):
            if met[number] is None and condition():
                met[number] = time.monotonic() - began
        if time.monotonic() - began > limit_s:
            break
        time.sleep(0.05)
    return met


def _good_rows(place: Place) -> int:
    return count(place.database, "status = 'ok' AND file_name LIKE 'good-%'")


def _outcome(place: Place) -> str:
    """Return what the database says of the hostile file."""
    failed = rows(place.database, "SELECT stage || ': ' || error_class FROM failures")
    if failed:
        return f"failed in {failed[0][0]}"
    found = rows(place.database, "SELECT status FROM images WHERE file_name NOT LIKE 'good-%'")
    return str(found[0][0]) if found else "nothing"


def _drop_again(case: Case, place: Place, service: Running, dropped: Path, limits: Limits) -> None:
    """Drop the hostile file once more; return when the service is at work on it, or has done it."""
    known = count(place.database, "1")
    process = psutil.Process(service.pid)
    case.drop(place.input, 1)
    before = _cpu_s(process)
    _wait(
        (lambda: _cpu_s(process) - before > AT_WORK_S or count(place.database, "1") > known,),
        service,
        time.monotonic(),
        limits.stop_s,
    )
    assert dropped.exists()


def _stop(service: Running, limit_s: float) -> tuple[float | None, int | None]:
    """Send SIGTERM; return how long the exit took and its code, None and None where none came."""
    if service.process.poll() is not None:
        return None, service.process.returncode
    began = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    try:
        code = service.process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return None, None
    return time.monotonic() - began, code


def _size_mib(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("images.db*")) // MIB


HEAD = ("case", "outcome", "row s", "good s", "MiB", "db MiB", "stop s", "exit")


def table(measured: Iterator[Measured]) -> Iterator[str]:
    """Yield the lines of a table as the cases come in."""
    yield "{:36} {:34} {:>7} {:>7} {:>6} {:>6} {:>7} {:>5}".format(*HEAD)
    for each in measured:
        yield (
            f"{each.name[:36]:36} {each.outcome[:34]:34} {_shown(each.outcome_s):>7} "
            f"{_shown(each.good_s):>7} {each.peak_mib:6} {each.database_mib:6} "
            f"{_shown(each.stop_s):>7} {each.exit_code!s:>5}"
        )


def _shown(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f}"
