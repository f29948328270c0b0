"""The running service's fixtures, here, too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "service"))
