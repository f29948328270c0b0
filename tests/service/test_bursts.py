"""Many files at once: all of them get their rows, and memory stays what it was."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from asked import count, rows, wait_for
from drawn_images import draw_many
from running_service import Place, Running, running

MIB = 1024 * 1024

MOST_MIB = 200
"""Of a live service: the main process, one reader and its ExifTool."""


@pytest.mark.slow
def test_every_file_of_a_burst_has_its_row(place: Place) -> None:
    with running(place) as service:
        draw_many(place.input, 2000)
        wait_for(lambda: count(place.database, "status = 'ok'"), 2000)
        assert service.stop() == 0
    assert rows(place.database, "SELECT * FROM failures") == []


@contextmanager
def peak_of(service: Running) -> Iterator[list[int]]:
    """Measure the resident memory of the service and all it started, until the block ends."""
    peak, done = [0], threading.Event()

    def measure() -> None:
        while not done.wait(0.05):
            try:
                everyone = [psutil.Process(service.pid), *service.children()]
                peak[0] = max(peak[0], sum(one.memory_info().rss for one in everyone))
            except psutil.NoSuchProcess:
                continue

    thread = threading.Thread(target=measure)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


@pytest.mark.slow
def test_memory_is_flat_over_thousands_of_files(place: Place) -> None:
    place.config.write_text(
        place.config.read_text(encoding="utf-8") + "processes = 1\n", encoding="utf-8"
    )
    peaks = []
    with running(place) as service:
        for total in (1000, 2000, 3000):
            with peak_of(service) as peak:
                draw_many(place.input / str(total), 1000, start=total)
                wait_for(lambda: count(place.database, "status = 'ok'"), total)  # asked at once
            peaks.append(peak[0] / MIB)
        assert service.stop() == 0
    assert peaks[-1] < MOST_MIB
    assert peaks[-1] - peaks[0] < 12  # what is remembered of words fills up to its bounds
