"""What the hostile files share with the tests of the running service."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.extend(str(TESTS / name) for name in ("", "hostile", "service", "worker"))

from running_service import place  # noqa: E402, F401  # a fixture, found behind the path above
