"""When the timed exports run, what they write of it, and that none of it stops the service."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import apsw
import pytest
import store_samples
from patience import PATIENCE_S

from service.clock import Clock
from service.config.export import Export
from service.export.report import Written
from service.scheduled_exports.run import run_export
from service.scheduled_exports.schedule import (
    AFTER_FAILURE_S,
    LOOK_FOR_FILES_S,
    REST_S,
    ExportSchedule,
    Run,
    digest_files,
)
from service.store.export_states import ExportState
from service.store.status import ServiceStatus
from service.store.writer import Store

START = 1_770_000_000.0


@dataclass
class Desk:
    """A timetable, a clock set by hand, and a database."""

    folder: Path
    store: Store
    now: float = 0.0
    ran: list[str] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: START + self.now)

    def export(self, name: str = "tokens.txt", **more: object) -> Export:
        return Export.model_validate({"kind": "tokens", "out": self.folder / name, **more})

    def timetable(self, *exports: Export, run: Run = run_export) -> ExportSchedule:
        def noted(export: Export, path: Path, is_cancelled: Callable[[], bool]) -> Written:
            self.ran.append(export.out.name)
            return run(export, path, is_cancelled)

        return ExportSchedule(exports, self.store, self.clock, noted)

    def wait(self, timetable: ExportSchedule, now: float) -> list[str]:
        """Look until nothing runs any more; return what ran."""
        self.now, self.ran = now, []
        for _ in range(5):
            timetable.look(now, self.store)
            if timetable._running is not None:
                timetable._running.wait()
        return self.ran

    def slow(self, seconds: float) -> Run:
        """Return a run that takes so long by the desk's clock."""

        def run(export: Export, path: Path, is_cancelled: Callable[[], bool]) -> Written:
            self.now += seconds
            return run_export(export, path, is_cancelled)

        return run

    def rest_of(self, timetable: ExportSchedule) -> float:
        """Return until when nothing runs, where the last run was seen to have ended at 0."""
        rest = 0.0
        while not self.wait(timetable, rest):
            rest += 10.0
        return rest

    def save(self, number: int) -> None:
        self.store.save([store_samples.image(number, path=f"{number}.png")], now=store_samples.NOW)

    def states(self) -> list[ExportState]:
        return self.store.exports().states()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Store.open(tmp_path / "images.db") as store:
        made = Desk(tmp_path, store)
        made.save(1)
        yield made


def test_an_export_runs_at_once_and_then_only_when_data_changed_and_it_has_rested(
    desk: Desk,
) -> None:
    timetable = desk.timetable(desk.export())
    assert desk.wait(timetable, 0) == ["tokens.txt"]
    assert desk.wait(timetable, 1000) == []
    desk.save(2)
    assert desk.wait(timetable, 1001) == ["tokens.txt"]
    desk.save(3)
    assert desk.wait(timetable, 1001 + REST_S - 1) == []
    assert desk.wait(timetable, 1001 + REST_S) == ["tokens.txt"]


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.mark_missing("Input", ["1.png"], store_samples.LATER),
        lambda store: store.relocate(1, "Input", "elsewhere.png", 5, 6),
        lambda store: store.save([store_samples.odd_image()], now=store_samples.NOW),
    ],
)
def test_whatever_is_written_of_an_image_is_a_change(
    desk: Desk, change: Callable[[Store], object]
) -> None:
    before = desk.store.exports().data_version()
    change(desk.store)
    assert desk.store.exports().data_version() > before


def test_a_heartbeat_is_no_change(desk: Desk) -> None:
    before = desk.store.exports().data_version()
    desk.store.heartbeat(ServiceStatus(pid=1))
    assert desk.store.exports().data_version() == before


def test_by_minutes_it_runs_at_most_so_often_also_after_a_restart(desk: Desk) -> None:
    export = desk.export(every=10)
    assert desk.wait(desk.timetable(export), 0) == ["tokens.txt"]
    desk.save(2)
    timetable = desk.timetable(export)
    assert desk.wait(timetable, 599) == []
    assert desk.wait(timetable, 601) == ["tokens.txt"]


