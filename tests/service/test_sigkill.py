"""Killed at any moment and started again, it makes the database of an undisturbed run."""

import random
import shutil
import signal
import subprocess
import time
from contextlib import closing
from pathlib import Path

import apsw
import psutil
import pytest
import store_dump
from asked import count, rows, wait_for
from commands import run
from drawn_images import draw_many
from ended import wait_until_ended
from running_service import Place, environment, running

from service import demo

COUNT = 800
"""More than ten lives of a quick machine can take in."""
KILLS = 10


def fill(folder: Path) -> int:
    """Write the images, a broken one among them, and return how many there are."""
    draw_many(folder, COUNT)
    (folder / "broken.png").write_text("no image", encoding="utf-8")
    return COUNT + 1 + len(list(demo.write_samples(folder / "samples")))


def dump(database: Path) -> list[str]:
    """Return all that a database says."""
    with closing(apsw.Connection(str(database))) as connection:
        return store_dump.dump(connection)


@pytest.mark.slow
def test_ten_sigkills_in_mid_ingest_leave_the_database_of_an_undisturbed_run(
    place: Place, tmp_path: Path
) -> None:
    undisturbed = Place(tmp_path / "undisturbed")
    shutil.copytree(place.top, undisturbed.top, ignore=shutil.ignore_patterns("undisturbed"))
    total = fill(place.input)
    shutil.copytree(place.input, undisturbed.input, dirs_exist_ok=True)
    place.configure(batch_size=4)
    assert run(undisturbed, "all").code == 1  # one file is broken
    moments = random.Random(20_26)  # noqa: S311  # the same moments every time
    kills = 0
    while kills < KILLS and count(place.database) < total - COUNT // 10:
        kill_at(place, moments.uniform(0.0, 0.15))
        kills += 1
    assert kills >= KILLS // 2  # the fewer, the longer this process was kept from looking
    with running(place) as service:
        wait_for(lambda: count(place.database), total)
        assert service.stop() == 0
    assert rows(place.database, "PRAGMA integrity_check") == [("ok",)]
    assert rows(place.database, "PRAGMA foreign_key_check") == []
    assert dump(place.database) == dump(undisturbed.database)


def kill_at(place: Place, moment: float) -> None:
    """Start the service and kill it so many seconds after it has saved something more.

    Nothing of it stays.
    """
    before = count(place.database)
    process = subprocess.Popen(
        place.command("run"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    try:
        wait_for(lambda: count(place.database) > before, expected=True)
        children = psutil.Process(process.pid).children(recursive=True)
        time.sleep(moment)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_until_ended(children)
