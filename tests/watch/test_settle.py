import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import PATIENCE_S
from structlog.testing import capture_logs

from service.paths import Root
from service.watch.settle import SettleRule, SettlingFile, Verdict
from service.watch.watch_settings import WatchSettings

SETTINGS = WatchSettings(settle_s=1.0, empty_settle_s=10.0, tell_after_s=60.0)


def heard(path: Path, at: float = 0.0) -> SettlingFile:
    return SettlingFile(Root("input", path.parent), str(path), last_event=at, due=at)


def written(path: Path, data: bytes, mtime_ns: int) -> Path:
    path.write_bytes(data)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return path


def test_a_file_settles_when_it_was_still_for_the_time_set(tmp_path: Path) -> None:
    candidate = heard(written(tmp_path / "a.png", b"abc", 5_000))
    settling = SettleRule(SETTINGS)
    assert [settling.look(candidate, now) for now in (0.01, 0.5, 0.99)] == [Verdict.WAIT] * 3
    assert candidate.due == 1.0
    assert settling.look(candidate, 1.0) is Verdict.SETTLED
    assert candidate.state == (3, 5_000)


def test_a_file_that_grows_is_waited_for_as_long_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    candidate = heard(written(path, b"x", 1000))  # NTFS keeps hundreds of nanoseconds
    settling = SettleRule(SETTINGS)
    for second in range(1, 120):
        written(path, b"x" * (second + 1), second * 1000)
        assert settling.look(candidate, second * 0.9) is Verdict.WAIT
    assert settling.look(candidate, 120 * 0.9 + 1.0) is Verdict.SETTLED
    assert candidate.state == (120, 119_000)


def test_a_file_of_full_size_that_is_filled_later_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    candidate = heard(written(path, bytes(100), 1000))
    settling = SettleRule(SETTINGS)
    settling.look(candidate, 0.0)
    written(path, b"x" * 100, 2000)
    assert settling.look(candidate, 1.0) is Verdict.WAIT
    assert settling.look(candidate, 2.0) is Verdict.SETTLED


def test_an_event_that_changes_nothing_does_not_delay(tmp_path: Path) -> None:
    candidate = heard(written(tmp_path / "a.png", b"abc", 1))
    settling = SettleRule(SETTINGS)
    settling.look(candidate, 0.01)
    for tenth in range(1, 10):
        candidate.note_event(tenth / 10)
        settling.look(candidate, tenth / 10)
    assert settling.look(candidate, 1.0) is Verdict.SETTLED


def test_a_change_told_by_an_event_counts_from_the_event_not_from_the_look(tmp_path: Path) -> None:
    path = written(tmp_path / "a.png", b"a", 1)
    candidate = heard(path)
    settling = SettleRule(SETTINGS)
    settling.look(candidate, 0.01)
    written(path, b"ab", 2)
    candidate.note_event(0.50)
    settling.look(candidate, 0.52)
    assert candidate.due == 1.50


def test_an_old_event_is_not_believed_to_be_the_last_change(tmp_path: Path) -> None:
    candidate = heard(written(tmp_path / "a.png", b"a", 1))
    assert SettleRule(SETTINGS).look(candidate, 60.0) is Verdict.WAIT
    assert candidate.due == pytest.approx(60.95)


def test_an_empty_file_waits_longer_and_then_arrives_all_the_same(tmp_path: Path) -> None:
    candidate = heard(written(tmp_path / "a.png", b"", 1))
    settling = SettleRule(SETTINGS)
    assert [settling.look(candidate, now) for now in (0.0, 9.9, 10.0)] == [
        Verdict.WAIT,
        Verdict.WAIT,
        Verdict.SETTLED,
    ]


def test_a_path_where_nothing_is_has_gone_after_the_same_stillness(tmp_path: Path) -> None:
    candidate = heard(tmp_path / "a.png")
    settling = SettleRule(SETTINGS)
    assert [settling.look(candidate, now) for now in (0.0, 1.0)] == [Verdict.WAIT, Verdict.GONE]


def test_a_path_below_what_is_a_file_now_has_gone(tmp_path: Path) -> None:
    written(tmp_path / "folder", b"x", 1)
    candidate = heard(tmp_path / "folder" / "a.png")
    settling = SettleRule(SETTINGS)
    assert [settling.look(candidate, now) for now in (0.0, 1.0)] == [Verdict.WAIT, Verdict.GONE]


