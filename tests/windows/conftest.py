"""What the tests of the installed service share with those of ``aiimagepipe run``."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "service")]

from installed_service import empty_place  # noqa: E402  # found by the line above
from running_service import Place  # noqa: E402


@pytest.fixture
def place() -> Place:
    """Return the place of the installed service, empty, with its configuration."""
    return empty_place()
