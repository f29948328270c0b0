"""The watch of the roots: started, checked, and started again when it has died.

``Watcher`` is all roots, ``RootWatch`` one of them.
"""

import errno
import logging
import os
import queue
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from threading import Thread
from typing import TYPE_CHECKING

from service.event_log import get_logger
from service.file_systems import network_type
from service.paths import Root
from service.watch.handler import WATCHED_EVENTS, Handler
from service.watch.inbox import Inbox
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

log = get_logger(__name__)

QUIET_S = 0.02
"""Windows' emitter holds events back until the folder was quiet this long.

watchdog's own 1 s delays a steady writer's files by seconds. Elsewhere it means nothing.
"""

AFTER_BURST_S = 2.0
PROBE_S = 60.0
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 60.0

POLLED = "the folder is watched by rescans"

NO_MORE_WATCHES = (errno.ENOSPC, errno.EMFILE, errno.ENFILE)
"""What Linux answers where its limits of watches, instances or open files are reached."""

Identity = tuple[int, int]
"""Device and inode of a folder."""


class RootWatch:
    """Keeps one root watched, by events or by asking for a rescan every so often."""

    def __init__(
        self, root: Root, inbox: Inbox, settings: WatchSettings, clock: Callable[[], float]
    ) -> None:
        self._root = root
        self._inbox = inbox
        self._poll_s = settings.poll_s
        self._observer: BaseObserver | None = None
        self._identity: Identity | None = None
        self._failures = 0
        self._next_try = 0.0
        self._next_poll = 0.0
        self._next_probe = 0.0
        self.handler = Handler(root, inbox, WatchedNames(settings), clock)
        self.is_polling = _needs_polling(root)
        """Whether it is watched by rescans alone."""

    def check(self, now: float) -> None:
        """Start what is not running or has died. To be called every second or so."""
        if self.is_polling:
            self._poll(now, POLLED)
            return
        if self._root.links:  # watchdog follows none, so what is behind them gives no events
            self._poll(now, "what is behind links gives no events")
        fault = self._find_fault()
        if fault is None:
            self._probe(now)
            self._rescan_after_burst(now)
        elif now >= self._next_try:
            self.stop()
            self._start(now, fault)

    def stop(self) -> None:
        """End the watch."""
        observer, self._observer = self._observer, None
        if observer is not None:
            _end(observer)

    def _find_fault(self) -> str | None:
        """Return what is wrong with the running watch, if anything."""
        observer = self._observer
        if observer is None:
            return "the folder is back" if self._failures else "the watch starts"
        threads = [observer, *_readers(observer)]
        if not all(thread.is_alive() for thread in threads):
            return "the observer died"
        if not all(emitter.is_alive() for emitter in observer.emitters):
            return "the watch of the folder died"
        if self._identity != _identity(self._root):
            return "the folder was replaced"
        return None

    def _start(self, now: float, fault: str) -> None:
        is_again = self._identity is not None or self._failures > 0
        try:
            self._identity = _identity(self._root)
            self._observer = _observe(self._root, self.handler)
        except OSError as error:
            self._note_failure(now, error)
            return
        if is_again:
            log.info("watch_started_again", root=self._root.name, because=fault)
        self._failures = 0
        self._inbox.want_rescan(fault, self._root)
        self._next_probe = now
        self._probe(now)

    def _note_failure(self, now: float, error: OSError) -> None:
        if error.errno in NO_MORE_WATCHES:
            self._fall_back_to_polling(now, error)
            return
        if self._failures == 0:
            log.warning(
                "folder_not_watched",
                root=self._root.name,
                path=str(self._root.path),
                reason=error.strerror,
            )
            # The rescan finds out that the root is offline.
            self._inbox.want_rescan("the folder cannot be watched", self._root)
        self._next_try = now + min(FIRST_RETRY_S * 2.0 ** min(self._failures, 30), LONGEST_RETRY_S)
        self._failures += 1

    def _fall_back_to_polling(self, now: float, error: OSError) -> None:
        log.warning(
            "too_few_inotify_watches",
            root=self._root.name,
            reason=error.strerror,
            instead=f"the folder is rescanned every {self._poll_s:g} s",
            what_to_do="raise the sysctls fs.inotify.max_user_watches and "
            "fs.inotify.max_user_instances, then restart",
        )
        self.stop()
        self.is_polling = True
        self._next_poll = 0.0
        self._poll(now, POLLED)

    def _poll(self, now: float, reason: str) -> None:
        if now >= self._next_poll:
            self._next_poll = now + self._poll_s
            self._inbox.want_rescan(reason, self._root)

    def _probe(self, now: float) -> None:
        """Find out whether the kernel grants one more watch.

        Watchdog drops a subfolder's refusal silently.
        """
        if sys.platform != "linux" or now < self._next_probe:
            return
        self._next_probe = now + PROBE_S
        try:
            _end(_observe(Root(self._root.name, self._root.path, recursive=False), self.handler))
        except OSError as error:
            if error.errno in NO_MORE_WATCHES:
                self._fall_back_to_polling(now, error)

    def _rescan_after_burst(self, now: float) -> None:
        """Ask for a rescan once a burst is over that Windows may have cut short."""
        burst = self.handler.burst_at
        if sys.platform != "win32" or burst is None:
            return
        if now - burst > AFTER_BURST_S:
            self.handler.burst_at = None
            self._inbox.want_rescan("many events came at once", self._root)


