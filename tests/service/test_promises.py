"""What else is promised of the running service: names, settings, and no network."""

import subprocess
import sys
from pathlib import Path

import pytest
from asked import count, rows, wait_for
from drawn_images import draw, draw_many
from running_service import Place, environment, running

HOOK = """
import os, sys

def note(event, arguments):
    if event.startswith(("socket.", "ssl.", "urllib.", "ftplib.", "smtplib.", "http.")):
        with open(os.environ["HEARD"], "a") as out:
            print(event, arguments, file=out)

sys.addaudithook(note)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="macOS and Windows may know them as one file")
def test_two_names_that_look_alike_are_two_files(place: Place) -> None:
    """One is composed (NFC), the other decomposed (NFD)."""
    draw(place.input / "caf\u00e9.png", 1)
    draw(place.input / "cafe\u0301.png", 2)
    with running(place) as service:
        wait_for(lambda: count(place.database), 2)
        (place.input / "caf\u00e9.png").unlink()
        wait_for(lambda: count(place.database), 1)
        assert service.stop() == 0
    names = "SELECT file_name, seed, state FROM images ORDER BY seed"
    assert rows(place.database, names) == [
        ("caf\u00e9.png", "1", "missing"),
        ("cafe\u0301.png", "2", "present"),
    ]


def test_settings_that_change_while_it_runs_count_from_the_next_start(place: Place) -> None:
    with running(place) as service:
        place.config.write_text("[watch]\nsettle_seconds = 'soon'\n[nonsense\n", encoding="utf-8")
        draw_many(place.input, 3)
        wait_for(lambda: count(place.database), 3)
        assert service.stop() == 0
    checked = place.run("config", "check")
    again = place.run("run")
    assert (checked.returncode, again.returncode) == (2, 2)
    assert str(place.config) in again.stderr


def test_neither_the_service_nor_its_readers_open_a_socket(place: Place) -> None:
    hooks = place.top / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    heard = place.top / "heard.txt"
    variables = environment()
    variables |= {"PYTHONPATH": f"{hooks}:{variables['PYTHONPATH']}", "HEARD": str(heard)}
    draw_many(place.input, 5)
    for words in (["all"], ["status"], ["doctor"], ["stats"]):
        subprocess.run(
            place.command(*words), env=variables, check=False, capture_output=True, cwd=place.top
        )
    probe = "import socket; socket.socket()"
    before = _lines(heard)
    subprocess.run([sys.executable, "-c", probe], env=variables, check=True)
    assert count(place.database) == 5
    assert [line for line in before if "gethostname" not in line] == []
    assert len(_lines(heard)) == len(before) + 1


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
