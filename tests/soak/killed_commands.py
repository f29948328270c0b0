"""A command that writes, killed at some moment and run again, and compared with its like.

That is the same command over the same files, which nobody has disturbed.
"""

import os
import shutil
import signal
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import fault_points
import store_dump
from asked import rows
from ended import wait_until_ended
from fault_points import POINTS, VARIABLE
from forked_commands import fork, run, started_by
from kill_scenarios import Scenario
from patience import PATIENCE_S, wait_for
from running_service import Place

from service.store.marks import FILE as MARKS

HERE = Path(__file__).parent
SOME_FAILED = 1
"""The exit code where a broken file was tried, which is tried again a minute later."""
MODELS = ("SELECT version_id, kind, model_name, sha256, file_name, trust FROM model_versions",)
LEFTOVERS = (".part", ".tmp", "-journal")


@dataclass(slots=True)
class Undisturbed:
    """A scenario's place before the command, and what an undisturbed run makes of it."""

    template: Place
    seconds: float
    dump: list[str]
    contents: tuple[bytes | None, bytes | None]
    """Of the file that it writes: before, and after."""


def measure(scenario: Scenario, folder: Path) -> Undisturbed:
    """Make a scenario's place, run it undisturbed in a copy, and keep what comes of it."""
    template = Place(folder / f"{scenario.name} template")
    template.top.mkdir()
    scenario.prepare(template)
    place = copy_place(template, folder / f"{scenario.name} undisturbed")
    before = read_file(place, scenario)
    began, seconds = time.monotonic(), 0.0
    for words in [scenario.words, *scenario.then] if scenario.ends else scenario.then:
        if run(place, *words) > SOME_FAILED:
            raise RuntimeError(f"{scenario.name} fails without a kill; see {place.top}")
        seconds = seconds or time.monotonic() - began
    contents = (before, read_file(place, scenario))
    return Undisturbed(template, seconds, dump(place, scenario), contents)


def copy_place(template: Place, top: Path) -> Place:
    """Return a copy of a place, the times of its files as they were."""
    shutil.copytree(template.top, top)
    return Place(top)


def read_file(place: Place, scenario: Scenario) -> bytes | None:
    """Return the file that a scenario writes."""
    return None if scenario.file is None else (place.top / scenario.file).read_bytes()


def dump(place: Place, scenario: Scenario) -> list[str]:
    """Return all that the resulting database says."""
    with closing(apsw.Connection(str(place.top / scenario.result))) as connection:
        lines = store_dump.dump(connection)
        lines += [str(row) for query in MODELS for row in connection.execute(query)]
        return sorted(lines)


@dataclass(slots=True)
class Outcome:
    """What came of one kill."""

    was_killed: bool
    problems: list[str] = field(default_factory=list)


def kill_and_complete(
    scenario: Scenario,
    known: Undisturbed,
    top: Path,
    *,
    point: str | None,
    passes: int,
    moment: float,
) -> Outcome:
    """Kill a command, complete it, and compare.

    It is killed when it comes by a fault point so often; without a point, after so many seconds.
    """
    place = copy_place(known.template, top)
    if point is None:
        code = _kill_at_moment(place, scenario, moment)
    else:
        code = _kill_at_point(place, scenario, point, passes)
    outcome = Outcome(code == -signal.SIGKILL or _spent(place).exists())
    outcome.problems += _find_half_files(place, scenario, known)
    codes = [code] if code >= 0 else []
    if not codes and scenario.ends and not scenario.is_done(place):
        codes.append(run(place, *scenario.words))
    codes += [run(place, *words) for words in scenario.then]
    if max(codes, default=0) > SOME_FAILED:
        outcome.problems.append(f"exit codes {codes}")
    outcome.problems += _find_differences(place, scenario, known)
    return outcome


def _spent(place: Place) -> Path:
    return place.top / "spent"


def _kill_at_moment(place: Place, scenario: Scenario, moment: float) -> int:
    pid = fork(place, scenario.words)
    time.sleep(moment)
    return _end(pid, place)


def _kill_at_point(place: Place, scenario: Scenario, point: str, passes: int) -> int:
    def arm() -> None:
        if point in POINTS:
            fault_points.arm(point, passes, _spent(place))
            return
        paths = (HERE / "in_readers", HERE, os.environ["PYTHONPATH"])
        os.environ["PYTHONPATH"] = os.pathsep.join(map(str, paths))
        os.environ[VARIABLE] = f"{point}:{passes}:{_spent(place)}"

    pid = fork(place, scenario.words, arm)
    if not scenario.ends:
        with suppress(AssertionError):  # it may never come by so often
            wait_for(_spent(place).exists, expected=True, patience_s=PATIENCE_S / 20)
        return _end(pid, place)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    wait_until_ended(started_by(place))
    return code


def _end(pid: int, place: Place) -> int:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    wait_until_ended(started_by(place))
    return code


def _find_half_files(place: Place, scenario: Scenario, known: Undisturbed) -> list[str]:
    """Return what a killed command has left that looks whole and is not."""
    found = []
    if scenario.file is not None and read_file(place, scenario) not in known.contents:
        found.append(f"{scenario.file} is neither the old one nor the new one")
    for copy in place.top.glob("out/**/*.db*"):
        is_whole = copy.suffix in (".db", ".bak") or ".before-" in copy.name
        if is_whole and not copy.name.endswith(("-wal", "-shm")):
            checked = rows(copy, "PRAGMA integrity_check")
            if checked != [("ok",)]:
                found.append(f"{copy.name} after the kill: {checked}")
            is_of_images = copy.name != "images.db" and not copy.name.endswith(MARKS)
            if is_of_images and rows(copy, "SELECT COUNT(*) FROM images") == []:
                found.append(f"{copy.name} is there and has no images")
    return found


def _find_differences(place: Place, scenario: Scenario, known: Undisturbed) -> list[str]:
    database = place.top / scenario.result
    found = [f"{row}" for row in rows(database, "PRAGMA integrity_check") if row != ("ok",)]
    found += [f"foreign key: {row}" for row in rows(database, "PRAGMA foreign_key_check")]
    try:
        ours, theirs = set(dump(place, scenario)), set(known.dump)
    except apsw.Error as error:
        return [*found, f"{scenario.result} cannot be read: {error}"]
    found += [f"only after the kill: {line}" for line in sorted(ours - theirs)[:5]]
    found += [f"only undisturbed: {line}" for line in sorted(theirs - ours)[:5]]
    if scenario.file is not None and read_file(place, scenario) != known.contents[1]:
        found.append(f"{scenario.file} is not that of an undisturbed run")
    left = [file.name for file in place.top.glob("out/**/*") if file.name.endswith(LEFTOVERS)]
    found += [f"left behind: {name}" for name in left]
    console = (place.top / "console.txt").read_text(encoding="utf-8", errors="replace")
    if "Traceback" in console:
        found.append(console[console.index("Traceback") :][:3000])
    return found
