"""Real files, real events.

Each test's own folder is watched; nothing is told to the inbox but by the system.
"""

from __future__ import annotations

import errno
import os
import queue
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from patience import wait_for
from structlog.testing import capture_logs

from service.paths import Root
from service.watch.inbox import Inbox
from service.watch.observer import Watcher
from service.watch.watch_settings import WatchSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver
    from watchdog.utils import BaseThread

    from service.watch.arrivals import Arrival
    from tests.watch.conftest import Listener

linux = pytest.mark.skipif(sys.platform != "linux", reason="as inotify tells it")


def test_a_file_written_under_another_name_and_renamed_arrives_once_under_its_own(
    root: Root, listener: Listener
) -> None:
    (root.path / "a.png.tmp").write_bytes(b"x" * 100)
    (root.path / "a.png.tmp").rename(root.path / "a.png")
    listener.until(lambda it: it.arrived)
    assert (listener.sizes, listener.arrived, listener.gone) == ({"a.png": 100}, ["a.png"], [])


def test_a_file_replaced_by_another_arrives_again(root: Root, listener: Listener) -> None:
    (root.path / "a.png").write_bytes(b"x")
    listener.until(lambda it: it.arrived)
    (root.path / "new.tmp").write_bytes(b"xyz")
    (root.path / "new.tmp").replace(root.path / "a.png")
    listener.until(lambda it: len(it.arrived) > 1)
    assert (listener.arrived, listener.sizes, listener.gone) == (
        ["a.png", "a.png"],
        {"a.png": 3},
        [],
    )


def test_a_file_moved_in_from_outside_arrives(
    root: Root, listener: Listener, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "a.png").rename(root.path / "a.png")
    listener.until(lambda it: it.arrived)
    assert (listener.arrived, listener.gone) == (["a.png"], [])


def test_a_file_moved_out_is_gone(root: Root, listener: Listener, tmp_path: Path) -> None:
    (root.path / "a.png").write_bytes(b"x")
    (root.path / "b.png").write_bytes(b"x")
    listener.until(lambda it: len(it.arrived) == 2)
    (root.path / "a.png").rename(tmp_path / "a.png")
    listener.until(lambda it: it.gone)
    assert listener.gone == ["a.png"]


def test_a_file_moved_within_is_gone_and_arrives(root: Root, listener: Listener) -> None:
    (root.path / "sub").mkdir()
    (root.path / "a.png").write_bytes(b"x")
    listener.until(lambda it: it.arrived)
    (root.path / "a.png").rename(root.path / "sub" / "b.png")
    listener.until(lambda it: it.gone and len(it.arrived) == 2)
    assert (listener.arrived, listener.gone) == (["a.png", "sub/b.png"], ["a.png"])


def test_a_deleted_file_is_gone(root: Root, listener: Listener) -> None:
    (root.path / "a.png").write_bytes(b"x")
    (root.path / "b.png").write_bytes(b"x")
    listener.until(lambda it: len(it.arrived) == 2)
    (root.path / "a.png").unlink()
    listener.until(lambda it: it.gone)
    assert (sorted(listener.arrived), listener.gone) == (["a.png", "b.png"], ["a.png"])


def test_a_renamed_folder_goes_and_its_files_arrive_under_the_new_name(
    root: Root, listener: Listener
) -> None:
    (root.path / "old" / "deep").mkdir(parents=True)
    names = [f"{number}.png" for number in range(25)] + [
        f"deep/{number}.png" for number in range(25)
    ]
    for name in names:
        (root.path / "old" / name).write_bytes(b"x")
    listener.until(lambda it: len(it.arrived) == 50)
    listener.arrived.clear()
    (root.path / "old").rename(root.path / "new")
    listener.until(lambda it: len(it.arrived) == 50 and "old" in it.gone)
    assert Counter(listener.arrived) == {f"new/{name}": 1 for name in names}
    assert set(listener.gone) == {"old", "old/deep", *(f"old/{name}" for name in names)}


