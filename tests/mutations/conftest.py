"""The plain modules beside this file are found by the tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
