"""From watchdog's events to the inbox.

Runs on watchdog's thread, so it only enqueues and never raises.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import PurePath
from typing import Final

import structlog
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)

from service.file_systems import long_name
from service.paths import Root
from service.watch.ignore import Names
from service.watch.inbox import Inbox

log = structlog.get_logger()

HEARD: Final[list[type[FileSystemEvent]]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
]
"""All others (opened, closed after reading, attributes) would come of our own reading."""

if (
    sys.platform != "linux"
):  # inotify tells of the close; one event a write would be thousands for a slow writer
    HEARD.append(FileModifiedEvent)

BURST = 64
"""Events within one second.

Windows' buffer of 64,000 bytes holds about twice that and overflows without a word.
"""


class Handler(FileSystemEventHandler):
    """Tells the inbox what happens below one root."""

    def __init__(self, root: Root, inbox: Inbox, names: Names, clock: Callable[[], float]) -> None:
        super().__init__()
        self._root = root
        self._inbox = inbox
        self._names = names
        self._clock = clock
        self._base = os.fspath(root.path).rstrip(os.sep)
        self._top = self._inside = ""
        self.starts_at(os.fspath(root.path))
        self._second = 0
        self._in_second = 0
        self.last_event_at: float | None = None
        """Seconds since 1970."""
        self.burst_at: float | None = None
        """When events last came faster than Windows' buffer surely holds, on the clock given."""

    def starts_at(self, top: str) -> None:
        """Set the path by which watchdog knows the root, where that is a link."""
        self._top = top
        self._inside = top.rstrip(os.sep) + os.sep

    def dispatch(self, event: FileSystemEvent) -> None:
        """Enqueue what the event tells of."""
        try:
            now = self._clock()
            self.last_event_at = time.time()
            self._count(now)
            self._tell(event, now)
        except Exception:  # an exception here would end watchdog's thread, and nobody would be told
            log.exception("event_not_understood", root=self._root.name, watched=repr(event))
            self._inbox.lost("an event was not understood", self._root)

    def _count(self, now: float) -> None:
        if int(now) != self._second:
            self._second, self._in_second = int(now), 0
        self._in_second += 1
        if self._in_second >= BURST:
            self.burst_at = now

    def _tell(self, event: FileSystemEvent, now: float) -> None:
        source, target = self._spelled(event.src_path), self._spelled(event.dest_path or "")
        if target and os.path.normcase(source) == os.path.normcase(target):
            # Only the case changed, on a system that knows no case: both names still find the file.
            self._inbox.lost("a name changed its case", self._root)
        elif event.event_type in ("moved", "deleted"):
            self._went(source, now)
        elif source:
            self._came(source, now, is_folder=event.is_directory)
        if target:
            self._came(target, now, is_folder=event.is_directory)

    def _came(self, path: str, now: float, *, is_folder: bool) -> None:
        relative = self._relative(path)
        if relative is None:
            return
        if is_folder and self._root.recursive and self._names.are_entered(relative):
            self._inbox.saw_tree(self._root, self._configured(path), now)
        elif not is_folder and (
            self._names.covers(relative) or self._names.covers_sidecar(relative)
        ):
            self._inbox.saw(self._root, self._configured(path), now)

    def _went(self, path: str, now: float) -> None:
        # Windows does not say whether it was a folder, so the extension is no test here.
        relative = self._relative(path)
        if path == self._top:
            self._inbox.lost("the watched folder itself went", self._root)
        elif relative is not None and self._names.are_entered(relative):
            self._inbox.saw(self._root, self._configured(path), now)

    def _spelled(self, told: bytes | str) -> str:
        """Return a path as text, below the root without short names.

        The root's own part stays as it is.
        """
        path = os.fsdecode(told)
        below = path.removeprefix(self._inside)
        if sys.platform != "win32" or "~" not in below or below == path:
            return path
        depth = len(PurePath(below).parts)
        return self._inside + str(PurePath(*PurePath(long_name(path)).parts[-depth:]))

    def _relative(self, path: str) -> PurePath | None:
        """Return the path below the root, or None for the root itself and what lies elsewhere."""
        return PurePath(path.removeprefix(self._inside)) if path.startswith(self._inside) else None

    def _configured(self, path: str) -> str:
        """Return a path below the root as it begins in the configuration."""
        return self._base + os.sep + path.removeprefix(self._inside)
