"""The disk is full, the log or the handles are gone: nothing is lost, and the service says so.

It goes on when there is room again.
"""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from asked import count, rows, wait_for
from commands import run
from drawn_images import draw_many
from running_service import Place, running

FULL = "the disk is full; make room, and the service goes on by itself"


@pytest.fixture
def small_disk(place: Place) -> Iterator[Path]:
    """Mount a disk of eight megabytes where the service writes."""
    if sys.platform != "linux":
        pytest.skip("no tmpfs here")
    out = place.top / "out"
    out.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "none", out], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount here")
    yield out
    subprocess.run(["umount", out], check=True)


def test_a_full_disk_is_told_and_waited_for(place: Place, small_disk: Path) -> None:
    draw_many(place.input, 20)
    ballast = small_disk / "ballast"
    with running(place) as service:
        wait_for(lambda: count(place.database), 20)
        fill(ballast)
        draw_many(place.input, 300, start=20)
        wait_for(lambda: FULL in str(place.status_file().get("message")), expected=True)
        told = run(place, "status", "--json").json()
        ballast.unlink()
        wait_for(lambda: count(place.database, "status = 'ok'"), 320)
        wait_for(lambda: place.status_file().get("message"), None)
        assert service.stop() == 0
    assert isinstance(told, dict)
    assert (told["running"], FULL in told["service"]["message"]) == (True, True)
    assert rows(place.database, "SELECT * FROM failures") == []
    assert rows(place.database, "PRAGMA integrity_check") == [("ok",)]


def fill(path: Path) -> None:
    """Write until there is no room for another byte."""
    with path.open("wb", buffering=0) as out:
        try:
            while out.write(b"\0" * 4096):
                pass
        except OSError:
            return


def test_a_log_folder_that_cannot_be_written_is_told_in_the_status_and_stops_no_work(
    place: Place,
) -> None:
    draw_many(place.input, 3)
    logs = place.top / "out" / "logs"
    with running(place) as service:
        wait_for(lambda: count(place.database), 3)
        shutil.rmtree(logs)
        logs.write_text("a file in its place", encoding="utf-8")
        draw_many(place.input, 3, start=10)
        wait_for(lambda: count(place.database), 6)
        wait_for(lambda: "the log " in str(place.status_file().get("message")), expected=True)
        logs.unlink()
        draw_many(place.input, 3, start=20)
        wait_for(lambda: count(place.database), 9)
        wait_for(lambda: place.status_file().get("message"), None)
        assert service.stop() == 0
    assert "log_lines_lost" in {line["event"] for line in place.log()}


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a running process are Linux's")
def test_a_service_that_runs_out_of_file_handles_says_so_and_goes_on(place: Place) -> None:
    import resource  # noqa: PLC0415  # not on Windows

    place.configure(rescan_minutes=0.1)
    with running(place) as service:
        wait_for(lambda: place.status_file().get("last_rescan_at") is None, expected=False)
        before = resource.prlimit(service.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (3, before[1]))
        draw_many(place.input, 20)
        too_many = os.strerror(errno.EMFILE)
        said = "SELECT message FROM service_status"
        wait_for(lambda: too_many in str(rows(place.database, said)), expected=True)
        told = run(place, "status")
        resource.prlimit(service.pid, resource.RLIMIT_NOFILE, before)
        wait_for(lambda: count(place.database, "status = 'ok'"), 20)
        assert service.stop() == 0
    assert too_many in told.out
    assert rows(place.database, "SELECT * FROM failures") == []
