"""What all tests share: plain modules, limits, hypothesis' profile, the option for golden files."""

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
sys.path.append(str(HERE))

from patience import LIMIT_S  # noqa: E402  # found by the line above

from service.event_log import load_structlog  # noqa: E402

load_structlog()  # structlog's capture_logs takes what is set up, so that has to be before

# No deadline: a busy machine makes any example slow, and that is no fault of ours. Derandomized:
# the suite tries the same examples everywhere, so that what is red is red for everybody and a
# change is judged by what it changed; new examples are what tests/fuzz is for. Without a database
# of old failures, which a derandomized run has no use for.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


# Side by side, and in the background of a script, tests are started with Ctrl+C ignored. What they
# start would ignore it, too, though a person who starts it does not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``."""
    parser.addoption(
        "--update-golden",
        metavar="GENERATOR[/CASE]",
        help="write expected.json of these cases anew; what changed fails once, so that it is read",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test its limit, and skip on Windows what only POSIX systems have."""
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LIMIT_S))
        for mark in item.iter_markers("posix"):
            if os.name == "nt":
                item.add_marker(pytest.mark.skip(reason=mark.args[0]))


@pytest.fixture(scope="session")
def updated_golden(request: pytest.FixtureRequest) -> frozenset[str]:
    """Return the generators and cases whose golden files are to be written instead of compared."""
    name: str | None = request.config.getoption("--update-golden")
    if name is None:
        return frozenset()
    cases = [path.parent for path in (HERE / "fixtures").glob("*/*/blobs.json")]
    known = {f"{case.parent.name}/{case.name}" for case in cases} | {
        case.parent.name for case in cases
    }
    if name not in known:
        raise pytest.UsageError(
            f"--update-golden: there is no generator or case {name!r} in tests/fixtures"
        )
    return frozenset({name})
