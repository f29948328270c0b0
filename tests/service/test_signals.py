"""Asked to stop, it finishes what it has in hand and leaves nothing behind.

A second one does not start.
"""

import re
import signal
import subprocess
import sys
import time

import psutil
import pytest
from asked import count, rows, wait_for
from commands import run
from drawn_images import draw_many
from ended import wait_until_ended
from patience import PATIENCE_S
from running_service import Place, environment, running

MANY = 1500


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_in_mid_work_ends_it_with_the_batch_in_hand_written(
    place: Place, number: signal.Signals
) -> None:
    place.configure(batch_size=4)  # many batches, however late the signal comes
    draw_many(place.input, MANY)
    with running(place) as service:
        wait_for(lambda: count(place.database) > 0, expected=True)
        assert service.stop(number) == 0
    # Before we look into it ourselves: a WAL database gets its two companions from every reader.
    assert sorted(path.name for path in place.database.parent.glob("images.db*")) == [
        "images.db",
        "images.db.lock",
    ]
    there = count(place.database)
    assert 0 < there < MANY
    assert rows(place.database, "PRAGMA integrity_check") == [("ok",)]
    assert rows(place.database, "SELECT message FROM service_status") == [("stopped",)]
    said = [
        (line["done"], line["because"])
        for line in place.log()
        if line["event"] == "service_stopped"
    ]
    assert said == [(there, number.name)]


def test_an_idle_service_does_not_wait_for_news_to_stop(place: Place) -> None:
    place.configure(rescan_minutes=1000)  # nothing will come of itself
    with running(place) as service:
        assert service.stop() == 0
    assert [line["event"] for line in place.log()][-2:] == ["service_started", "service_stopped"]


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script of a shell")
def test_a_service_whose_exiftool_does_not_answer_at_the_start_is_heard_to_stop(
    place: Place,
) -> None:
    silent = place.top / "exiftool"
    silent.write_text("#!/bin/sh\nsleep 600\n", encoding="utf-8")
    silent.chmod(0o755)
    place.configure(exiftool=str(silent))
    process = subprocess.Popen(place.command("run"), env=environment())
    wait_for(lambda: len(psutil.Process(process.pid).children(recursive=True)) > 1, expected=True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0  # ExifTool itself would be waited for twice as long


def test_ctrl_c_ends_a_single_pass_after_the_batch_in_hand_and_says_so(place: Place) -> None:
    place.configure(batch_size=4)  # many batches, however late the signal comes
    draw_many(place.input, MANY)
    process = subprocess.Popen(
        place.command("all"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        encoding="utf-8",
    )
    wait_for(lambda: count(place.database) > 0, expected=True)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    said, complaint = process.communicate(timeout=PATIENCE_S)
    wait_until_ended(children)
    there = count(place.database)
    assert process.returncode == 130
    assert re.sub(r"\d+\.\d s", "0.0 s", said) == (
        f"{there} images read, 0 moved, 0 gone, 0 failed in 0.0 s → {place.database}\n"
    )
    assert complaint == "stopped before the end; the next pass goes on from here\n"
    assert 0 < there < MANY


def test_a_second_instance_exits_3_and_names_the_first(place: Place) -> None:
    with running(place) as service:
        second = place.run("run")
        third = run(place, "all")
    held = rf"aiimagepipe: {re.escape(str(place.database))} is held by process {service.pid} on"
    expected = rf"{held} \S+, since [^.]+\. .+\n"
    assert (second.returncode, third.code) == (3, 3)
    assert re.fullmatch(expected, second.stderr)
    assert re.fullmatch(expected, third.err)


def test_after_sigkill_status_says_at_once_that_it_does_not_run(place: Place) -> None:
    with running(place) as service:
        alive = run(place, "status", "--json").json()
        service.kill()
        dead = run(place, "status", "--json").json()
    assert isinstance(alive, dict)
    assert isinstance(dead, dict)
    assert [alive["running"], dead["running"]] == [True, False]


@pytest.mark.parametrize("command", ["run", "all"])
@pytest.mark.parametrize("moment", [0.0, 0.1, 0.2, 0.4])
def test_ctrl_c_while_it_starts_ends_it_without_a_traceback(
    place: Place, command: str, moment: float
) -> None:
    """The moments count from when Python has found our program."""
    draw_many(place.input, 50)
    program = (
        f"import sys; print(flush=True); sys.argv = ['', '{command}', '--config', sys.argv[1]]"
    )
    program += "; from service.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(place.config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        encoding="utf-8",
    )
    assert process.stdout is not None
    process.stdout.readline()
    wait_for((place.database.parent / "images.db.lock").exists, expected=True)
    time.sleep(moment)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=PATIENCE_S)
    # A pass may be over by then; a signal that comes while Python itself ends is the system's.
    assert process.returncode in (0, 130, -signal.SIGINT)
    assert "Traceback" not in complaint


def test_ctrl_c_while_modules_are_loaded_ends_it_without_a_traceback() -> None:
    program = """
import sys

class Interrupted:
    def find_spec(self, name, *_):
        if name == "typer":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupted())
from service.__main__ import main
main()
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_hang_up_that_is_ignored_stays_ignored(place: Place) -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with running(place) as service:
            service.process.send_signal(signal.SIGHUP)
            draw_many(place.input, 1)
            wait_for(lambda: count(place.database), 1)
            assert service.stop() == 0
    finally:
        signal.signal(signal.SIGHUP, before)
