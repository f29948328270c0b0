"""The memory of a reader where its system does not limit it: macOS.

Linux (RLIMIT_AS) and Windows (Job Object) refuse what is too much, see process_tree.
"""

import threading
from collections.abc import Callable

import psutil

LOOK_S = 0.25
"""Between two looks. In the meantime a process writes some hundred megabytes at most."""


def watch_memory(
    pid: int, limit: int, has_ended: threading.Event, on_excess: Callable[[str], None]
) -> None:
    """Look at a process and all it started until ``has_ended`` is set.

    Where one of them holds more than ``limit`` bytes, ``on_excess`` is told so in words, once.
    """
    while not has_ended.wait(LOOK_S):
        most = _largest(pid)
        if most > limit:
            on_excess(f"it took {most:,} bytes of memory, {limit:,} are allowed")
            return


def _largest(pid: int) -> int:
    """Return the resident bytes of the largest process of the tree; 0 where none is there."""
    try:
        process = psutil.Process(pid)
        tree = (process, *process.children(recursive=True))
        return max(int(one.memory_info().rss) for one in tree)
    except psutil.Error:  # one of them has just ended: the next look will tell
        return 0
