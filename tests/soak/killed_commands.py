"""The commands that write: each killed at some moment, run again, and compared with its like.

That is the same command over the same files, which nobody has disturbed.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import fault_points
import psutil
import store_dump
from asked import rows
from drawn_images import draw, draw_many, infotext, png
from ended import wait_until_ended
from fault_points import POINTS, VARIABLE
from patience import PATIENCE_S, wait_for
from running_service import Place, environment

from service.cli import main

HERE = Path(__file__).parent
MARK = "SOAK_KILL"
"""In the environment of a killed command, by which all that it started is known."""
STORING = ("a row is half written", "before a commit", "after a commit")
READING = ("texts are collected", "a text is parsed", "values are normalized")
READING += ("a prompt is split", "resources are collected", "rows are packed")
TAKING = ("a batch is taken", "a batch is sorted", "a file is hashed", "tags are read")
REPLACING = ("a file is to be replaced", "a file is replaced")
SOME_FAILED = 1
"""The exit code where a broken file was tried, which is tried again a minute later."""
MODELS = ("SELECT version_id, kind, model_name, sha256, file_name, trust FROM model_versions",)
OLD_RECIPE = "UPDATE images SET recipe = 'a1111@0 blobs@0', model = 'what an older version thought'"
REFERENCES = """{text}, Model hash: {hash}, \
Civitai resources: [{{"type":"lora","weight":0.8,"modelVersionId":{number}}}]"""
LEFTOVERS = (".part", ".tmp", "-journal")
SCHEMAS = HERE.parent / "store" / "schemas"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command, and the place where it is run and killed."""

    name: str
    words: tuple[str, ...]
    prepare: Callable[[Place], None]
    points: tuple[str, ...]
    then: tuple[tuple[str, ...], ...] = ()
    """What is run behind it before the comparison."""
    result: str = "out/images.db"
    """The database that is compared."""
    file: str | None = None
    """A file that it writes, which has to be old or new at every moment."""
    ends: bool = True
    """False: it runs until it is killed, and ``then`` completes it."""
    is_done: Callable[[Place], bool] = lambda _: False
    """Whether a killed one was done, so that to run it again would be refused."""


@dataclass(slots=True)
class Undisturbed:
    """A scenario's place before the command, and what an undisturbed run makes of it."""

    template: Place
    seconds: float
    dump: list[str]
    contents: tuple[bytes | None, bytes | None]
    """Of the file that it writes: before, and after."""


def draw_images(place: Place, count: int = 27) -> None:
    """Write images, one of them broken, and the settings."""
    place.input.mkdir(parents=True)
    place.configure(batch_size=4)
    with place.config.open("a", encoding="utf-8") as config:
        config.write("processes = 1\n")
    draw_many(place.input, count)
    (place.input / "broken.png").write_text("no image", encoding="utf-8")


def fill(place: Place) -> None:
    """Let the database know the images; this is done once, and copied."""
    filled = Place(place.top.with_name("filled"))
    if not filled.top.exists():
        draw_images(filled)
        run(filled, "all")
    shutil.copytree(filled.top, place.top, dirs_exist_ok=True)


def fill_and_change(place: Place) -> None:
    """Let a known folder have new, changed, moved and deleted files."""
    fill(place)
    draw_many(place.input / "new", 12, start=500)
    for number in range(4):  # most stay: a copied root is known by its files
        draw(place.input / f"{number:05}.png", 700 + number, "a blue whale")
        (place.input / f"{10 + number:05}.png").rename(place.input / f"moved {number}.png")
        (place.input / f"{20 + number:05}.png").unlink()


def fill_dump(place: Place) -> None:
    """Let there be a dump of the images, and no database."""
    draw_images(place)
    run(place, "dump", "--out", "out/raw.jsonl")


def fill_and_outdate(place: Place) -> None:
    """Let every row be of an older version."""
    fill(place)
    change_database(place.database, OLD_RECIPE)


def fill_with_references(place: Place) -> None:
    """Let the images name models by numbers, and an export that knows them."""
    place.input.mkdir(parents=True)
    place.configure(batch_size=4)
    models = []
    for number in range(1, 30):
        text = REFERENCES.format(text=infotext(number), hash=f"{number:010x}", number=number)
        (place.input / f"{number}.png").write_bytes(png(text))
        model = {"name": f"Brass {number}", "type": "LORA"}
        sha256 = f"{number:010x}".ljust(64, "0")
        files = [{"name": f"brass_{number}.safetensors", "hashes": {"SHA256": sha256}}]
        models.append({"id": number, "modelId": 900 + number, "model": model, "files": files})
    (place.top / "export.json").write_text(json.dumps({"items": models}), encoding="utf-8")
    run(place, "all")


def fill_and_list(place: Place) -> None:
    """Let there be an old list."""
    fill(place)
    (place.top / "out" / "tokens.txt").write_text("old\n", encoding="utf-8")


def fill_and_keep(place: Place) -> None:
    """Let there be a backup of an older state."""
    fill(place)
    run(place, "backup")
    (backup,) = (place.top / "out" / "backups").glob("images-*.db")
    backup.rename(place.top / "kept.db")
    draw_many(place.input, 5, start=900)
    run(place, "all")


