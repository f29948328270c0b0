"""What the tests of the installed service share with those of ``aiimagepipe run``."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "service")]

from running_service import place  # noqa: E402, F401  # a fixture