def test_a_folder_moved_out_is_gone(root: Root, listener: Listener, tmp_path: Path) -> None:
    (root.path / "sub").mkdir()
    (root.path / "sub" / "a.png").write_bytes(b"x")
    (root.path / "b.png").write_bytes(b"x")
    listener.until(lambda it: len(it.arrived) == 2)
    (root.path / "sub").rename(tmp_path / "sub")
    listener.until(lambda it: it.gone)
    assert listener.gone == ["sub"]


def test_a_copied_tree_arrives_whole(root: Root, listener: Listener, tmp_path: Path) -> None:
    names = [f"{a}/{b}/{c}.png" for a in range(8) for b in range(8) for c in range(8)]
    for name in names:
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_bytes(b"x" * 5_000)
    shutil.copytree(tmp_path / "tree", root.path / "tree")
    listener.until(lambda it: len(set(it.arrived)) == len(names))
    assert (set(listener.arrived), listener.gone) == ({f"tree/{name}" for name in names}, [])
    # Elsewhere no event tells of the close: a copy that rests between bytes and times arrives with
    # each.
    assert len(listener.arrived) == len(names) or sys.platform != "linux"


def test_a_tree_moved_in_from_outside_arrives_whole(
    root: Root, listener: Listener, tmp_path: Path
) -> None:
    for number in range(20):
        (tmp_path / "tree" / f"{number}").mkdir(parents=True)
        (tmp_path / "tree" / f"{number}" / "a.png").write_bytes(b"x")
    (tmp_path / "tree").rename(root.path / "tree")
    listener.until(lambda it: len(set(it.arrived)) == 20)
    assert Counter(listener.arrived) == {f"tree/{number}/a.png": 1 for number in range(20)}


def test_a_slow_writers_file_arrives_once_and_whole(root: Root, listener: Listener) -> None:
    with (root.path / "a.png").open("wb") as file:
        for _ in range(10):
            file.write(b"x" * 1_000)
            file.flush()
            assert listener.hear_all()
            listener.pass_time(0.06)
            assert listener.arrived == []
    listener.until(lambda it: bool(it.arrived))
    assert (listener.arrived, listener.sizes) == (["a.png"], {"a.png": 10_000})


def test_a_file_that_is_written_to_again_later_arrives_again(
    root: Root, listener: Listener
) -> None:
    (root.path / "a.png").write_bytes(b"half")
    listener.until(lambda it: it.arrived)
    with (root.path / "a.png").open("ab") as file:
        file.write(b" and half")
    listener.until(lambda it: len(it.arrived) == 2)
    assert (listener.arrived, listener.sizes) == (["a.png", "a.png"], {"a.png": 13})


def test_an_empty_file_that_is_filled_late_arrives_once(root: Root, listener: Listener) -> None:
    (root.path / "a.png").touch()
    assert listener.hear_all()
    listener.pass_time(0.3)
    assert listener.arrived == []
    (root.path / "a.png").write_bytes(b"x")
    listener.until(lambda it: it.arrived)
    assert (listener.arrived, listener.sizes) == (["a.png"], {"a.png": 1})


def test_a_burst_of_files_arrives_whole(root: Root, listener: Listener) -> None:
    for number in range(2_000):
        (root.path / f"{number}.png").write_bytes(b"x")
    listener.until(lambda it: len(it.arrived) == 2_000)
    assert Counter(listener.arrived) == {f"{number}.png": 1 for number in range(2_000)}
    assert listener.inbox.waiting == 0


@pytest.mark.posix("Windows lets few users make links, and Wine none")
def test_what_is_ignored_and_what_is_no_file_stays_out(root: Root, listener: Listener) -> None:
    for name in (".hidden/a.png", "@eaDir/a.png", "sub/.stversions/a.png", "ok/a.png"):
        (root.path / name).parent.mkdir(parents=True)
        (root.path / name).write_bytes(b"x")
    os.mkfifo(root.path / "pipe.png")
    (root.path / "link.png").symlink_to("/etc/passwd")
    (root.path / "loop").symlink_to(root.path)
    listener.until(lambda it: it.arrived)
    assert listener.arrived == ["ok/a.png"]


