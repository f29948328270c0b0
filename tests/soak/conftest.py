"""The soak's modules, and those of the running service and the store."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parent.parent / "service"))
sys.path.append(str(Path(__file__).parent.parent / "store"))
