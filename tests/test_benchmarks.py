"""The benchmarks start: `make bench` is run by people alone, who find out last that it does not."""

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent


def test_a_benchmark_nobody_wrote_is_named_beside_those_there_are() -> None:
    command = [sys.executable, str(TESTS / "bench"), "nothing"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == (
        "unknown: nothing; there are peers, starting, stages, scaling, latency, rescanning,"
        " memory, collection, gallery\n"
    )