def test_a_file_saved_by_delete_and_rename_is_never_gone(tmp_path: Path) -> None:
    candidate = heard(tmp_path / "a.png")
    settling = SettleRule(SETTINGS)
    settling.look(candidate, 0.0)
    written(tmp_path / "a.png", b"new", 1)
    assert [settling.look(candidate, now) for now in (0.9, 1.9)] == [Verdict.WAIT, Verdict.SETTLED]


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


POSIX = pytest.mark.posix("a folder holds no pipes there, and Wine makes no links")


@pytest.mark.parametrize(
    "make", [Path.mkdir, pytest.param(_pipe, marks=POSIX), pytest.param(_link, marks=POSIX)]
)
def test_what_is_no_plain_file_is_not_ours(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    make(tmp_path / "a.png")
    assert SettleRule(SETTINGS).look(heard(tmp_path / "a.png"), 0.0) is Verdict.NOT_OURS


def test_a_file_that_cannot_be_opened_is_tried_ever_more_seldom_and_told_of_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    candidate = heard(written(tmp_path / "a.png", b"abc", 1))
    settling = SettleRule(SETTINGS)
    settling.look(candidate, 0.0)
    now, waits = 1.0, []
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(
            os, "open", _share_violation
        )  # as Windows answers while a writer holds the file
        for _ in range(11):
            assert settling.look(candidate, now) is Verdict.WAIT
            waits.append(candidate.due - now)
            now = candidate.due
    assert waits == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert [(entry["event"], entry["reason"]) for entry in logs] == [
        ("file_cannot_be_opened", "Permission denied")
    ]
    assert candidate.refusal == "Permission denied"
    assert settling.look(candidate, now) is Verdict.SETTLED
    assert candidate.refusal is None


def looked_at_as_a_file(candidate: SettlingFile, monkeypatch: pytest.MonkeyPatch) -> SettleRule:
    """Return a settling for which there is a quiet file: what really is there came later."""
    settling = SettleRule(SETTINGS)
    monkeypatch.setattr(settling, "_read_state", lambda _: (3, 1))
    assert settling.look(candidate, 0.0) is Verdict.WAIT
    return settling


@pytest.mark.posix("a folder holds no pipes there")
def test_a_pipe_that_took_the_file_s_place_does_not_keep_the_worker_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = heard(tmp_path / "a.png")
    settling = looked_at_as_a_file(candidate, monkeypatch)
    os.mkfifo(tmp_path / "a.png")
    verdicts: list[Verdict] = []
    look = threading.Thread(
        target=lambda: verdicts.append(settling.look(candidate, 1.0)), daemon=True
    )
    look.start()
    look.join(PATIENCE_S)  # an open that waits for a writer would never return
    assert verdicts == [Verdict.SETTLED]


@pytest.mark.posix("Wine makes no links")
def test_a_link_that_took_the_file_s_place_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = heard(tmp_path / "a.png")
    settling = looked_at_as_a_file(candidate, monkeypatch)
    written(tmp_path / "other.png", b"abc", 1)
    (tmp_path / "a.png").symlink_to(tmp_path / "other.png")
    assert settling.look(candidate, 1.0) is Verdict.WAIT
    assert candidate.refusal == os.strerror(errno.ELOOP)


def _share_violation(*_: object) -> int:
    raise PermissionError(13, "Permission denied")


@settings(max_examples=60)
@given(
    gaps=st.lists(st.floats(0.01, 3.0), max_size=12),
    looks=st.lists(st.floats(0.01, 2.0), min_size=1, max_size=40),
)
def test_whatever_the_order_a_file_never_settles_within_the_time_set_of_its_last_change(
    tmp_path_factory: pytest.TempPathFactory,
    gaps: list[float],
    looks: list[float],
) -> None:
    path = tmp_path_factory.mktemp("settle") / "a.png"
    changes = [sum(gaps[:end]) for end in range(len(gaps) + 1)]
    candidate, settling, now, done = heard(path), SettleRule(SETTINGS), 0.0, 0
    for step in looks:
        now += step
        while done < len(changes) and changes[done] <= now:
            written(path, b"x" * (done + 1), done)  # no event tells of it
            done += 1
        if settling.look(candidate, now) is Verdict.SETTLED:
            assert now - changes[done - 1] >= SETTINGS.settle_s - 0.051
            break
