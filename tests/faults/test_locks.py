"""Another program holds the database: nothing is lost, the service says so, and goes on."""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
from asked import count, rows, wait_for
from commands import run
from drawn_images import draw_many
from patience import PATIENCE_S
from running_service import Place, environment, running

HELD = "another program holds the write lock since "


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Hold the write lock, as DB Browser does with unwritten changes."""
    # Not the standard library's: of two SQLites in one process, one drops the locks of the other.
    with closing(apsw.Connection(str(database))) as other:
        other.set_busy_timeout(30_000)
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def message(place: Place) -> str:
    """Return what the service says it waits for."""
    return str(place.status_file().get("message"))


def test_what_arrives_while_the_database_is_locked_is_there_afterwards(place: Place) -> None:
    draw_many(place.input, 20)
    with running(place) as service:
        wait_for(lambda: count(place.database), 20)
        with held(place.database):
            draw_many(place.input, 200, start=20)
            wait_for(lambda: message(place).startswith(HELD), expected=True)
            told = run(place, "status", "--json").json()
            draw_many(place.input, 100, start=220)
            wait_for(
                lambda: int(str(place.status_file()["queued"])) >= 100, expected=True
            )  # it hears of them
            meanwhile = count(place.database), message(place).startswith(HELD)
        wait_for(lambda: count(place.database, "status = 'ok'"), 320)
        wait_for(lambda: message(place), "None")
        assert service.stop() == 0
    assert isinstance(told, dict)
    assert (told["running"], told["counts"]["present"]) == (True, 20)
    assert told["service"]["message"].startswith(HELD)
    assert meanwhile == (20, True)
    assert rows(place.database, "SELECT * FROM failures") == []


def test_a_service_that_starts_while_the_database_is_locked_waits_and_can_be_stopped(
    place: Place,
) -> None:
    assert run(place, "all").code == 0
    draw_many(place.input, 3)
    with held(place.database):
        with running(place) as service:
            wait_for(lambda: message(place).startswith(HELD), expected=True)
            assert service.stop() == 0
        assert count(place.database) == 0
    assert run(place, "all").code == 0
    assert count(place.database) == 3


def test_a_single_pass_says_what_it_waits_for_and_goes_on(place: Place) -> None:
    assert run(place, "all").code == 0
    draw_many(place.input, 3)
    with held(place.database):
        process = subprocess.Popen(
            place.command("all"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            encoding="utf-8",
        )
        assert process.stderr is not None
        said = process.stderr.readline()
    out, rest = process.communicate(timeout=PATIENCE_S)
    assert said.startswith(HELD)
    assert (process.returncode, rest, count(place.database)) == (0, "", 3)
    assert out.startswith("3 images read, ")


def test_a_command_that_only_reads_does_not_mind_the_lock(place: Place) -> None:
    draw_many(place.input, 3)
    assert run(place, "all").code == 0
    with held(place.database):
        assert run(place, "show", "00001.png").code == 0
        assert run(place, "failures").out == "No file has failed.\n"
