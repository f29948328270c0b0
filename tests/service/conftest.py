"""What the tests of the running service share.

The plain modules beside this file are used by other folders, too.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parent.parent / "store"))

from running_service import place  # noqa: F401  # a fixture