@linux
def test_a_root_that_is_a_link_is_watched_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "Input").symlink_to(tmp_path / "disk")
    root = Root("input", tmp_path / "Input", events="events")
    inbox = Inbox([root], WatchSettings(settle_s=0.0))
    watcher = Watcher([root], inbox, WatchSettings())
    watcher.start()
    (tmp_path / "disk" / "sub").mkdir()
    (tmp_path / "disk" / "sub" / "a.png").write_bytes(b"x")
    inbox.pop_wanted_rescans()
    arrived: list[Arrival] = []

    def take() -> int:
        arrived.extend(inbox.take(time.monotonic(), 9).arrived)
        return len(arrived)

    wait_for(take, 1)
    watcher.stop()
    assert [(arrival.file.path, arrival.location) for arrival in arrived] == [
        ("sub/a.png", tmp_path / "Input" / "sub" / "a.png"),
    ]


@linux
def test_names_of_any_bytes_arrive_in_stored_form(root: Root, listener: Listener) -> None:
    names = [
        b"lat\xe9.png",
        "e\u0301.png".encode(),
        "\u00e9.png".encode(),
        b"new\nline.png",
        "\U0001f600.png".encode(),
    ]
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(root.path), name))).write_bytes(b"x")  # noqa: PTH118 (of bytes)
    listener.until(lambda it: len(it.arrived) == 5)
    assert set(listener.arrived) == {
        "lat\\udce9.png",
        "e\u0301.png",
        "\u00e9.png",
        "new\nline.png",
        "\U0001f600.png",
    }


def test_an_event_that_is_not_understood_ends_nothing_and_wants_a_rescan(
    root: Root, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    [watch] = listener.watcher.watches
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(watch.handler, "_enqueue", _raise)
        (root.path / "a.png").write_bytes(b"x")
        listener.until(lambda it: it.wanted)
    assert listener.wanted == {"input": "an event was not understood"}
    assert {entry["event"] for entry in logs} == {"event_not_understood"}
    (root.path / "b.png").write_bytes(b"x")
    listener.until(lambda it: it.arrived)
    assert listener.arrived == ["b.png"]


def _raise(_: FileSystemEvent, __: float) -> None:
    raise RuntimeError("a bug")


@linux
def test_a_folder_deleted_and_made_anew_is_watched_again_and_wants_a_rescan(
    root: Root, listener: Listener
) -> None:
    (root.path / "a.png").write_bytes(b"x")
    listener.until(lambda it: it.arrived)
    shutil.rmtree(root.path)
    listener.until(lambda it: it.wanted)
    root.path.mkdir()
    (root.path / "unheard.png").write_bytes(b"x")
    listener.wanted.clear()
    with capture_logs() as logs:
        listener.check()
    assert [entry["event"] for entry in logs] == ["watch_started_again"]
    listener.until(lambda it: it.wanted)
    (root.path / "b.png").write_bytes(b"x")
    listener.until(lambda it: "b.png" in it.arrived)
    assert (listener.wanted, listener.arrived[0], listener.arrived[-1]) == (
        {"input": logs[0]["because"]},
        "a.png",
        "b.png",
    )


@linux
def test_a_folder_renamed_away_and_replaced_is_watched_where_it_is_configured(
    root: Root, listener: Listener, tmp_path: Path
) -> None:
    root.path.rename(tmp_path / "aside")
    root.path.mkdir()
    listener.check()
    listener.until(lambda it: it.wanted)
    (tmp_path / "aside" / "a.png").write_bytes(b"x")
    (root.path / "b.png").write_bytes(b"x")
    listener.until(lambda it: it.arrived)
    assert (listener.arrived, listener.wanted) == (["b.png"], {"input": "the folder was replaced"})


@linux
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnhandledThreadExceptionWarning"
)  # a thread dies here on purpose
@pytest.mark.parametrize(
    ("threads", "told"),
    [
        (lambda observer: observer.emitters, "the watch of the folder died"),
        (lambda observer: [observer._inotify_fd], "the observer died"),
        (lambda observer: [observer], "the observer died"),
    ],
    ids=["emitter", "reader", "dispatcher"],
)
def test_a_dead_thread_of_watchdogs_is_noticed_and_the_watch_begun_anew(
    root: Root,
    listener: Listener,
    threads: Callable[[BaseObserver], Iterable[BaseThread]],
    told: str,
) -> None:
    [watch] = listener.watcher.watches
    for thread in list(threads(watch._observer)):
        thread._stopped_event.set()
        (root.path / "wakes the reader.png").write_bytes(b"x")
        if thread is watch._observer:
            thread.event_queue.put(object())  # which it cannot understand, and dies of
        else:
            thread.stop()
        thread.join()
    listener.check()
    listener.until(lambda it: it.wanted)
    (root.path / "a.png").write_bytes(b"x")
    listener.until(lambda it: "a.png" in it.arrived)
    assert ("a.png" in listener.arrived, listener.wanted) == (True, {"input": told})


