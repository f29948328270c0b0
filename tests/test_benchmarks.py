"""The benchmarks start: `make bench` is run by people alone, who find out last that it does not."""

import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent / "bench"))

import figures
from figures import Figure, Section


def test_a_benchmark_nobody_wrote_is_named_beside_those_there_are() -> None:
    command = [sys.executable, str(Path(figures.__file__).parent), "nothing"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == (
        "unknown: nothing; there are peers, starting, stages, scaling, latency, rescanning,"
        " memory, collection, gallery\n"
    )


def test_what_was_not_measured_again_stands_on_the_page_as_it_was(tmp_path: Path) -> None:
    kept, page = tmp_path / "bench.json", tmp_path / "benchmarks.md"
    first = Section("2026-01-01 00:00 UTC", 0.5, [Figure("start", 2.0, "s", "cold", limit=1.0)])
    second = Section("2026-01-02 00:00 UTC", 0.5, [Figure("burst", 9.0, "1/s", "warm", least=5.0)])
    again = Section("2026-01-03 00:00 UTC", 0.5, [Figure("start", 0.5, "s", "cold", limit=1.0)])
    figures.keep({"starting": first}, kept)
    assert figures.keep({"latency": second}, kept) == {"starting": first, "latency": second}
    known = figures.keep({"starting": again}, kept)
    assert known == {"starting": again, "latency": second}
    figures.write_page(known, page)
    text = page.read_text(encoding="utf-8")
    assert "All 2 goals are reached." in text
    assert "| start | 0.5 s | ≤ 1 ok |  | cold |" in text
    assert "Measured 2026-01-02 00:00 UTC; the load was 0.5 at the end." in text
