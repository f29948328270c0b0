"""Do small wrongs, one after the other, in a copy of this project; see if the named tests notice.

    python tests/mutations [WORDS...]

With words, only the mutations are tried whose file, test or description contains one of them. The
exit code is 1 where a wrong was not noticed. ``mutations.toml`` is the list; an entry there is all
that a further one needs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from table import TOP, Mutation, find_problems, read_table

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "Input", "out", "dist", "build")
IMPATIENT = {"TEST_PATIENCE": "0.25", "PYTHONDONTWRITEBYTECODE": "1"}
"""A test that waits for what a wrong keeps from coming need not wait for long."""
PASSED, FAILED = 0, 1
"""Exit codes of pytest; all others tell that it could not run the test."""


def main(words: Sequence[str]) -> int:
    """Return 0, or 1 where a wrong was not noticed or could not be tried."""
    chosen = [one for one in read_table() if _is_chosen(one, words)]
    problems = [problem for one in chosen for problem in find_problems(one)]
    if problems:
        print(*problems, sep="\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder) / "project"
        shutil.copytree(TOP, top, ignore=LEFT_OUT)
        code, told = _run(top, sorted({one.test for one in chosen}))
        if code != PASSED:
            print(told, "The tests fail without any mutation.", sep="\n")
            return 1
        unnoticed = [one for one in chosen if not _is_noticed(one, top)]
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} wrongs were noticed")
    return 1 if unnoticed else 0


def _is_chosen(mutation: Mutation, words: Sequence[str]) -> bool:
    told = f"{mutation.what} {mutation.file} {mutation.test}"
    return not words or any(word in told for word in words)


def _is_noticed(mutation: Mutation, top: Path) -> bool:
    """Do the wrong, run its test, and undo it."""
    path = top / mutation.file
    before = path.read_bytes()
    mutation.apply(top)
    code, told = _run(top, [mutation.test])
    path.write_bytes(before)
    answer = {FAILED: "noticed", PASSED: "NOT NOTICED"}.get(code, "NOT RUN")
    print(f"{answer:<11}  {mutation.file:<32}  {mutation.what}", flush=True)
    if code not in (PASSED, FAILED):
        print(told)
    return code == FAILED


def _run(top: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests of the copy with its own code; return pytest's exit code and what it says."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    variables = {**os.environ, **IMPATIENT, "PYTHONPATH": str(top)}
    done = subprocess.run(
        command, cwd=top, env=variables, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description=__doc__)
    PARSER.add_argument("words", nargs="*", help="parts of files, tests or descriptions")
    sys.exit(main(PARSER.parse_args().words))