def fill_and_lose_most(place: Place) -> None:
    """Let most images be gone, which nobody believes yet."""
    draw_images(place, 100)
    run(place, "all")
    for number in range(80):
        (place.input / f"{number:05}.png").unlink()
    run(place, "all")


def fill_of_older_version(place: Place) -> None:
    """Let there be a database of the first version, with a missing image and the images."""
    draw_images(place, 10)
    place.database.parent.mkdir()
    change_database(place.database, (SCHEMAS / "0001.sql").read_text(encoding="utf-8"))
    for number in range(200):
        change_database(
            place.database,
            "INSERT INTO images (stable_id, root, folder, file_name, size_bytes, mtime_ns, status, "  # noqa: S608  # numbers
            "recipe, first_seen_at, ingested_at, missing_since) VALUES "
            f"('old {number}', 'Input', 'old/', '{number}.png', 1, 2, 'ok', 'r', '2026-01-01', "
            "'2026-01-01', '2026-01-01')",
        )


def change_database(database: Path, script: str) -> None:
    """Run statements."""
    with closing(apsw.Connection(str(database))) as connection:
        connection.execute(script).fetchall()


COPYING = ("a copy is half made", *REPLACING)
SALVAGED = "out/images.salvaged.db"
SCENARIOS = (
    Scenario("reprocess", ("reprocess",), fill_and_outdate, (*STORING, *READING)),
    Scenario("all", ("all",), draw_images, (*TAKING, *STORING, *READING)),
    Scenario(
        "all, changes",
        ("all",),
        fill_and_change,
        ("an image has moved", "files are marked missing", *STORING),
    ),
    Scenario("run", ("run",), fill_and_change, (*TAKING, *STORING), then=(("all",),), ends=False),
    Scenario("ingest", ("ingest", "--in", "out/raw.jsonl"), fill_dump, STORING),
    Scenario("resources", ("resources",), fill, STORING),
    Scenario(
        "resolve",
        ("resolve", "--rewrite", "--civitai", "export.json"),
        fill_with_references,
        ("models are learnt", *STORING),
    ),
    Scenario(
        "export",
        ("export", "tokens", "--out", "out/tokens.txt"),
        fill_and_list,
        REPLACING,
        file="out/tokens.txt",
    ),
    Scenario("backup", ("backup",), fill, COPYING),
    Scenario("restore", ("restore", "--from", "kept.db"), fill_and_keep, COPYING),
    Scenario(
        "salvage",
        ("salvage",),
        fill,
        ("a table is salvaged", *REPLACING),
        result=SALVAGED,
        is_done=lambda place: (place.top / SALVAGED).exists(),
    ),
    Scenario(
        "confirm-missing",
        ("confirm-missing", "Input"),
        fill_and_lose_most,
        ("it is confirmed",),
        then=(("all",),),
    ),
    Scenario("migration", ("all",), fill_of_older_version, ("a version is migrated", *REPLACING)),
)


def run(place: Place, *words: str) -> int:
    """Run a command to its end in a process of its own; return its exit code."""
    pid = _fork(place, words)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _fork(place: Place, words: tuple[str, ...], arm: Callable[[], None] = lambda: None) -> int:
    """Start a command in a fork, which has all modules loaded already; return its number."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        os.environ.update(environment())
        arm()
        console = os.open(place.top / "console.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(console, 1)
        os.dup2(console, 2)
        os.chdir(place.top)
        sys.argv = ["aiimagepipe", *map(str, place.command(*words)[3:])]
        main()
        code = 0
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    except BaseException:  # noqa: BLE001  # a bug of the command, told like one
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


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
    pid = _fork(place, scenario.words, lambda: os.environ.update({MARK: str(place.top)}))
    time.sleep(moment)
    return _end(pid, place)


def _kill_at_point(place: Place, scenario: Scenario, point: str, passes: int) -> int:
    def arm() -> None:
        os.environ[MARK] = str(place.top)
        if point in POINTS:
            fault_points.arm(point, passes, _spent(place))
            return
        paths = (HERE / "in_readers", HERE, os.environ["PYTHONPATH"])
        os.environ["PYTHONPATH"] = os.pathsep.join(map(str, paths))
        os.environ[VARIABLE] = f"{point}:{passes}:{_spent(place)}"

    pid = _fork(place, scenario.words, arm)
    if not scenario.ends:
        with suppress(AssertionError):  # it may never come by so often
            wait_for(_spent(place).exists, expected=True, patience_s=PATIENCE_S / 20)
        return _end(pid, place)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    wait_until_ended(_started_by(place))
    return code


def _end(pid: int, place: Place) -> int:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    wait_until_ended(_started_by(place))
    return code


def _started_by(place: Place) -> list[psutil.Process]:
    """Return the processes that a command has started and that still run."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == str(place.top):
                found.append(process)
    return found


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
            if copy.name != "images.db" and rows(copy, "SELECT COUNT(*) FROM images") == []:
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
