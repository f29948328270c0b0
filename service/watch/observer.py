"""All roots under watch."""

import logging
import time
from collections.abc import Callable, Sequence

from service.paths import Root
from service.watch.inbox import Inbox
from service.watch.rootwatch import RootWatch
from service.watch.settings import WatchSettings


class Watcher:
    """Tells the inbox what happens in the watched folders, and when it may have missed something."""

    def __init__(
        self,
        roots: Sequence[Root],
        inbox: Inbox,
        settings: WatchSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._overflow = _OverflowListener(inbox)
        self.watches = tuple(RootWatch(root, inbox, settings, clock) for root in roots)
        """One a root, in the order given."""

    def start(self) -> None:
        """Begin to watch. A folder that is not there yet is watched as soon as ``check`` finds it."""
        logging.getLogger("watchdog").addHandler(self._overflow)
        self.check(self._clock())

    def check(self, now: float) -> None:
        """Mend what has died. To be called every second or so; each mended folder wants a rescan."""
        for watch in self.watches:
            watch.check(now)

    def stop(self) -> None:
        """Stop watching."""
        logging.getLogger("watchdog").removeHandler(self._overflow)
        for watch in self.watches:
            watch.stop()

    @property
    def last_event_at(self) -> float | None:
        """When the last event came, in seconds since 1970."""
        return max((at for watch in self.watches if (at := watch.handler.last_event_at) is not None), default=None)


class _OverflowListener(logging.Handler):
    """Hears watchdog say that the kernel dropped events; its log is the only place where it says so."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(logging.WARNING)
        self._inbox = inbox

    def emit(self, record: logging.LogRecord) -> None:
        """Ask for a rescan of every root."""
        if "overflow" in record.getMessage().lower():
            self._inbox.lost("more changes than the kernel's queue holds")
