"""Measures what was promised, all against something real in the same run.

python tests/bench [NAME…]: the modules to run; all of them when none is named. Prints one table,
keeps it in ``out/bench.json``, and writes ``docs/benchmarks.md`` from that once each has been run
on this machine: those that were not named stand as they were. Other programs on the machine disturb
wall times, so these are medians of rounds in turn.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog

from service.event_log import load_structlog

sys.path.extend(
    str(Path(__file__).resolve().parents[1] / name) for name in ("", "store", "gallery")
)

import collection
import figures
import gallery
import latency
import memory
import peers
import rescanning
import scaling
import stages
import starting
from figures import Figure, Section
from subjects import TOP

BENCHES: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "peers": peers.measure,
    "starting": starting.measure,
    "stages": stages.measure,
    "scaling": scaling.measure,
    "latency": latency.measure,
    "rescanning": rescanning.measure,
    "memory": memory.measure,
    "collection": collection.measure,
    "gallery": gallery.measure,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks and return 1 where a limit was missed."""
    if unknown := set(names) - BENCHES.keys():
        print(
            f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}",
            file=sys.stderr,
        )
        return 2
    load_structlog().configure(logger_factory=structlog.ReturnLoggerFactory())
    measured: dict[str, Section] = {}
    for name in names or BENCHES:
        print(f"{name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            measured[name] = Section.now(list(BENCHES[name](Path(folder))))
    found = [figure for section in measured.values() for figure in section.figures]
    figures.show(found)
    known = figures.keep(measured, TOP / "out" / "bench.json")
    if known.keys() >= BENCHES.keys():
        sections = {name: known[name] for name in BENCHES}
        figures.write_page(sections, TOP / "docs" / "benchmarks.md")
    return int(any(figure.verdict == "MISSED" for figure in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