def test_a_folder_that_comes_later_is_watched_from_then_on(tmp_path: Path) -> None:
    root = Root("late", tmp_path / "late", events="events")
    inbox = Inbox([root], WatchSettings())
    watcher = Watcher([root], inbox, WatchSettings(), clock=lambda: 0.0)
    with capture_logs() as logs:
        watcher.start()
        watcher.check(0.5)
        watcher.check(1.5)
        assert inbox.pop_wanted_rescans() == {"late": "the folder cannot be watched"}
        root.path.mkdir()
        watcher.check(2.0)
        assert inbox.pop_wanted_rescans() == {}
        watcher.check(3.5)
    watcher.stop()
    assert inbox.pop_wanted_rescans() == {"late": "the folder is back"}
    assert [entry["event"] for entry in logs] == ["folder_not_watched", "watch_started_again"]


@linux
@pytest.mark.slow
def test_when_the_kernel_drops_events_a_rescan_is_wanted(root: Root, listener: Listener) -> None:
    [watch] = listener.watcher.watches
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text(encoding="ascii"))
    with (
        watch._observer._inotify_fd._lock
    ):  # the reader stands still, as it does when the machine is overloaded
        for number in range(limit // 2):  # each is created, closed and deleted: three events
            (root.path / f"{number % 100}.png").write_bytes(b"x")
            (root.path / f"{number % 100}.png").unlink()
    listener.until(lambda it: it.wanted)
    assert listener.wanted == {"input": "more changes than the kernel's queue holds"}


def test_a_polled_folder_wants_a_rescan_every_so_often(root: Root) -> None:
    polled = Root("polled", root.path, events="polling")
    inbox = Inbox([polled], WatchSettings(poll_s=30.0))
    watcher = Watcher([polled], inbox, WatchSettings(poll_s=30.0), clock=lambda: 0.0)
    watcher.start()
    wanted = [inbox.pop_wanted_rescans()]
    for now in (1.0, 29.9, 30.0, 31.0, 60.0):
        watcher.check(now)
        wanted.append(inbox.pop_wanted_rescans())
    watcher.stop()
    poll = {"polled": "the folder is watched by rescans"}
    assert wanted == [poll, {}, {}, poll, {}, poll]


def test_a_folder_whose_links_are_followed_is_watched_and_compared_every_so_often(
    root: Root,
) -> None:
    linked = Root("linked", root.path, links=True)
    inbox = Inbox([linked], WatchSettings(poll_s=30.0))
    watcher = Watcher([linked], inbox, WatchSettings(poll_s=30.0), clock=lambda: 0.0)
    watcher.start()
    inbox.pop_wanted_rescans()
    wanted = []
    for now in (29.9, 30.0, 31.0, 60.0):
        watcher.check(now)
        wanted.append(list(inbox.pop_wanted_rescans()))
    (watch,) = watcher.watches
    assert (watch.is_polling, wanted) == (False, [[], ["linked"], [], ["linked"]])
    watcher.stop()


@linux
def test_without_inotify_the_folder_is_polled(root: Root) -> None:
    import resource  # noqa: PLC0415  # not on Windows

    inbox = Inbox([root], WatchSettings())
    watcher = Watcher([root], inbox, WatchSettings())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    with capture_logs() as logs:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (free, hard)
        )  # no further file can be opened: EMFILE
        try:
            watcher.start()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    watcher.stop()
    assert [entry["event"] for entry in logs] == ["too_few_inotify_watches"]
    assert ([watch.is_polling for watch in watcher.watches], list(inbox.pop_wanted_rescans())) == (
        [True],
        ["input"],
    )


