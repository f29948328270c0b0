"""Prints the packages that Windows' Python needs.

Those of the service, and those its tests use there.
"""

import sys
import tomllib
from pathlib import Path

TESTS = {"hypothesis", "psutil", "pytest", "pytest-rerunfailures", "pytest-timeout"}
MARKED = ("colorama",)
"""Wanted on Windows alone, which pip does not see while it runs on Linux."""

if __name__ == "__main__":
    project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
    tests = [
        need for need in project["optional-dependencies"]["dev"] if need.split(">=")[0] in TESTS
    ]
    print("\n".join([*project["dependencies"], *tests, *MARKED]))
