"""The running service's fixtures, here, too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parent.parent / "service"))
sys.path.append(str(Path(__file__).parent.parent / "store"))

from running_service import place  # noqa: F401  # a fixture
