"""What is asked while the service runs is done by it, and says what it says without a service."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from asked import rows
from commands import Said, run
from drawn_images import draw_many
from patience import wait_for
from running_service import Place, Running, running

from service import instance
from service.cli import hand_over
from service.service_state import ServiceState
from service.store.status import ServiceStatus
from service.store.writer import Store

COUNT = 12


@pytest.fixture
def service(place: Place) -> Iterator[Running]:
    """Return a running service that has read some images."""
    draw_many(place.input, COUNT)
    with running(place) as service:
        wait_for(lambda: len(rows(place.database, "SELECT 1 FROM images")), expected=COUNT)
        yield service


def requests(place: Place) -> list[tuple[object, ...]]:
    """Return the requests that are in the database."""
    return rows(place.database, "SELECT command, state, done FROM request_rows ORDER BY id")


def told(service: Running) -> str:
    """Return what a command says first."""
    return (
        f"The running service (process {service.pid}) does this between its batches. Ctrl+C takes "
        "it back.\n"
    )


@pytest.mark.parametrize("words", [("reprocess", "--all"), ("resources",)], ids=" ".join)
def test_rows_are_made_again_by_the_service_that_runs(
    service: Running, words: tuple[str, ...]
) -> None:
    place = service.place
    said = run(place, *words)
    assert said == Said(0, f"{COUNT} images made again\n", told(service))
    assert requests(place) == []
    assert service.process.poll() is None


def test_a_dump_is_filled_in_by_the_service_that_runs(service: Running) -> None:
    place = service.place
    found = [
        {
            "SourceFile": f"Input/far/{number}.png",
            "PNG:Parameters": f"owl\nSteps: 20, Seed: {number}",
        }
        for number in range(100)
    ]
    (place.top / "all.json").write_text(json.dumps([*found, 7]), encoding="utf-8")
    said = run(place, "ingest", "--in", "all.json", "--jsonl", "records.jsonl")
    complaint = "not an ExifTool object: a line must be a JSON object with SourceFile"
    assert said == Said(
        1,
        f"100 images → {place.database}\n",
        f"{told(service)}failed: object 101: {complaint}\n",
    )
    written = (place.top / "records.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(written) == COUNT + 100
    assert requests(place) == []


def test_what_takes_two_requests_is_told_of_once(service: Running) -> None:
    place = service.place
    (place.top / "map.csv").write_text("ref,kind,name\n25,lora,X\n", encoding="utf-8")
    said = run(place, "resolve", "--map", "map.csv", "--rewrite")
    assert (said.code, said.err) == (0, told(service))
    assert said.out.splitlines()[0] == "models: 1 file known; 1 new, 0 changed, 0 unchanged"
    assert said.out.splitlines()[-1] == "0 images rewritten; new images are resolved from now on"


def test_what_the_service_cannot_do_is_told_and_it_goes_on(service: Running) -> None:
    place = service.place
    said = run(place, "ingest", "--in", "none.jsonl")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"{told(service)}aiimagepipe: {place.top / 'none.jsonl'}: cannot be")
    assert requests(place) == []
    assert run(place, "reprocess").code == 0
    assert service.process.poll() is None


def test_two_that_ask_at_once_both_get_what_they_asked_for(service: Running) -> None:
    place = service.place
    asking = [
        subprocess.Popen(
            [sys.executable, "-m", "service", "resources", "--config", str(place.config)],
            cwd=Path(__file__).resolve().parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    assert [one.communicate()[0] for one in asking] == [f"{COUNT} images made again\n"] * 2
    assert requests(place) == []


def seem_to_run(monkeypatch: pytest.MonkeyPatch, *, for_calls: int) -> None:
    """Let a service seem to run, of which nobody hears any more after so many questions."""
    states = iter([True] * for_calls)

    def state(database: Path) -> ServiceState:
        runs = next(states, False)
        return ServiceState(runs, str(database), ServiceStatus(pid=42), None, ())

    monkeypatch.setattr(hand_over, "read_state", state)


@pytest.fixture
def held(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Return a place whose database is held by a program that seems to be a service."""
    draw_many(place.input, 2)
    assert run(place, "all").code == 0
    seem_to_run(monkeypatch, for_calls=1000)
    with instance.hold_instance(place.database):
        yield place


TOLD = "The running service (process 42) does this between its batches. Ctrl+C takes it back.\n"


def test_ctrl_c_takes_a_request_back(held: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_seconds: float) -> None:
        assert requests(held) == [("reprocess", "waiting", 0)]
        raise KeyboardInterrupt

    monkeypatch.setattr(hand_over.time, "sleep", interrupt)
    said = run(held, "reprocess")
    assert said == Said(130, "", f"{TOLD}Taken back; what was done so far stays.\n")
    assert requests(held) == []


def test_a_service_that_ends_leaves_a_request_for_its_next_start(
    held: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over, "ALIVE_S", 0.0)
    seem_to_run(monkeypatch, for_calls=1)
    said = run(held, "resources")
    assert said == Said(
        2,
        "",
        f"{TOLD}aiimagepipe: the service has ended before this was done (0 images so far); it is "
        "taken up at its next start\n",
    )
    assert requests(held) == [("reprocess", "waiting", 0)]
    line = re.search(r"^ request +(.*?) *$", run(held, "status").out, re.MULTILINE)
    assert line is not None
    assert line[1] == "reprocess: waiting, 0 done so far"


def test_status_names_requests_by_the_commands_that_people_type(held: Place) -> None:
    with Store.open(held.database) as store:
        for command in ("learn", "rewrite"):
            store.request_book().add(command, {}, "2026-11-30T12:00:00Z")
    assert re.findall(r"^ request +(.*?) *$", run(held, "status").out, re.MULTILINE) == [
        "resolve: waiting, 0 done so far",
        "resolve --rewrite: waiting, 0 done so far",
    ]


def test_what_needs_a_file_of_the_command_is_taken_back_where_the_service_ends(
    held: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over, "ALIVE_S", 0.0)
    seem_to_run(monkeypatch, for_calls=2)
    (held.top / "map.csv").write_text("ref,kind,name\n25,lora,X\n", encoding="utf-8")
    said = run(held, "resolve", "--map", "map.csv")
    assert (said.code, said.out) == (2, "")
    assert said.err.endswith("has ended before this was done; give the command again\n")
    assert requests(held) == []
    assert list(held.database.parent.glob("images.db.learnt*")) == []


def test_who_is_no_service_is_not_asked(held: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    seem_to_run(monkeypatch, for_calls=0)
    for words in (("reprocess",), ("resources",), ("resolve",), ("ingest", "--in", "x.jsonl")):
        (held.top / "x.jsonl").touch()
        said = run(held, *words)
        assert (said.code, said.out) == (3, "")
        assert said.err.startswith(f"aiimagepipe: {held.database} is held by process {os.getpid()}")
    assert requests(held) == []
