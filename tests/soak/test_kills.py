"""One kill at each named point. Five hundred are done by ``make soak``."""

import subprocess
import sys
from pathlib import Path

import pytest
from fault_points import POINTS, READER_POINTS
from kill_scenarios import SCENARIOS
from patience import LIMIT_S

KILLS = Path(__file__).parent / "kills.py"
MUST_BE_KILLED = {*POINTS, *READER_POINTS}


def test_every_point_is_of_a_command_and_every_command_has_one() -> None:
    assert {point for one in SCENARIOS for point in one.points} == MUST_BE_KILLED
    assert [one.name for one in SCENARIOS if not one.points] == []


@pytest.mark.slow
@pytest.mark.posix("SIGKILL, and forks")
@pytest.mark.timeout(3 * LIMIT_S)
def test_a_command_killed_at_any_named_point_and_run_again_makes_what_it_would_have_made(
    tmp_path: Path,
) -> None:
    command = [sys.executable, KILLS, "--each-point", "--seed", "2026", "--in", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f": {len(MUST_BE_KILLED)} kills in " in done.stdout, done.stdout
