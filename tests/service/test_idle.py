"""A service with nothing to do costs nothing, and its database's file alone holds all there is."""

import shutil
import time

import psutil
import pytest
from asked import count, wait_for
from drawn_images import draw_many
from running_service import Place, running


@pytest.mark.slow
def test_an_idle_service_takes_less_than_one_percent_of_a_core(place: Place) -> None:
    draw_many(place.input, 3)
    with running(place) as service:
        wait_for(lambda: count(place.database), 3)
        process = psutil.Process(service.pid)
        everyone = [process, *service.children()]
        time.sleep(4)  # until what follows a batch is done
        before = sum(sum(one.cpu_times()[:2]) for one in everyone)
        time.sleep(10)
        spent = sum(sum(one.cpu_times()[:2]) for one in everyone) - before
    assert spent / 10 < 0.01


def test_when_it_is_quiet_a_copy_of_the_database_s_file_alone_holds_every_row(place: Place) -> None:
    draw_many(place.input, 40)
    copy = place.top / "copied.db"

    def rows_in_a_copy() -> int:
        shutil.copy(place.database, copy)
        return count(copy)

    with running(place):
        wait_for(lambda: count(place.database), 40)
        wait_for(rows_in_a_copy, 40)
