"""Whether processes that a test started, or that these started, have ended."""

from collections.abc import Iterable

import psutil
from patience import wait_for


def is_running(process: psutil.Process) -> bool:
    """Return whether a process runs. One that has ended and was not reaped yet does not.

    What outlived its parent is reaped by the first process of the system, at its leisure: in some
    containers two seconds later.
    """
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_ended(processes: Iterable[psutil.Process]) -> None:
    """Wait until none of these runs; fail with those that do when patience ends."""
    waited_for = list(processes)
    wait_for(lambda: [process for process in waited_for if is_running(process)], [])
