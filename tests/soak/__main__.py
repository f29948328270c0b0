"""Soak the real service: everything at random against it, and nothing may be lost or let in.

    python tests/soak [--minutes 60 | --steps N] [--seed N] [--in FOLDER]

Prints its seed, what was done, how often, and figures of memory. Exit code 1: something was not as
it must be; it is printed with the last changes of that file, and the folder is kept.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS.parent), str(TESTS), str(TESTS / "service"), str(TESTS / "store")]

from campaign import Campaign, Differs, Report  # noqa: E402  # found by the line above
from gauges import describe, longest_life  # noqa: E402

DISK_MB = 64
DISK_MB_A_MINUTE = 8
"""What the database may take grows with the files that ever were."""
TELL_S = 60.0


def main(arguments: argparse.Namespace) -> int:
    """Run one soak and return the exit code."""
    print(f"seed {arguments.seed}", flush=True)
    top = Path(tempfile.mkdtemp(prefix="soak-", dir=arguments.folder))
    disk_mb = DISK_MB + int(DISK_MB_A_MINUTE * arguments.minutes)
    campaign = Campaign(top, arguments.seed, progress_of(arguments), disk_mb)
    try:
        campaign.run(tell_now_and_then())
    except Differs as error:
        show(campaign.report)
        print(f"\nNOT AS IT MUST BE (seed {arguments.seed}); kept: {top}\n{error}")
        return 1
    except AssertionError as error:
        show(campaign.report)
        print(f"\nwaited in vain (seed {arguments.seed}); kept: {top}\n{error}")
        return 1
    show(campaign.report)
    print("all of it as it must be")
    shutil.rmtree(top)
    return 0


def progress_of(arguments: argparse.Namespace) -> Callable[[int], float]:
    """Return how far the soak is, from 0 to 1, by its steps or by the clock."""
    if arguments.steps:
        return lambda steps: float(steps / arguments.steps)
    began = time.monotonic()
    return lambda _: float((time.monotonic() - began) / (60 * arguments.minutes))


def tell_now_and_then() -> Callable[[Report], None]:
    """Return what prints a line about once a minute."""
    began = last = time.monotonic()

    def tell(report: Report) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= TELL_S:
            last = now
            minutes = (now - began) / 60
            memory = f"{report.samples[-1].main_mib:.0f} MiB" if report.samples else "not measured"
            print(f"{minutes:5.0f} min  {report.rounds} rounds, all true; {memory}", flush=True)

    return tell


def show(report: Report) -> None:
    """Print what was done and seen."""
    done = sum(report.counts.values())
    print(
        f"seed {report.seed}: {report.rounds} rounds, {done:,} changes and disturbances, ", end=""
    )
    print(f"{report.checks:,} rows compared")
    for name, count in sorted(report.counts.items()):
        print(f"{name:<20} {count:6,}")
    for what in report.left_out:
        print(f"left out: {what}")
    levels = ", ".join(f"{count:,} {level}" for level, count in sorted(report.log_lines.items()))
    print(f"log lines: {levels}")
    print(f"figures of {len(longest_life(report.samples))} quiet moments in the longest life:")
    print(*describe(report.samples), sep="\n")


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    PARSER.add_argument("--minutes", type=float, default=60)
    PARSER.add_argument("--steps", type=int, default=0, help="changes, instead of minutes")
    PARSER.add_argument("--seed", type=int, default=int(time.time()))
    PARSER.add_argument("--in", dest="folder", help="the folder in which the soak makes its own")
    sys.exit(main(PARSER.parse_args()))