def _needs_polling(root: Root) -> bool:
    if root.events == "auto":
        return network_type(root.path) is not None
    return root.events == "polling"


def _identity(root: Root) -> Identity | None:
    try:
        status = root.path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _observe(root: Root, handler: Handler) -> "BaseObserver":
    from watchdog.observers import Observer  # noqa: PLC0415  a single pass watches nothing

    # watchdog 7.1.0 warns of folders registered twice, which is harmless, with many kB each.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
    observer = Observer(timeout=QUIET_S)
    top = os.fspath(root.path)
    if root.path.is_symlink():
        # watchdog follows no link, not even this one: it would watch the link and get no event.
        top = os.path.realpath(root.path)
    handler.set_top(top)
    try:
        if sys.platform == "win32":
            # There the thread that finds no folder would die, and its starter wait 2 s.
            os.scandir(top).close()
        observer.schedule(handler, top, recursive=root.recursive, event_filter=WATCHED_EVENTS)
        observer.start()
    except queue.Empty:  # so that starter ends where the folder went just now (watchdog 7.1.0)
        observer.stop()
        raise OSError(errno.ENOENT, "the folder went while its watch was started") from None
    except BaseException:
        observer.stop()
        raise
    return observer


def _readers(observer: "BaseObserver") -> Iterator[Thread]:
    """Yield the threads that read from the system, whose death watchdog itself does not notice."""
    threads: list[object] = [getattr(observer, "_inotify_fd", None)]
    for emitter in observer.emitters:  # on Windows each has one of its own
        reader = getattr(emitter, "_reader", None)
        threads.append(getattr(reader, "_reader_thread", None))
    for thread in threads:
        if isinstance(thread, Thread):
            yield thread


def _end(observer: "BaseObserver") -> None:
    groups = [getattr(emitter, "_inotify", None) for emitter in observer.emitters]
    try:
        observer.stop()
    except KeyError:
        # watchdog 7.1.0 lost count of folders renamed over each other, and stopped half-way: its
        # emitters would wait for events for ever, and hold the kernel's watches.
        log.debug("watch_ended_by_force")
        for group in groups:
            getattr(group, "_move_event_grouper").close()  # noqa: B009  # no name of watchdog's API
        observer.stop()
    observer.join(timeout=5)


class Watcher:
    """Puts into the inbox what happens in the watched folders, and what may have been missed."""

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
        """Begin to watch.

        A folder that is not there yet is watched as soon as ``check`` finds it.
        """
        logging.getLogger("watchdog").addHandler(self._overflow)
        self.check(self._clock())

    def check(self, now: float) -> None:
        """Start again what has died; each such folder is rescanned.

        To be called every second or so.
        """
        for watch in self.watches:
            watch.check(now)

    def stop(self) -> None:
        """Stop watching."""
        logging.getLogger("watchdog").removeHandler(self._overflow)
        for watch in self.watches:
            watch.stop()

    @property
    def last_event_at(self) -> float | None:
        """Return when the last event came, in seconds since 1970."""
        times = [watch.handler.last_event_at for watch in self.watches]
        return max((time for time in times if time is not None), default=None)


class _OverflowListener(logging.Handler):
    """Reads in watchdog's log that the kernel dropped events, the only place that says so."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(logging.WARNING)
        self._inbox = inbox

    def emit(self, record: logging.LogRecord) -> None:
        """Ask for a rescan of every root."""
        if "overflow" in record.getMessage().lower():
            self._inbox.want_rescan("more changes than the kernel's queue holds")
