"""When a root is compared with the disk again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from drawn_images import draw
from set_clock import SetClock

from service.paths import Root
from service.store.writer import Store
from service.watch.watch_settings import WatchSettings
from service.worker.comparison import Comparison
from service.worker.root_status import RootStatusBoard


@dataclass(slots=True)
class Compared:
    """A root with one file that the database does not know, and a clock set by hand."""

    time: SetClock
    comparison: Comparison

    def compare_for(self, seconds: float) -> None:
        """Compare once; so much time passes before its end."""
        self.comparison.want({"Input": "a test"})
        assert self.comparison.find_next(self.time.now) is not None
        self.time.now += seconds
        assert self.comparison.find_next(self.time.now) is None

    def rest(self) -> float:
        """Return for how many seconds the next one is not due."""
        self.comparison.want({"Input": "a test"})
        begin = self.time.now
        waited = 0.0
        while not self.comparison.is_due(begin + waited):
            waited += 0.5
        return waited


@pytest.fixture
def compared(tmp_path: Path) -> Iterator[Compared]:
    (tmp_path / "Input").mkdir()
    draw(tmp_path / "Input" / "a.png", 1)
    time = SetClock()
    clock = time.clock()
    roots = {"Input": Root("Input", tmp_path / "Input")}
    with Store.open(tmp_path / "images.db") as store:
        presence = RootStatusBoard(store, clock)
        yield Compared(time, Comparison(roots, store, WatchSettings(), presence, clock))


@pytest.mark.parametrize(
    ("took", "rest"),
    [(0.0, 0.0), (2.0, 20.0), (59.0, 590.0), (60.0, 600.0), (5000.0, 600.0)],
)
def test_after_a_comparison_the_root_rests_ten_times_as_long_as_it_took_and_ten_minutes_at_most(
    compared: Compared, took: float, rest: float
) -> None:
    compared.compare_for(took)
    assert compared.rest() == rest
