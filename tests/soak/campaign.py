"""One soak: rounds of changes and disturbances, and after each a look whether all is as it must be.

A round does some changes in a row while disturbances come and go. At its end they are over, and the
database has to become what the model says. Kills of the service itself are in the first part only:
the life after them is long enough to see whether memory grows.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import truth_checks
from disturbances import (
    AWAY,
    MOUNT_POINT,
    Disks,
    Disturbance,
    FullDisk,
    KilledService,
    LockedDatabase,
    LongSnapshot,
    Service,
    kill_one,
    wait_until_known_as_away,
)
from folder_changes import FolderChanges
from gauges import Sample, find_growth, take_sample
from patience import PATIENCE_S
from random_places import ROOTS
from running_service import Place
from soak_model import Model

CONFIG = """
[[root]]
name = "Input"
path = "Input"
[[root]]
name = "Second"
path = "Second"
[watch]
settle_seconds = 0.1
empty_settle_seconds = 0.3
rescan_minutes = 0.1
scrub_days = 0.01
[backup]
every_hours = 0.05
keep = 2
folder = "backups"
[log]
keep_files = 30
[extract]
batch_size = 8
[[export]]
kind = "prompts"
out = "lists/prompts.txt"
"""
LIST = "lists/prompts.txt"
LEAST_STEPS, MOST_STEPS = 5, 40
"""Changes in one round."""
DISTURBED = 0.12
"""Of all steps, how many begin a disturbance, or kill something."""
KILLS_UNTIL = 0.35
"""Of the whole: until then the service itself is killed, too."""
CHECK_EVERY = 8
"""Rounds between two of SQLite's own checks."""
LOOK_S = 0.2
MOST_READER_KILLS = 2
"""In one round. A file over which readers die again and again is a failure, and that is right."""


class Differs(Exception):  # noqa: N818  # no error of the soak
    """Something is not as it must be; the message says what, with what was done before."""


@dataclass(slots=True)
class Report:
    """What a soak has done and seen."""

    seed: int
    rounds: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    """How often each change was done and each disturbance began."""
    checks: int = 0
    """Rows of the database that were compared with the model."""
    samples: list[Sample] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    log_lines: dict[str, int] = field(default_factory=dict)


