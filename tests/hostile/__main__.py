"""Measure the running service on hostile files: ``python tests/hostile [part of a name …]``.

Prints one line a case. ``--seconds`` is how long a row is waited for, ``--list`` only names the
cases.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import conftest  # noqa: F401  # the folders that the next lines import from
from hostile_cases import CASES, Case
from hostile_run import Limits, Measured, measure, table
from running_service import Place


def main() -> None:
    """Measure the cases whose names hold one of the given words; all where none is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of the names of cases")
    parser.add_argument("--seconds", type=float, default=Limits().outcome_s)
    parser.add_argument("--stop-seconds", type=float, default=Limits().stop_s)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    words = options.words or [""]
    cases = [case for case in CASES if any(word in case.name for word in words)]
    if options.list:
        for case in cases:
            sys.stdout.write(f"{case.name:36} {case.what}\n")
        return
    limits = Limits(outcome_s=options.seconds, stop_s=options.stop_seconds)
    for line in table(_measure_all(cases, limits)):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _measure_all(cases: list[Case], limits: Limits) -> Iterator[Measured]:
    for case in cases:
        top = Path(tempfile.mkdtemp(prefix="hostile-"))
        try:
            place = Place(top)
            place.input.mkdir()
            place.configure()
            yield measure(case, place, limits)
        except AssertionError as error:  # a machine too busy to start it in time
            yield Measured(case.name, f"not run: {error}", None, None, 0, 0, None, None)
        finally:
            shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main()
