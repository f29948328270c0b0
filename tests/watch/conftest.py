"""A watched folder, and an inbox that is asked as the worker asks it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from patience import LOOK_S, PATIENCE_S

from service.paths import Root
from service.watch.inbox import Inbox
from service.watch.observer import Watcher
from service.watch.watch_settings import WatchSettings

SETTINGS = WatchSettings(settle_s=0.1, empty_settle_s=0.4)

STEP_S = 0.02
ROUND_S = 1.0
"""Longer than any file here has to be still."""
FENCE = "fence "
UNHEARD_S = 1.0
"""From then on nobody may hear a fence: the watch is dead, or the kernel drops events."""


class Listener:
    """Is in the worker's place: takes, and keeps what it was given.

    The events are the system's, but the time is not: it passes only when ``pass_time`` is called.
    However long this process is kept waiting between two writes, no file becomes quiet meanwhile.
    """

    def __init__(self, root: Root, settings: WatchSettings) -> None:
        self.now = 0.0
        self.inbox = Inbox([root], settings, clock=lambda: self.now)
        self.watcher = Watcher([root], self.inbox, settings, clock=lambda: self.now)
        self.arrived: list[str] = []
        self.sizes: dict[str, int] = {}
        self.gone: list[str] = []
        self.wanted: dict[str, str] = {}
        self._root = root
        self._fences = 0

    def until(self, is_done: Callable[["Listener"], bool]) -> None:
        """Let time pass until ``is_done``, then once more: what comes too often is seen, too."""
        end = time.monotonic() + PATIENCE_S
        self._take()
        while not is_done(self) and time.monotonic() < end:
            self.hear_all()
            self.pass_time(ROUND_S)
        self.hear_all()
        self.pass_time(ROUND_S)

    def hear_all(self) -> bool:
        """Wait until all that happened was heard of, while no time passes; tell whether it was.

        Events come in order: when that of a file moved in now has come, so have all before it.
        """
        self._fences += 1
        fence = self._root.path / f"{FENCE}{self._fences}.png"
        outside = self._root.path.parent / fence.name
        outside.write_bytes(b"x")
        if not self._root.path.is_dir():
            time.sleep(LOOK_S)
            return False
        outside.rename(fence)
        end = time.monotonic() + UNHEARD_S
        while not self._has_heard_of(fence) and time.monotonic() < end:
            time.sleep(LOOK_S / 10)
        return self._has_heard_of(fence)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and take what is due at every moment."""
        for _ in range(round(seconds / STEP_S)):
            self.now += STEP_S
            self._take()

    def check(self) -> None:
        """Let the watcher look whether its watches are alive, as the worker does now and then."""
        self.now += 10
        self.watcher.check(self.now)

    def _has_heard_of(self, path: Path) -> bool:
        return str(path) in self.inbox._events

    def _take(self) -> None:
        taken = self.inbox.take(self.now, 500)
        for arrival in taken.arrived:
            if not arrival.file.path.startswith(FENCE):
                self.arrived.append(arrival.file.path)
                self.sizes[arrival.file.path] = arrival.file.size
        self.gone += [gone.path for gone in taken.gone if not gone.path.startswith(FENCE)]
        self.wanted |= self.inbox.pop_wanted_rescans()


@pytest.fixture
def root(tmp_path: Path) -> Root:
    folder = tmp_path / "Input"
    folder.mkdir()
    return Root("input", folder, events="events")


@pytest.fixture
def listener(root: Root) -> Iterator[Listener]:
    made = Listener(root, SETTINGS)
    made.watcher.start()
    made.inbox.pop_wanted_rescans()
    yield made
    made.watcher.stop()
