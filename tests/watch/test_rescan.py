import errno
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from service.paths import MARKER, Root, to_stored
from service.records import WatchedFile
from service.watch.marker import RootState
from service.watch.rescan import rescan
from service.watch.scan_findings import ChangedFile, KnownFile, MissingFile, PassedLinks
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames

NAMES = WatchedNames(WatchSettings())
MARKED = '{"name": "harbour", "place": ""}'
ONLINE = RootState(online=True, marker="harbour")


@pytest.fixture
def marked(tmp_path: Path) -> Root:
    root = Root("input", tmp_path / "Input")
    root.path.mkdir()
    (root.path / MARKER).write_text(MARKED, encoding="utf-8")
    return root


class Rows:
    """What the database would hold."""

    def __init__(self) -> None:
        self.by_folder: dict[str, dict[str, KnownFile]] = {}

    def add(self, path: str, known: KnownFile) -> None:
        """Hold this of a file."""
        folder, _, name = path.rpartition("/")
        self.by_folder.setdefault(folder, {})[name] = known

    def take(self, found: ChangedFile | MissingFile) -> None:
        """Believe what a rescan found."""
        if isinstance(found, MissingFile):
            folder, _, name = found.path.rpartition("/")
            self.add(found.path, self.by_folder[folder][name]._replace(present=False))
        else:
            self.add(found.file.path, KnownFile(found.file.size, found.file.mtime_ns, present=True))

    def folder(self, folder: str) -> Mapping[str, KnownFile]:
        """Return what is held of one folder's files."""
        return self.by_folder.get(folder, {})

    def folders(self) -> Iterator[str]:
        """Return the folders that hold present files."""
        return (
            folder
            for folder, rows in self.by_folder.items()
            if any(row.present for row in rows.values())
        )


def differences(root: Root, rows: Rows, state: RootState = ONLINE) -> dict[str, str]:
    found = list(rescan(root, state, rows.folder, rows.folders(), NAMES))
    told = {
        one.path if isinstance(one, MissingFile) else one.file.path: _word(one) for one in found
    }
    assert len(told) == len(found)
    for one in found:
        rows.take(one)
    return told


def _word(found: ChangedFile | MissingFile) -> str:
    return "missing" if isinstance(found, MissingFile) else found.how


def put(root: Root, path: str, data: bytes = b"x") -> Path:
    location = root.path / path
    location.parent.mkdir(parents=True, exist_ok=True)
    location.write_bytes(data)
    return location


def test_a_new_file_is_told_with_all_that_is_known_of_it(marked: Root) -> None:
    location = put(marked, "sub/deep/a.png", b"abc")
    mtime_ns = location.stat().st_mtime_ns
    [found] = rescan(marked, ONLINE, Rows().folder, [], NAMES)
    file = WatchedFile(root="input", path="sub/deep/a.png", size=3, mtime_ns=mtime_ns)
    assert found == ChangedFile(file, location, "new")


def test_only_differences_are_told_and_each_by_its_kind(marked: Root) -> None:
    rows = Rows()
    for name in (
        "same.png",
        "grown.png",
        "touched.png",
        "sub/gone.png",
        "away/a.png",
        "away/deep/b.png",
    ):
        put(marked, name)
    assert set(differences(marked, rows).values()) == {"new"}
    assert differences(marked, rows) == {}
    put(marked, "grown.png", b"xy")
    os.utime(marked.path / "touched.png", ns=(1, 1))
    (marked.path / "sub/gone.png").unlink()
    (marked.path / "away").rename(marked.path.parent / "away")
    assert differences(marked, rows) == {
        "grown.png": "changed",
        "touched.png": "changed",
        "sub/gone.png": "missing",
        "away/a.png": "missing",
        "away/deep/b.png": "missing",
    }
    assert differences(marked, rows) == {}
    (marked.path.parent / "away").rename(marked.path / "away")  # with size and time as they were
    put(marked, "sub/gone.png")
    assert differences(marked, rows) == {
        "sub/gone.png": "back",
        "away/a.png": "back",
        "away/deep/b.png": "back",
    }
    assert differences(marked, rows) == {}


