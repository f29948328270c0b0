"""The worker driven by hand; the plain modules of other folders are used, too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parent.parent / "service"))
sys.path.append(str(Path(__file__).parent.parent / "store"))

from mounts import disks  # noqa: F401
from running_service import place  # noqa: F401  # fixtures, all of them
from working_by_hand import by_hand, door, heard  # noqa: F401
