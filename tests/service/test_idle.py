"""A service with nothing to do costs nothing, and its database's file alone holds all there is."""

import shutil
import sys
import time
from pathlib import Path

import pytest
from asked import count, wait_for
from drawn_images import draw_many
from running_service import Place, Running, running

WATCHED_S = 5


def wait_until_quiet(place: Place, images: int) -> None:
    """Wait until a copy of the database's file alone holds every row: then all is done."""
    copy = place.top / "copied.db"

    def rows_in_a_copy() -> int:
        shutil.copy(place.database, copy)
        return count(copy)

    wait_for(lambda: count(place.database), images)
    wait_for(rows_in_a_copy, images)


def wakes_of(service: Running) -> int:
    """Return how often the threads of the service, and of all it started, went to sleep so far."""
    total = 0
    for pid in (service.pid, *(child.pid for child in service.children())):
        for task in Path(f"/proc/{pid}/task").iterdir():
            words = (task / "status").read_text(encoding="ascii").split()
            total += int(words[words.index("voluntary_ctxt_switches:") + 1])
    return total


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="as Linux counts")
def test_an_idle_service_sleeps_and_wakes_a_few_times_a_second(place: Place) -> None:
    draw_many(place.input, 3)
    with running(place) as service:
        wait_until_quiet(place, 3)
        began, before = time.monotonic(), wakes_of(service)
        time.sleep(WATCHED_S)
        wakes = wakes_of(service) - before
        seconds = time.monotonic() - began
    # Six were counted. What a look of the worker costs is counted in tests/worker/test_rest.py.
    assert 0 < wakes / seconds < 30


def test_when_it_is_quiet_a_copy_of_the_database_s_file_alone_holds_every_row(place: Place) -> None:
    draw_many(place.input, 40)
    with running(place):
        wait_until_quiet(place, 40)
