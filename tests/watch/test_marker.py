"""By what a root is known, and what is then believed of it."""

import errno
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from service.paths import MARKER, Root
from service.watch.marker import (
    FilesBelow,
    KnownVolume,
    RootState,
    check_root,
    read_marker,
    renew_marker,
)

Known = list[tuple[str, int]]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    folder = tmp_path / "Input"
    folder.mkdir()
    return Root("input", folder)


def put(root: Root, *paths: str) -> Known:
    """Write files of one byte, and return how the database holds them."""
    for path in paths:
        root.locate(path).write_bytes(b"x")
    return [(path, 1) for path in paths]


def below(files: Known) -> FilesBelow:
    def of_folder(folder: str) -> Iterable[tuple[str, int]]:
        return [file for file in files if not folder or file[0].startswith(f"{folder}/")]

    return of_folder


def check(root: Root, files: Known, marker: str | None = None, learned_ns: int = 0) -> RootState:
    volumes = {} if marker is None else {"": KnownVolume(marker, learned_ns)}
    return check_root(root, below(files), volumes)


def away(root: Root) -> RootState:
    return RootState(
        online=False,
        message=f"input: {root.path} is offline or emptied: not marking its files missing; "
        'if this is the right folder, run: aiimagepipe confirm-missing "input"',
    )


def test_a_marker_has_a_name_of_its_own_where_the_database_knows_nothing(root: Root) -> None:
    state = check(root, [])
    marker = read_marker(root.path)
    assert marker is not None
    assert state == RootState(online=True, marker=marker.name)
    assert len(state.marker) == 32
    assert check(root, [("gone.png", 1)], state.marker) == state


def test_a_folder_with_another_marker_is_not_the_known_one(root: Root) -> None:
    check(root, [])
    assert check(root, [("gone.png", 1)], "of another folder") == away(root)


def test_a_folder_without_marker_is_the_known_one_where_half_of_its_files_are_there(
    root: Root,
) -> None:
    here = put(root, "a.png", "b.png")
    there = [("c.png", 1), ("d.png", 1)]
    assert check(root, [*here, *there], "harbour").online
    (root.path / MARKER).unlink()
    assert check(root, [*here, *there, ("e.png", 1)], "harbour") == away(root)
    assert not (root.path / MARKER).exists()


def test_files_of_another_size_do_not_speak_for_a_folder(root: Root) -> None:
    put(root, "a.png", "b.png")
    assert check(root, [("a.png", 2), ("b.png", 2)], "harbour") == away(root)


def test_the_marker_of_a_copied_folder_gets_a_name_of_its_own(root: Root) -> None:
    files = put(root, "a.png")
    first = check(root, [])
    copied = Root("input", root.path.parent / "copy")
    shutil.copytree(root.path, copied.path)
    second = check(copied, files, first.marker)
    assert second.online
    assert second.marker != first.marker
    (root.path / "a.png").unlink()
    assert check(root, files, second.marker) == away(root)


def test_a_copied_marker_alone_does_not_speak_for_a_folder(root: Root) -> None:
    first = check(root, [])
    bare = Root("input", root.path.parent / "bare")
    bare.path.mkdir()
    shutil.copy(root.path / MARKER, bare.path)
    assert check(bare, [("gone.png", 1)], first.marker) == away(bare)


def test_an_empty_marker_is_the_users_word_unless_it_was_there_before(root: Root) -> None:
    """Older versions laid it, perhaps below what was mounted later."""
    marker = root.path / MARKER
    marker.touch()
    os.utime(marker, ns=(500, 500))
    assert check(root, [("gone.png", 1)], "harbour", learned_ns=501) == away(root)
    assert check(root, [("gone.png", 1)], "harbour", learned_ns=500).online
    assert json.loads(marker.read_bytes())["name"] != "harbour"


def test_an_empty_marker_counts_where_the_database_knows_no_name_yet(root: Root) -> None:
    (root.path / MARKER).touch()
    assert check(root, [("gone.png", 1)]).online


def test_what_a_user_confirmed_is_believed(root: Root) -> None:
    check(root, [])
    confirmed = {"": KnownVolume("another", 0, is_confirmed=True), "nas": KnownVolume("nas", 0)}
    state = check_root(root, below([("gone.png", 1)]), confirmed)
    assert (state.online, state.message, state.away) == (True, "", frozenset())


def test_a_root_that_is_not_there_is_offline_whatever_was_confirmed(root: Root) -> None:
    root.path.rmdir()
    state = check_root(root, below([]), {"": KnownVolume("", 0, is_confirmed=True)})
    assert (state.online, state.message.partition(" (")[0]) == (
        False,
        f"input: {root.path} cannot be listed",
    )


def test_where_no_marker_can_be_written_known_files_tell(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = put(root, "a.png")
    monkeypatch.setattr("service.watch.marker._write_marker", _read_only)
    assert check(root, []) == RootState(online=True)
    assert check(root, files, "") == RootState(online=True)
    (root.path / "a.png").unlink()
    assert check(root, files, "") == away(root)


def _read_only(*_: object, **__: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


@pytest.mark.parametrize("text", [b"\xff", b"[]", b"{}", b"17", b"x" * 100_000])
def test_a_marker_that_is_none_of_ours_is_like_an_empty_one(root: Root, text: bytes) -> None:
    (root.path / MARKER).write_bytes(text)
    marker = read_marker(root.path)
    assert marker is not None
    assert (marker.name, marker.place) == ("", "")
    assert renew_marker(root.path) != ""


def test_a_folder_that_held_a_mount_and_holds_none_is_away(root: Root) -> None:
    (root.path / "nas").mkdir()
    here = check(root, [])
    volumes = {"": KnownVolume(here.marker, 0), "nas": KnownVolume("nas", 0)}
    state = check_root(root, below([("nas/a.png", 1)]), volumes)
    assert state == RootState(
        online=True,
        marker=here.marker,
        message=f"input: {root.path / 'nas'} is offline or emptied: not marking its files missing; "
        'if this is the right folder, run: aiimagepipe confirm-missing "input"',
        away=frozenset({"nas"}),
    )


@pytest.mark.posix("Windows lets few users make links, and has no pipes in folders")
def test_a_marker_that_is_a_link_or_a_pipe_is_neither_read_nor_written(root: Root) -> None:
    precious = root.path.parent / "precious"
    precious.write_text("mine", encoding="utf-8")
    (root.path / MARKER).symlink_to(precious)
    linked = check(root, [])
    (root.path / MARKER).unlink()
    os.mkfifo(root.path / MARKER)
    piped = check(root, [])
    assert precious.read_text(encoding="utf-8") == "mine"
    assert (linked, piped) == (RootState(online=True), RootState(online=True))
