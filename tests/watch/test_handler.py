"""Events as other systems than this one give them."""

import ctypes
import os
import sys
from pathlib import Path

import pytest
import watchdog.observers  # noqa: F401  # chooses by the system, before a test says that it is Windows
from watchdog.events import (
    DirCreatedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
)

from service.paths import MARKER, Root
from service.watch.arrivals import DueFiles, GonePath
from service.watch.handler import BURST, Handler
from service.watch.inbox import Inbox
from service.watch.observer import Watcher
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames

SETTINGS = WatchSettings(settle_s=0.0)


def heard_of(root: Root) -> tuple[Inbox, Handler]:
    inbox = Inbox([root], SETTINGS)
    return inbox, Handler(root, inbox, WatchedNames(SETTINGS), clock=lambda: 0.0)


def test_a_folder_deleted_on_windows_comes_as_a_file_and_is_gone_all_the_same(
    tmp_path: Path,
) -> None:
    (tmp_path / MARKER).touch()
    inbox, handler = heard_of(Root("input", tmp_path))
    handler.dispatch(FileDeletedEvent(str(tmp_path / "folder")))
    assert inbox.take(1.0, 9) == DueFiles(gone=(GonePath("input", "folder"),))


def test_a_name_that_changed_only_its_case_wants_a_rescan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os.path, "normcase", str.lower)  # as on Windows
    (tmp_path / "A.png").write_bytes(b"x")
    inbox, handler = heard_of(Root("input", tmp_path))
    handler.dispatch(FileMovedEvent(str(tmp_path / "a.png"), str(tmp_path / "A.png")))
    taken = inbox.take(1.0, 9)
    assert ([arrival.file.path for arrival in taken.arrived], taken.gone) == (["A.png"], ())
    assert inbox.pop_wanted_rescans() == {"input": "a name changed its case"}


def test_a_move_whose_source_was_not_seen_is_an_arrival(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    inbox, handler = heard_of(Root("input", tmp_path))
    handler.dispatch(FileMovedEvent("", str(tmp_path / "a.png")))
    assert [arrival.file.path for arrival in inbox.take(1.0, 9).arrived] == ["a.png"]
    assert inbox.pop_wanted_rescans() == {}


@pytest.mark.skipif(os.name != "nt", reason="only Windows has short names")
def test_a_file_told_of_under_its_short_name_arrives_under_its_own(tmp_path: Path) -> None:
    location = tmp_path / "a long name for a fox.png"
    location.write_bytes(b"x")
    short = ctypes.create_unicode_buffer(300)
    assert ctypes.WinDLL("kernel32").GetShortPathNameW(str(location), short, 300)
    told = tmp_path / Path(short.value).name
    assert "~" in told.name
    inbox, handler = heard_of(Root("input", tmp_path))
    handler.dispatch(FileCreatedEvent(str(told)))
    handler.dispatch(FileCreatedEvent(str(tmp_path / "gone~1.png")))
    taken = inbox.take(1.0, 9)
    assert [arrival.file.path for arrival in taken.arrived] == [location.name]


def test_what_lies_beside_the_root_is_not_heard_of(tmp_path: Path) -> None:
    inbox, handler = heard_of(Root("input", tmp_path / "Input"))
    handler.dispatch(FileCreatedEvent(str(tmp_path / "Input2" / "a.png")))
    handler.dispatch(FileMovedEvent(str(tmp_path / "a.png"), str(tmp_path / "b.png")))
    assert (inbox.waiting, inbox.pop_wanted_rescans()) == (0, {})


def test_a_folder_below_a_root_that_is_not_recursive_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.png").write_bytes(b"x")
    inbox, handler = heard_of(Root("input", tmp_path, recursive=False))
    handler.dispatch(DirCreatedEvent(str(tmp_path / "sub")))
    assert inbox.take(1.0, 9) == DueFiles()


def test_on_windows_a_burst_wants_a_rescan_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    root = Root("input", tmp_path, events="events")
    inbox = Inbox([root], SETTINGS)
    watcher = Watcher([root], inbox, SETTINGS, clock=lambda: 10.0)
    watcher.start()
    inbox.pop_wanted_rescans()
    for number in range(BURST):
        watcher.watches[0].handler.dispatch(FileModifiedEvent(str(tmp_path / f"{number}.png")))
    wanted = []
    for now in (11.0, 12.0, 12.1, 20.0):
        watcher.check(now)
        wanted.append(inbox.pop_wanted_rescans())
    watcher.stop()
    assert wanted == [{}, {}, {"input": "many events came at once"}, {}]


def test_the_last_event_is_told_in_wall_time(tmp_path: Path) -> None:
    root = Root("input", tmp_path, events="polling")
    watcher = Watcher([root], Inbox([root], SETTINGS), SETTINGS, clock=lambda: 0.0)
    assert watcher.last_event_at is None
    watcher.watches[0].handler.dispatch(FileCreatedEvent(str(tmp_path / "a.png")))
    (tmp_path / "now").touch()
    assert watcher.last_event_at == pytest.approx((tmp_path / "now").stat().st_mtime, abs=5)