def test_a_folder_that_became_a_file_holds_nothing_more(marked: Root) -> None:
    rows = Rows()
    put(marked, "sub/a.png")
    differences(marked, rows)
    (marked.path / "sub/a.png").unlink()
    (marked.path / "sub").rmdir()
    put(marked, "sub")
    assert differences(marked, rows) == {"sub/a.png": "missing"}


def test_of_a_folder_that_cannot_be_listed_nothing_is_missing(
    marked: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Rows()
    for name in ("shut/a.png", "shut/deep/b.png", "open/c.png"):
        put(marked, name)
    differences(marked, rows)
    (marked.path / "open/c.png").unlink()
    shut = str(marked.path / "shut")
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(
            os, "scandir", lambda path, scandir=os.scandir: _refuse(path, shut, scandir)
        )
        assert differences(marked, rows) == {"open/c.png": "missing"}
    assert [(entry["event"], entry["path"]) for entry in logs] == [
        ("folder_not_listed", to_stored(Path(shut)))
    ]
    assert differences(marked, rows) == {}


def _refuse(path: str, shut: str, scandir):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    # root may list everything, so permissions would not do
    if str(path) == shut:
        raise OSError(errno.EIO, "Input/output error")
    return scandir(path)


@pytest.mark.posix("Windows lets few users make links, and Wine none")
def test_what_is_there_but_no_longer_watched_is_not_missing(marked: Root) -> None:
    rows = Rows()
    for name in ("a.png", "b.png", "sub/c.png", "linked/d.png"):
        put(marked, name)
    differences(marked, rows)
    (marked.path / "linked").rename(marked.path.parent / "elsewhere")
    (marked.path / "linked").symlink_to(marked.path.parent / "elsewhere")
    found = rescan(
        marked,
        ONLINE,
        rows.folder,
        rows.folders(),
        WatchedNames(WatchSettings(ignore=("b.*", "sub"))),
    )
    linked = PassedLinks(1, (marked.path / "linked").as_posix())
    assert list(found) == [linked]


@pytest.mark.posix("Windows lets few users make links, and Wine none")
def test_links_and_loops_are_not_followed(marked: Root) -> None:
    put(marked, "a.png")
    (marked.path / "loop").symlink_to(marked.path)
    (marked.path / "out").symlink_to("/etc")
    (marked.path / "b.png").symlink_to(marked.path / "a.png")
    os.mkfifo(marked.path / "pipe.png")
    found = list(rescan(marked, ONLINE, Rows().folder, [], NAMES))
    assert [one.file.path for one in found if isinstance(one, ChangedFile)] == ["a.png"]
    passed = [one for one in found if isinstance(one, PassedLinks)]
    assert [one.count for one in passed] == [2]
    assert len(found) == 2


def test_files_whose_bytes_lie_in_a_cloud_are_skipped_and_told(
    marked: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "b.png", "sub/c.png", ".hidden.png"):
        put(marked, name)
    monkeypatch.setattr(
        "service.watch.rescan.kind_of", lambda _: "placeholder"
    )  # as OneDrive's attributes say
    with capture_logs() as logs:
        assert differences(marked, Rows()) == {}
    told = [(entry["event"], entry["root"], entry["count"]) for entry in logs]
    assert told == [("cloud_files_skipped", "input", 3)]


def test_ignored_names_are_not_told(marked: Root) -> None:
    for name in (
        ".hidden/a.png",
        ".a.png",
        "._a.png",
        "@eaDir/a.png",
        "a.swarmpreview.jpg",
        "a.png.part",
        "a.txt",
        "B.JPG",
    ):
        put(marked, name)
    assert differences(marked, Rows()) == {"B.JPG": "new"}


def test_only_the_folder_itself_is_looked_into_where_that_is_set(marked: Root) -> None:
    put(marked, "a.png")
    put(marked, "sub/b.png")
    assert differences(Root("input", marked.path, recursive=False), Rows()) == {"a.png": "new"}


@pytest.mark.posix("Windows' names are Unicode, without control characters")
def test_names_of_any_bytes_are_told_in_stored_form_and_are_not_missing_afterwards(
    marked: Root,
) -> None:
    folder = os.fsencode(marked.path)
    for name in (b"lat\xe9.png", "e\u0301.png".encode(), "\u00e9.png".encode(), b"new\nline.png"):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"x")
    put(marked, os.fsdecode(b"f\xfcr/\xe4.png"))
    rows = Rows()
    names = (
        "lat\\udce9.png",
        "e\u0301.png",
        "\u00e9.png",
        "new\nline.png",
        "f\\udcfcr/\\udce4.png",
    )
    assert differences(marked, rows) == dict.fromkeys(names, "new")
    assert differences(marked, rows) == {}
    for name in names:
        assert marked.locate(name).read_bytes() == b"x"