@pytest.mark.parametrize(
    ("took", "rest"), [(1.0, 30.0), (3.0, 30.0), (20.0, 200.0), (500.0, 5000.0)]
)
def test_an_export_rests_half_a_minute_or_ten_times_as_long_as_it_took(
    desk: Desk, took: float, rest: float
) -> None:
    timetable = desk.timetable(desk.export(), run=desk.slow(took))
    desk.wait(timetable, 0)
    desk.save(2)
    assert desk.rest_of(timetable) == rest


def test_an_export_by_minutes_that_takes_long_rests_for_its_length_and_not_for_its_minutes(
    desk: Desk,
) -> None:
    timetable = desk.timetable(desk.export(every=1), run=desk.slow(20.0))
    desk.wait(timetable, 0)
    desk.save(2)
    assert desk.rest_of(timetable) == 200.0


def test_a_failed_export_that_took_long_rests_for_its_length(desk: Desk) -> None:
    bad = desk.export("sql.txt", kind="sql", sql="SELECT x FROM nowhere")
    timetable = desk.timetable(bad, run=desk.slow(60.0))
    desk.wait(timetable, 0)
    assert desk.rest_of(timetable) == 600.0


def test_where_the_clock_was_set_back_an_export_of_another_life_rests_its_minutes_and_no_longer(
    desk: Desk,
) -> None:
    export = desk.export(every=10)
    desk.wait(desk.timetable(export), 50_000)
    desk.save(2)
    desk.now = 0.0
    assert desk.rest_of(desk.timetable(export)) == 600.0


def test_a_lost_file_and_changed_settings_make_it_run_again(desk: Desk) -> None:
    desk.wait(desk.timetable(desk.export()), 0)
    assert desk.wait(desk.timetable(desk.export()), 100) == []
    (desk.folder / "tokens.txt").unlink()
    assert desk.wait(desk.timetable(desk.export()), 200) == ["tokens.txt"]
    assert desk.wait(desk.timetable(desk.export(limit=3)), 300) == ["tokens.txt"]


def test_a_list_that_others_have_changed_is_made_again_also_after_a_restart(desk: Desk) -> None:
    listed = desk.folder / "tokens.txt"
    timetable = desk.timetable(desk.export())
    desk.wait(timetable, 0)
    written = listed.read_bytes()
    listed.write_bytes(b"")
    assert (desk.wait(timetable, 100), listed.read_bytes()) == (["tokens.txt"], written)
    listed.write_bytes(written[::-1])
    restarted = desk.timetable(desk.export())
    assert desk.wait(restarted, 200) == ["tokens.txt"]
    assert (listed.read_bytes(), desk.wait(restarted, 300)) == (written, [])


def test_a_list_of_which_only_the_time_changed_is_looked_at_once_and_stays(desk: Desk) -> None:
    timetable = desk.timetable(desk.export())
    desk.wait(timetable, 0)
    os.utime(desk.folder / "tokens.txt", (1, 1))
    assert desk.wait(timetable, 100) == ["tokens.txt"]
    assert (desk.folder / "tokens.txt").stat().st_mtime == 1
    assert desk.wait(timetable, 200) == []


def test_of_an_export_that_is_configured_no_more_nothing_is_left(desk: Desk) -> None:
    desk.wait(desk.timetable(desk.export()), 0)
    desk.wait(desk.timetable(), 100)
    left = desk.store._connection.execute("SELECT COUNT(*) FROM export_files").get
    assert (desk.states(), left) == ([], 0)


