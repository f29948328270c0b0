import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import PATIENCE_S
from structlog.testing import capture_logs

from service.paths import Root
from service.records import WatchedFile
from service.watch.arrivals import DueFiles, GonePath
from service.watch.inbox import Inbox
from service.watch.settle import LOOK_DELAY_S
from service.watch.watch_settings import WatchSettings

SETTINGS = WatchSettings(settle_s=1.0)


def inbox_of(folder: Path, settings: WatchSettings = SETTINGS) -> tuple[Root, Inbox]:
    root = Root("input", folder)
    return root, Inbox([root], settings, clock=lambda: 0.0)


def paths(taken: DueFiles) -> list[str]:
    return [arrival.file.path for arrival in taken.arrived]


def test_a_settled_file_is_taken_once_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    root, inbox = inbox_of(tmp_path)
    path = tmp_path / "sub" / "a.png"
    path.parent.mkdir()
    path.write_bytes(b"abc")
    inbox.add(root, path, 0.0)
    assert inbox.take(0.02, 9) == DueFiles()
    [arrival] = inbox.take(1.0, 9).arrived
    mtime_ns = path.stat().st_mtime_ns
    assert arrival.file == WatchedFile(root="input", path="sub/a.png", size=3, mtime_ns=mtime_ns)
    assert (arrival.root, arrival.location, arrival.attempts) == (root, path, 0)
    assert (inbox.take(9.0, 9), inbox.waiting) == (DueFiles(), 0)


def test_those_that_are_quiet_longest_are_taken_first_and_no_more_than_asked_for(
    tmp_path: Path,
) -> None:
    root, inbox = inbox_of(tmp_path)
    for number in range(5):
        (tmp_path / f"{number}.png").write_bytes(b"x")
        inbox.add(root, tmp_path / f"{number}.png", number / 100)
        inbox.take(number / 100 + 0.01, 9)
    assert paths(inbox.take(5.0, 3)) == ["0.png", "1.png", "2.png"]
    assert paths(inbox.take(5.0, 3)) == ["3.png", "4.png"]


def test_a_moved_file_is_gone_and_arrives_in_the_same_take(tmp_path: Path) -> None:
    root, inbox = inbox_of(tmp_path)
    (tmp_path / "new.png").write_bytes(b"x")
    inbox.add(root, tmp_path / "old.png", 0.0)
    inbox.add(root, tmp_path / "new.png", 0.0)
    inbox.take(0.02, 9)
    taken = inbox.take(1.0, 9)
    assert (paths(taken), taken.gone) == (["new.png"], (GonePath("input", "old.png"),))


def test_a_file_that_was_put_back_comes_again_each_time_after_twice_the_wait(
    tmp_path: Path,
) -> None:
    root, inbox = inbox_of(tmp_path)
    (tmp_path / "a.png").write_bytes(b"x")
    inbox.add(root, tmp_path / "a.png", 0.0)
    inbox.take(0.02, 9)
    now, waits = 1.0, []
    for attempt in range(11):
        [arrival] = inbox.take(now, 9).arrived
        assert arrival.attempts == attempt
        waits.append(inbox.put_back(arrival, now))
        assert inbox.take(now + waits[-1] - 0.001, 9) == DueFiles()
        now += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_change_does_not_end_the_wait_of_a_file_put_back(tmp_path: Path) -> None:
    root, inbox = inbox_of(tmp_path)
    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    inbox.add(root, path, 0.0)
    inbox.take(0.02, 9)
    [arrival] = inbox.take(1.0, 9).arrived
    inbox.put_back(arrival, 1.0, delay=10.0)
    path.write_bytes(b"changed")
    inbox.add(root, path, 2.0)
    assert [paths(inbox.take(now, 9)) for now in (2.02, 3.1, 10.9, 11.0)] == [[], [], [], ["a.png"]]


def test_beyond_the_limit_paths_are_left_to_a_rescan(tmp_path: Path) -> None:
    root, inbox = inbox_of(tmp_path, WatchSettings(max_waiting=3))
    for number in range(3):
        inbox.add(root, tmp_path / f"{number}.png", 0.0)
    inbox.add(root, tmp_path / "0.png", 0.0)
    assert inbox.pop_wanted_rescans() == {}
    inbox.add(root, tmp_path / "3.png", 0.0)
    assert (inbox.waiting, inbox.room) == (3, 0)
    assert inbox.pop_wanted_rescans() == {"input": "more changes than can be held in memory"}
    assert inbox.pop_wanted_rescans() == {}


def test_a_tree_is_walked_no_further_than_there_is_room(tmp_path: Path) -> None:
    root, inbox = inbox_of(tmp_path, WatchSettings(settle_s=1.0, max_waiting=4))
    for number in range(10):
        (tmp_path / "new" / f"{number}" / "deep").mkdir(parents=True)
        (tmp_path / "new" / f"{number}" / "deep" / "a.png").write_bytes(b"x")
    inbox.add_folder(root, tmp_path / "new")
    arrived, most = [], 0
    for tenth in range(100):
        arrived += paths(inbox.take(tenth / 10, 9))
        most = max(most, inbox.waiting)
    assert (sorted(arrived), most) == ([f"new/{number}/deep/a.png" for number in range(10)], 4)
    assert inbox.pop_wanted_rescans() == {}


