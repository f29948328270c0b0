"""``python -m pip`` for Windows' embeddable Python, which has none and all packages already.

It notes its words in the file that ``STAND_IN_PIP_CALLS`` names, and fails where these match
``STAND_IN_PIP_FAILS``.
"""

import os
import re
import sys
from pathlib import Path

if __name__ == "__main__":
    words = " ".join(sys.argv[1:])
    with Path(os.environ["STAND_IN_PIP_CALLS"]).open("a", encoding="utf-8") as calls:
        calls.write(f"{words}\n")
    failing = os.environ.get("STAND_IN_PIP_FAILS")
    if failing and re.search(failing, words):
        sys.exit("ERROR: Could not find a version that satisfies the requirement")