def test_of_a_root_that_is_offline_nothing_is_missing_yet_what_lies_there_is_taken(
    marked: Root,
) -> None:
    rows = Rows()
    rows.add("a.png", KnownFile(1, 1, present=True))
    rows.add("sub/b.png", KnownFile(1, 1, present=True))
    put(marked, "c.png")
    assert differences(marked, rows, RootState(online=False)) == {"c.png": "new"}


@pytest.mark.parametrize("leaves_something", [False, True])
def test_a_share_that_leaves_during_the_rescan_makes_nothing_missing(
    marked: Root, *, leaves_something: bool
) -> None:
    rows = Rows()
    for number in range(3):
        put(marked, f"{number}/a.png")
    differences(marked, rows)
    known = partial(_leave, marked, rows, leaves_something=leaves_something)
    found = rescan(marked, ONLINE, known, rows.folders(), NAMES)
    with capture_logs() as logs:
        assert list(found) == []
    assert [entry["event"] for entry in logs] == ["root_left_during_rescan"]


def _leave(
    root: Root, rows: Rows, folder: str, *, leaves_something: bool
) -> Mapping[str, KnownFile]:
    if not (root.path.parent / "left").exists():
        root.path.rename(root.path.parent / "left")
        if leaves_something:
            put(root, "what lay below the mount.txt")
    return rows.folder(folder)


PATHS = st.lists(
    st.tuples(
        st.sampled_from(["", "x/", "x/y/", "z/"]),
        st.sampled_from(["a.png", "b.jpg", "\u00e9.webp"]),
    ),
    max_size=8,
)


@settings(max_examples=80)
@given(steps=st.lists(PATHS, min_size=1, max_size=4))
def test_whatever_happened_one_rescan_makes_the_rows_true_to_the_disk(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[list[tuple[str, str]]],
) -> None:
    root, rows = Root("input", tmp_path_factory.mktemp("disk")), Rows()
    (root.path / MARKER).write_text(MARKED, encoding="utf-8")
    for step in steps:
        wanted = {folder + name for folder, name in step}
        for path in root.path.rglob("*.*"):
            if path.is_file() and path.name != MARKER and root.relative(path) not in wanted:
                path.unlink()
        for path in wanted:
            put(root, path)
        differences(root, rows)
        present = {
            f"{folder}/{name}".lstrip("/")
            for folder, files in rows.by_folder.items()
            for name, row in files.items()
            if row.present
        }
        assert present == wanted


READ_ALL = """
import sys, tracemalloc
from pathlib import Path
from service.event_log import load_structlog
from service.paths import Root
from service.watch.watched_names import WatchedNames
from service.watch.marker import RootState
from service.watch.rescan import rescan
from service.watch.watch_settings import WatchSettings
root = Root("Input", Path(sys.argv[1]))
names = WatchedNames(WatchSettings())
found = rescan(root, RootState(online=True), lambda _: {}, [], names)
next(found)
load_structlog()  # which the first line of the log would do
tracemalloc.start()
print(1 + sum(1 for _ in found), tracemalloc.get_traced_memory()[1])
"""


def test_memory_stays_flat_however_many_folders_there_are(marked: Root) -> None:
    """In a process of its own.

    What other tests left behind frees and takes memory of its own accord.
    """
    for folder in range(200):
        (marked.path / f"{folder}").mkdir()
        for number in range(100):
            (marked.path / f"{folder}" / f"{number}.png").touch()
    said = subprocess.run(
        [sys.executable, "-c", READ_ALL, marked.path], capture_output=True, text=True, check=True
    )
    count, peak = map(int, said.stdout.split())
    assert count == 20_000
    assert peak < 500_000
