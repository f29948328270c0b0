"""Kill every command that writes, again and again, and compare with an undisturbed run.

    python tests/soak/kills.py [--kills 500 | --each-point] [--seed N] [--in FOLDER]

Half of the kills are at named points (``fault_points.py``), half at random moments. Each killed
command is run again, and what the database says then has to be what an undisturbed run makes it
say. Exit code 1: it was not; the place is kept.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS.parent), str(TESTS), str(TESTS / "service"), str(TESTS / "store")]

from kill_scenarios import SCENARIOS, Scenario  # noqa: E402  # found by the line above
from killed_commands import Undisturbed, kill_and_complete, measure  # noqa: E402

AT_RANDOM = "at random"
TELL_AFTER = 50
"""Kills."""


class Kills:
    """Counts what was killed, and where."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._dice = Random(seed)  # noqa: S311  # the same kills again
        self._folder = folder
        self._known: dict[str, Undisturbed] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.too_late = 0
        """Commands that had ended before."""
        self.bad = 0

    @property
    def total(self) -> int:
        """Return how many were killed."""
        return sum(self.counts.values())

    def kill_many(self, kills: int) -> None:
        """Kill so many, each command in its turn, every other time at a point."""
        told = 0
        for scenario, point in self._endless():
            if self.total >= kills:
                return
            self.kill(scenario, point)
            if self.total >= told + TELL_AFTER:
                told = self.total
                print(f"{told} kills", flush=True)

    def _endless(self) -> Iterator[tuple[Scenario, str | None]]:
        while True:
            for scenario in SCENARIOS:
                yield scenario, None
                yield scenario, self._dice.choice(scenario.points)

    def kill_at_each_point(self) -> None:
        """Kill once at each point, in the first command that comes by there: the quickest."""
        first = {point: one for one in reversed(SCENARIOS) for point in one.points}
        for point, scenario in first.items():
            self.kill(scenario, point, passes=1)

    def kill(self, scenario: Scenario, point: str | None, passes: int | None = None) -> None:
        """Kill one command, and print what is wrong afterwards."""
        if scenario.name not in self._known:
            self._known[scenario.name] = measure(scenario, self._folder)
        top = self._folder / f"{scenario.name} killed"
        known = self._known[scenario.name]
        passes = passes or self._dice.choice((1, 1, 2, 5))
        moment = self._dice.uniform(0.0, known.seconds)
        outcome = kill_and_complete(scenario, known, top, point=point, passes=passes, moment=moment)
        where = point or AT_RANDOM
        self.counts[scenario.name, where] += outcome.was_killed
        self.too_late += not outcome.was_killed
        if not outcome.problems:
            shutil.rmtree(top)
            return
        self.bad += 1
        kept = top.rename(self._folder / f"{scenario.name} bad {self.bad}")
        at = f"after {moment:.3f} s" if point is None else f"{point}, {passes}"
        print(f"{scenario.name}, killed {at}; kept: {kept}", *outcome.problems, sep="\n    ")


def main(arguments: argparse.Namespace) -> int:
    """Kill as often as asked, and return the exit code."""
    print(f"seed {arguments.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="kills-", dir=arguments.folder))
    kills = Kills(arguments.seed, folder)
    began = time.monotonic()
    if arguments.each_point:
        kills.kill_at_each_point()
    else:
        kills.kill_many(arguments.kills)
    for (scenario, where), count in sorted(kills.counts.items()):
        print(f"{scenario:<16} {where:<26} {count:4}")
    minutes = (time.monotonic() - began) / 60
    print(f"seed {arguments.seed}: {kills.total} kills in {minutes:.1f} minutes, ", end="")
    print(f"{kills.too_late} came too late, {kills.bad} not as an undisturbed run")
    if kills.bad == 0:
        shutil.rmtree(folder)
    return int(kills.bad > 0)


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    PARSER.add_argument("--kills", type=int, default=500)
    PARSER.add_argument("--each-point", action="store_true", help="one kill at each named point")
    PARSER.add_argument("--seed", type=int, default=int(time.time()))
    PARSER.add_argument("--in", dest="folder", help="the folder in which it makes its own")
    sys.exit(main(PARSER.parse_args()))