@pytest.mark.parametrize("how", [{"by_model": True}, {"kind": "templates", "min_fillers": 2}])
def test_a_single_file_that_is_lost_of_many_is_made_again(
    desk: Desk, how: dict[str, object]
) -> None:
    for number, light in enumerate(("soft lighting", "rim lighting"), 2):
        drawn = store_samples.image(number, path=f"{number}.png")
        first = replace(drawn.image.passes[0], positive_prompt=f"red fox, {light}, masterpiece")
        desk.store.save(
            [replace(drawn, image=replace(drawn.image, passes=(first,)))], now=store_samples.NOW
        )
    export = desk.export("lists", **how)
    timetable = desk.timetable(export)
    assert desk.wait(timetable, 0) == ["lists"]
    files = {path: path.read_bytes() for path in export.out.rglob("*.txt")}
    assert desk.wait(timetable, 100) == []
    min(files).unlink()
    assert desk.wait(timetable, 100 + LOOK_FOR_FILES_S - 1) == []
    assert desk.wait(timetable, 100 + LOOK_FOR_FILES_S) == ["lists"]
    assert {path: path.read_bytes() for path in export.out.rglob("*.txt")} == files != {}


def test_its_state_stands_in_the_database_and_what_is_not_configured_any_more_is_forgotten(
    desk: Desk,
) -> None:
    export = desk.export(limit=2, dialect="impact")
    desk.wait(desk.timetable(export, desk.export("other.txt")), 5)
    desk.wait(desk.timetable(export), 100)
    (state,) = desk.states()
    settings = '{"dialect": "impact", "kind": "tokens", "limit": 2}'
    at = "2026-02-02T02:40:05Z"
    out = str(desk.folder / "tokens.txt")
    digest = digest_files(export)
    assert state == ExportState(
        out, "tokens", settings, 1, at, 0.0, 2, state.unsafe, at, None, digest
    )


def test_a_single_pass_leaves_the_states_alone(desk: Desk) -> None:
    desk.wait(desk.timetable(desk.export()), 5)
    ExportSchedule(None, desk.store, desk.clock).look(6, desk.store)
    assert len(desk.states()) == 1


def test_one_that_fails_says_why_keeps_its_file_and_tries_again_later(desk: Desk) -> None:
    good, bad = desk.export(), desk.export("sql.txt", kind="sql", sql="SELECT x FROM nowhere")
    timetable = desk.timetable(bad, good)
    assert desk.wait(timetable, 0) == ["sql.txt", "tokens.txt"]
    failed, done = desk.states()
    assert (failed.error, failed.data_version) == (
        "sql: SQLite refuses the query: no such table: nowhere",
        None,
    )
    assert (done.error, done.data_version) == (None, 1)
    assert desk.wait(timetable, AFTER_FAILURE_S - 1) == []
    assert desk.wait(timetable, AFTER_FAILURE_S) == ["sql.txt"]


def test_a_bug_in_an_export_is_told_and_goes_no_further(desk: Desk) -> None:
    def broken(*_: object) -> Written:
        raise ZeroDivisionError("a bug")

    desk.wait(desk.timetable(desk.export(), run=broken), 0)
    assert [state.error for state in desk.states()] == ["ZeroDivisionError: a bug"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE").fetchall()
    yield
    other.close()


def test_where_another_program_holds_the_database_the_state_is_written_later(desk: Desk) -> None:
    timetable = desk.timetable(desk.export())
    with locked(desk.store.path):
        assert desk.wait(timetable, 0) == ["tokens.txt"]
        assert desk.states() == []
    desk.wait(timetable, 1)
    assert [state.error for state in desk.states()] == [None]


def test_looking_in_never_waits_and_closing_stops_the_run_in_hand(desk: Desk) -> None:
    begun = threading.Event()

    def slow(export: Export, path: Path, is_cancelled: Callable[[], bool]) -> Written:
        begun.set()
        while not is_cancelled():
            pass
        return run_export(export, path, is_cancelled)

    (desk.folder / "tokens.txt").write_bytes(b"old\n")
    timetable = desk.timetable(desk.export(), run=slow)
    timetable.look(0, desk.store)
    assert begun.wait(PATIENCE_S)
    timetable.look(1, desk.store)
    timetable.close()
    assert (desk.folder / "tokens.txt").read_bytes() == b"old\n"
