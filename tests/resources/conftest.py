"""The plain module beside this file is shared."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