class Campaign:
    """Runs the service in a folder of its own, and everything against it."""

    def __init__(
        self, top: Path, seed: int, progress: Callable[[int], float], disk_mb: int
    ) -> None:
        self._place = Place(top)
        for root in ROOTS:
            (top / root).mkdir()
        (top / "out").mkdir()
        self._place.config.write_text(CONFIG, encoding="utf-8")
        self._progress = progress
        self._dice = Random(seed)  # noqa: S311  # the same soak again
        self._other_dice = Random(seed)  # noqa: S311
        """Chooses among what differs from run to run, such as processes."""
        self._model = Model()
        self._changes = FolderChanges(top, Random(seed), self._model)  # noqa: S311
        self._service = Service(self._place)
        self._disks = Disks(top)
        self._under_way: list[tuple[int, Disturbance]] = []
        self.report = Report(seed)
        if self._disks.allowed:
            self._disks.mount_memory(top / "out", disk_mb)
            self._disks.plug_in()
            self._changes.places.volumes.append(MOUNT_POINT)
        else:
            self.report.left_out.append("mounts and the full disk: no right to mount here")

    @property
    def _part(self) -> float:
        return self._progress(self._model.steps)

    def run(self, on_round: Callable[[Report], None]) -> Report:
        """Do it all. Raises Differs."""
        try:
            self._service.start()
            self._settle()
            while self._part < 1:
                self._round()
                on_round(self.report)
            self._finish()
        except BaseException:
            self._keep_out()
            raise
        finally:
            self.report.counts = dict(self._model.counts)
            self._end_all()  # one of them starts the service again
            self._service.kill()
            self._disks.close()
        return self.report

    def _keep_out(self) -> None:
        """Copy what the service wrote, since its disk goes with us."""
        self._end_all()
        self._service.kill()
        shutil.copytree(self._place.top / "out", self._place.top / "out as it was")

    def _round(self) -> None:
        self.report.rounds += 1
        is_unplugged = self._disks.allowed and self._dice.random() < 0.1
        if is_unplugged:
            self._unplug()
        reader_kills = 0
        for _ in range(self._dice.randint(LEAST_STEPS, MOST_STEPS)):
            self._end_what_is_over()
            if self._dice.random() < DISTURBED:
                reader_kills += self._disturb(may_kill_readers=reader_kills < MOST_READER_KILLS)
            self._changes.change()
            time.sleep(self._dice.choice((0.0, 0.0, 0.02, 0.2)))
        self._end_all()
        self._settle()
        if is_unplugged:
            self._plug_in()

    def _unplug(self) -> None:
        self._model.counts["unplug_disk"] += 1
        self._model.note("unplug_disk")
        self._disks.unplug()
        self._changes.places.volumes.remove(MOUNT_POINT)
        below = [place for place in self._model.present if place.startswith(f"{MOUNT_POINT}/")]
        self._model.away.update(below)
        if below:
            wait_until_known_as_away(self._place)

    def _plug_in(self) -> None:
        self._disks.plug_in()
        self._changes.places.volumes.append(MOUNT_POINT)
        self._model.away.clear()
        self._settle()

    def _disturb(self, *, may_kill_readers: bool) -> int:
        """Begin a disturbance, or kill a reader or its ExifTool; return how many were killed."""
        database = self._place.database
        made: dict[str, Callable[[], Disturbance]] = {
            "lock_database": lambda: LockedDatabase(database),
            "hold_snapshot": lambda: LongSnapshot(database),
        }
        if self._disks.allowed:
            made["fill_disk"] = lambda: FullDisk(database.parent)
        if self._part < KILLS_UNTIL:
            made["kill_service"] = lambda: KilledService(self._service)
        name = self._dice.choice([*made, "kill_reader", "kill_exiftool"])
        lasts = self._dice.randint(1, MOST_STEPS)
        if name in made:
            self._begin(name, made[name](), lasts)
            return 0
        if not may_kill_readers:
            return 0
        readers, exiftools = self._service.readers, self._service.exiftools
        processes = readers if name == "kill_reader" else exiftools
        killed = kill_one(processes, self._other_dice)
        self._model.counts[name] += killed
        return int(killed)

    def _begin(self, name: str, disturbance: Disturbance, lasts: int) -> None:
        if any(type(one) is type(disturbance) for _, one in self._under_way):
            return
        self._model.note(name)
        self._model.counts[name] += 1
        disturbance.begin()
        self._under_way.append((self._model.steps + lasts, disturbance))

    def _end_what_is_over(self) -> None:
        for end, disturbance in list(self._under_way):
            if end <= self._model.steps:
                self._under_way.remove((end, disturbance))
                disturbance.end()

    def _end_all(self) -> None:
        for _, disturbance in self._under_way:
            disturbance.end()
        self._under_way.clear()

    def _settle(self) -> None:
        """Wait until the database is as it must be, look at it closely, and measure."""
        rows = self._wait_until_true()
        self._model.learn(rows)
        self.report.checks += len(rows)
        problems = truth_checks.find_half_images(self._place.database)
        if self.report.rounds % CHECK_EVERY == 0:
            problems += truth_checks.find_damage(self._place.database)
        self._require(problems)
        if self._service.pid is not None:
            sample = take_sample(self._service.pid, self._place.database)
            self.report.samples += [] if sample is None else [sample]

    def _wait_until_true(self) -> dict[str, truth_checks.Row]:
        deadline = time.monotonic() + PATIENCE_S
        while problems := self._find_differences():
            if time.monotonic() > deadline:
                raise Differs("\n".join([f"after {PATIENCE_S:g} s:", *problems]))
            self._confirm_what_is_held()
            time.sleep(LOOK_S)
        return truth_checks.read_rows(self._place.database)

    def _find_differences(self) -> list[str]:
        if death := self._service.find_death():
            raise Differs(death)
        database = self._place.database
        found = self._model.find_differences(truth_checks.read_rows(database))
        found = found or truth_checks.find_false_failures(database, self._model)
        status = self._place.status_file()
        if not found and status.get("pid") != self._service.pid:
            found = ["the service is not up"]
        message = status.get("message")
        if not found and message is not None and not self._disks.is_unplugged:
            found = [f"the service waits for something: {message}"]
        return found

    def _confirm_what_is_held(self) -> None:
        """Say that what is gone is gone, as the service asks for where many files go at once."""
        message = str(self._place.status_file().get("message"))
        if "are held as present" in message and AWAY not in message:
            self._model.counts["confirm_missing"] += 1
            for root in ROOTS:
                self._place.run("confirm-missing", root)

    def _require(self, problems: list[str]) -> None:
        if problems:
            raise Differs("\n".join(problems))

    def _finish(self) -> None:
        """Stop, start again, stop: everything stays; then compare with an undisturbed run."""
        for _ in range(2):
            code = self._service.stop()
            self._require([] if code == 0 else [f"the service ended with code {code}"])
            self._service.start()
            self._settle()
        self._wait_for_list()
        self._service.stop()
        self._require(truth_checks.find_damage(self._place.database))
        self._require(truth_checks.find_tracebacks(self._place))
        self._require(truth_checks.find_other_facts(self._place, self._model, ROOTS))
        self._require(find_growth(self.report.samples))
        self.report.log_lines = truth_checks.count_log_levels(self._place)

    def _wait_for_list(self) -> None:
        """Wait until the timed export has every prompt of the database."""
        deadline = time.monotonic() + PATIENCE_S
        path = self._place.top / LIST
        prompts = truth_checks.read_prompts(self._place.database)
        while set(path.read_text(encoding="utf-8").splitlines()) != prompts:
            if time.monotonic() > deadline:
                raise Differs(f"{LIST} has other prompts than the database")
            time.sleep(LOOK_S)
