"""From watchdog's events to the inbox.

The handler runs on watchdog's thread, so it only enqueues and never raises.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import PurePath
from typing import Final

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

from service.event_log import get_logger
from service.file_systems import long_name
from service.paths import Root
from service.watch.inbox import Inbox
from service.watch.watched_names import WatchedNames

log = get_logger(__name__)

WATCHED_EVENTS: Final[list[type[FileSystemEvent]]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
]
"""All others (opened, closed after reading, attributes) would come of our own reading."""

# inotify tells of the close; one event a write would be thousands for a slow writer.
if sys.platform != "linux":
    WATCHED_EVENTS.append(FileModifiedEvent)

BURST = 64
"""Events within one second.

Windows' buffer of 64,000 bytes holds about twice that and overflows without a word.
"""


class Handler(FileSystemEventHandler):
    """Puts into the inbox what happens below one root."""

    def __init__(
        self, root: Root, inbox: Inbox, names: WatchedNames, clock: Callable[[], float]
    ) -> None:
        super().__init__()
        self._root = root
        self._inbox = inbox
        self._names = names
        self._clock = clock
        self._base = os.fspath(root.path).rstrip(os.sep)
        self._top = ""
        self._inside = ""
        self.set_top(os.fspath(root.path))
        self._second = 0
        self._in_second = 0
        self.last_event_at: float | None = None
        """Seconds since 1970."""
        self.burst_at: float | None = None
        """When events last came faster than Windows' buffer surely holds, on the clock given."""

    def set_top(self, top: str) -> None:
        """Set the path by which watchdog knows the root, where that is a link."""
        self._top = top
        self._inside = top.rstrip(os.sep) + os.sep

    def dispatch(self, event: FileSystemEvent) -> None:
        """Enqueue the paths of one event."""
        try:
            now = self._clock()
            self.last_event_at = time.time()
            self._count_burst(now)
            self._enqueue(event, now)
        except Exception:  # an exception here would end watchdog's thread without a word
            log.exception("event_not_understood", root=self._root.name, watched=repr(event))
            self._inbox.want_rescan("an event was not understood", self._root)

    def _count_burst(self, now: float) -> None:
        if int(now) != self._second:
            self._second = int(now)
            self._in_second = 0
        self._in_second += 1
        if self._in_second >= BURST:
            self.burst_at = now

    def _enqueue(self, event: FileSystemEvent, now: float) -> None:
        source = self._with_long_names(event.src_path)
        target = self._with_long_names(event.dest_path or "")
        if target and os.path.normcase(source) == os.path.normcase(target):
            # Only the case changed, on a system that knows no case: both names still find the file.
            self._inbox.want_rescan("a name changed its case", self._root)
        elif event.event_type in ("moved", "deleted"):
            self._note_end(source, now)
        elif source:
            self._note_change(source, now, is_folder=event.is_directory)
        if target:
            self._note_change(target, now, is_folder=event.is_directory)

    def _note_change(self, path: str, now: float, *, is_folder: bool) -> None:
        relative = self._relative(path)
        if relative is None:
            return
        if is_folder:
            if self._root.recursive and self._names.is_path_allowed(relative):
                self._inbox.add_folder(self._root, self._configured(path))
        elif self._names.watches_image(relative) or self._names.watches_text(relative):
            self._inbox.add(self._root, self._configured(path), now)

    def _note_end(self, path: str, now: float) -> None:
        # Windows does not say whether it was a folder, so the extension is no test here.
        relative = self._relative(path)
        if path == self._top:
            self._inbox.want_rescan("the watched folder itself went", self._root)
        elif relative is not None and self._names.is_path_allowed(relative):
            self._inbox.add(self._root, self._configured(path), now)

    def _with_long_names(self, event_path: bytes | str) -> str:
        """Return an event's path as text, without Windows' short names below the root.

        The root's own part stays as it is.
        """
        path = os.fsdecode(event_path)
        below = path.removeprefix(self._inside)
        if sys.platform != "win32" or "~" not in below or below == path:
            return path
        depth = len(PurePath(below).parts)
        return self._inside + str(PurePath(*PurePath(long_name(path)).parts[-depth:]))

    def _relative(self, path: str) -> PurePath | None:
        """Return the path below the root, or None for the root itself and what is elsewhere."""
        if not path.startswith(self._inside):
            return None
        return PurePath(path.removeprefix(self._inside))

    def _configured(self, path: str) -> str:
        """Return a path below the root as it begins in the configuration."""
        return self._base + os.sep + path.removeprefix(self._inside)
