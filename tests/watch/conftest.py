"""A watched folder, and an inbox that is asked as the worker asks it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.paths import Root
from service.watch.inbox import Inbox
from service.watch.observer import Watcher
from service.watch.watch_settings import WatchSettings

SETTINGS = WatchSettings(settle_s=0.1, empty_settle_s=0.4)


class Listener:
    """Stands in the worker's place: takes, and keeps what it was given."""

    def __init__(self, inbox: Inbox, watcher: Watcher) -> None:
        self.inbox = inbox
        self.watcher = watcher
        self.arrived: list[str] = []
        self.sizes: dict[str, int] = {}
        self.gone: list[str] = []
        self.wanted: dict[str, str] = {}

    def until(self, is_done: Callable[["Listener"], bool], seconds: float = 10.0) -> None:
        """Take until ``is_done``, then a little longer, so that what comes twice is seen too."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.once()
            if is_done(self):
                end = min(end, time.monotonic() + 0.3)
                is_done = _never

    def once(self) -> None:
        """Wait for news and take it."""
        self.inbox.wait(0.05)
        taken = self.inbox.take(time.monotonic(), 500)
        self.arrived += [arrival.file.path for arrival in taken.arrived]
        self.sizes |= {arrival.file.path: arrival.file.size for arrival in taken.arrived}
        self.gone += [gone.path for gone in taken.gone]
        self.wanted |= self.inbox.pop_wanted_rescans()


def _never(_: Listener) -> bool:
    return False


@pytest.fixture
def root(tmp_path: Path) -> Root:
    folder = tmp_path / "Input"
    folder.mkdir()
    return Root("input", folder, events="events")


@pytest.fixture
def listener(root: Root) -> Iterator[Listener]:
    inbox = Inbox([root], SETTINGS)
    watcher = Watcher([root], inbox, SETTINGS)
    watcher.start()
    inbox.pop_wanted_rescans()
    yield Listener(inbox, watcher)
    watcher.stop()
