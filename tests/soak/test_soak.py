"""A short soak: the long one is ``make soak``."""

from pathlib import Path

import pytest
from campaign import Campaign
from patience import LIMIT_S

STEPS = 150
SEED = 20_26
DISK_MB = 64


@pytest.mark.slow
@pytest.mark.posix("SIGKILL, and handles that are counted")
@pytest.mark.timeout(2 * LIMIT_S)
def test_a_short_soak_loses_nothing_and_lets_nothing_in(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path, SEED, lambda steps: steps / STEPS, DISK_MB)
    report = campaign.run(lambda _: None)
    assert report.rounds > 0
    assert report.checks > STEPS