OUT_OF_WATCHES = """
import sys, time
from pathlib import Path
from service.paths import Root
from service.watch.inbox import Inbox
from service.watch.observer import Watcher
from service.watch.watch_settings import WatchSettings
root = Root("input", Path(sys.argv[1]), events="events")
inbox = Inbox([root], WatchSettings())
watcher = Watcher([root], inbox, WatchSettings())
watcher.start()
print("POLLING" if watcher.watches[0].is_polling else "EVENTS")
watcher.stop()
"""


@linux
@pytest.mark.parametrize(("watches", "told"), [(4, "POLLING"), (40, "EVENTS")])
def test_where_watches_run_out_in_a_subfolder_the_folder_is_polled(
    root: Root, watches: int, told: str
) -> None:
    for number in range(20):
        (root.path / f"{number}").mkdir()
    script = f'echo {watches} > /proc/sys/user/max_inotify_watches && exec "$@"'
    program = [sys.executable, "-c", OUT_OF_WATCHES, str(root.path)]
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", *program],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    if "unshare" in done.stderr or "max_inotify_watches" in done.stderr:
        pytest.skip("no user namespaces here")
    assert done.stdout.splitlines()[-1] == told, done.stderr


def test_an_error_that_is_no_lack_of_watches_is_tried_again(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox([root], WatchSettings())
    watcher = Watcher([root], inbox, WatchSettings(), clock=lambda: 0.0)
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr("service.watch.observer._observe", _share_is_away)
        watcher.start()
    assert inbox.pop_wanted_rescans() == {"input": "the folder cannot be watched"}
    watcher.check(1.0)
    watcher.stop()
    assert [entry["event"] for entry in logs] == ["folder_not_watched"]
    assert inbox.pop_wanted_rescans() == {"input": "the folder is back"}


def test_a_watch_whose_reader_died_at_its_start_is_tried_again(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox([root], WatchSettings())
    watcher = Watcher([root], inbox, WatchSettings(), clock=lambda: 0.0)
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr("watchdog.observers.api.BaseObserver.start", _nothing_came)
        watcher.start()
    assert [(entry["event"], entry["reason"]) for entry in logs] == [
        ("folder_not_watched", "the folder went while its watch was started"),
    ]
    assert inbox.pop_wanted_rescans() == {"input": "the folder cannot be watched"}
    watcher.check(1.0)
    watcher.stop()
    assert inbox.pop_wanted_rescans() == {"input": "the folder is back"}


def _nothing_came(_: BaseObserver) -> None:
    raise queue.Empty  # as watchdog's starter does on Windows after 2 s


def _share_is_away(*_: object) -> None:
    raise OSError(errno.EHOSTDOWN, "Host is down")


def lose_count_of_a_folder(watcher: Watcher) -> BaseObserver:
    """Leave watchdog's tables as folders do that are renamed over each other in a row."""
    (watch,) = watcher.watches
    observer = watch._observer
    assert observer is not None
    (emitter,) = observer.emitters
    group = emitter._inotify  # type: ignore[attr-defined]
    del group._active_callbacks_by_path[os.fsencode(watch._root.path / "sub")]
    return observer


def all_threads_of(observer: BaseObserver) -> list[BaseThread]:
    return [observer, *observer.emitters, observer._inotify_fd]  # type: ignore[attr-defined]


@linux
def test_a_watch_that_watchdog_lost_count_of_ends_whole(root: Root) -> None:
    (root.path / "sub").mkdir()
    watcher = Watcher([root], Inbox([root], WatchSettings()), WatchSettings())
    watcher.start()
    observer = lose_count_of_a_folder(watcher)
    threads = all_threads_of(observer)
    watcher.stop()
    wait_for(lambda: [thread for thread in threads if thread.is_alive()], [])


@linux
def test_a_watch_that_watchdog_lost_count_of_is_renewed_when_its_folder_is_replaced(
    root: Root, listener: Listener
) -> None:
    (root.path / "sub").mkdir()
    listener.hear_all()
    lose_count_of_a_folder(listener.watcher)
    root.path.rename(root.path.parent / "away")
    root.path.mkdir()
    listener.check()
    (root.path / "new.png").write_bytes(b"x")
    listener.until(lambda it: it.arrived)
    assert listener.arrived == ["new.png"]