def test_what_is_not_watched_does_not_arrive(tmp_path: Path) -> None:
    root, inbox = inbox_of(tmp_path)
    for name in ("a.txt", "b.png.part", "._c.png", "d.swarmpreview.jpg", "e.PNG"):
        (tmp_path / name).write_bytes(b"x")
        inbox.add(root, tmp_path / name, 0.0)
    inbox.take(0.02, 9)
    assert paths(inbox.take(1.0, 9)) == ["e.PNG"]


def test_files_of_a_root_that_is_away_are_not_gone(tmp_path: Path) -> None:
    root, inbox = inbox_of(tmp_path / "unmounted")
    root.path.mkdir()
    inbox.add(root, root.path / "a.png", 0.0)
    inbox.take(0.02, 9)
    assert inbox.take(1.0, 9) == DueFiles()
    assert inbox.pop_wanted_rescans() == {"input": "files vanished with the folder's marker"}


def test_lost_events_of_no_known_root_want_a_rescan_of_all(tmp_path: Path) -> None:
    inbox = Inbox([Root("a", tmp_path), Root("b", tmp_path)], SETTINGS)
    inbox.want_rescan("overflow")
    assert inbox.pop_wanted_rescans() == {"a": "overflow", "b": "overflow"}


def test_in_a_backlog_nobody_is_told_of_files_that_do_not_change(tmp_path: Path) -> None:
    root, inbox = inbox_of(tmp_path)
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"x")
        inbox.add(root, tmp_path / f"{number}.png", 0.0)
    with capture_logs() as logs:
        assert [paths(inbox.take(now, 1)) for now in (1000.0, 2000.0, 2000.0, 3000.0)] == [
            [],
            ["0.png"],
            ["1.png"],
            ["2.png"],
        ]
    assert logs == []


@pytest.mark.posix("Windows says of a name that is too long only that it finds none")
def test_a_refused_file_waits_on_with_the_reason(tmp_path: Path) -> None:
    root, inbox = inbox_of(tmp_path)
    path = tmp_path / ("x" * 300 + ".png")
    inbox.add(root, path, 0.0)
    assert inbox.take(0.02, 9) == DueFiles()
    assert [(item.path, item.refusals, item.refusal) for item in inbox._waiting] == [
        (str(path), 1, "File name too long")
    ]


def test_wait_ends_when_the_next_look_is_due_and_the_file_is_taken_as_soon_as_it_is_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, now, waits = Root("input", tmp_path), [0.0], []
    inbox = Inbox([root], WatchSettings(settle_s=0.25), clock=lambda: now[0])

    def let_time_pass(seconds: float) -> bool:
        waits.append(seconds)
        now[0] += seconds
        return False

    monkeypatch.setattr(inbox._news, "wait", let_time_pass)
    (tmp_path / "a.png").write_bytes(b"x")
    inbox.add(root, tmp_path / "a.png", 0.0)
    while not inbox.take(now[0], 9).arrived:
        inbox.wait(5.0)
    assert waits == [LOOK_DELAY_S, 0.25 - LOOK_DELAY_S]
    inbox.wait(5.0)
    assert waits[2:] == [5.0]


def test_a_wait_is_ended_by_the_clock_when_a_file_is_due(tmp_path: Path) -> None:
    root = Root("input", tmp_path)
    inbox = Inbox([root], WatchSettings(settle_s=0.2))
    (tmp_path / "a.png").write_bytes(b"x")
    inbox.add(root, tmp_path / "a.png", time.monotonic())
    looks = 0
    while not inbox.take(time.monotonic(), 9).arrived:
        ended = in_a_thread(lambda: inbox.wait(1e6))
        ended.join(PATIENCE_S)
        assert not ended.is_alive()
        looks += 1
    assert (
        looks <= 4
    )  # one until the first look, one until it is quiet; a clock may be read a moment too early


def test_wait_returns_for_a_wake_for_a_rescan_and_for_news_from_another_thread(
    tmp_path: Path,
) -> None:
    root = Root("input", tmp_path)
    inbox = Inbox([root], SETTINGS)
    news = (
        inbox.wake,
        lambda: inbox.want_rescan("x"),
        lambda: inbox.add_folder(root, tmp_path),
        lambda: _saw_now(inbox, root),
    )
    for tell in news:
        waiting = in_a_thread(lambda: inbox.wait(1e6))
        waiting.join(0.05)
        assert waiting.is_alive()
        tell()
        waiting.join(PATIENCE_S)
        assert not waiting.is_alive()
        inbox.take(time.monotonic(), 9)


def in_a_thread(work: Callable[[], None]) -> threading.Thread:
    """Begin a piece of work that might never end."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _saw_now(inbox: Inbox, root: Root) -> None:
    inbox.add(root, root.path / "a.png", time.monotonic())
