"""Our commands in forks of this process, in which all modules are loaded already."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress

import psutil
from running_service import Place, environment

from service.cli import main

MARK = "SOAK_KILL"
"""In the environment of a command, by which all that it started is known."""


def run(place: Place, *words: str) -> int:
    """Run a command to its end in a process of its own; return its exit code."""
    pid = fork(place, words)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def fork(place: Place, words: tuple[str, ...], arm: Callable[[], None] = lambda: None) -> int:
    """Start a command in a fork, which has all modules loaded already; return its number."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        os.environ.update(environment() | {MARK: str(place.top)})
        arm()
        console = os.open(place.top / "console.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(console, 1)
        os.dup2(console, 2)
        os.chdir(place.top)
        sys.argv = ["aiimagepipe", *map(str, place.command(*words)[3:])]
        main()
        code = 0
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    except BaseException:  # noqa: BLE001  # a bug of the command, told like one
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def started_by(place: Place) -> list[psutil.Process]:
    """Return the processes that a command has started and that still run."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == str(place.top):
                found.append(process)
    return found
