"""Links to folders, where a root's ``links`` is True: entered, but each real folder once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from service.paths import MARKER, Root
from service.watch.marker import RootState
from service.watch.rescan import rescan
from service.watch.scan_findings import ChangedFile, FoundMount, KnownFile, MissingFile
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames

pytestmark = pytest.mark.posix("Windows lets few users make links, and Wine none")

NAMES = WatchedNames(WatchSettings())
ONLINE = RootState(online=True, marker="harbour")
Known = Mapping[str, Mapping[str, KnownFile]]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    made = Root("input", tmp_path / "Input", links=True)
    made.path.mkdir()
    (made.path / MARKER).write_text('{"name": "harbour", "place": ""}', encoding="utf-8")
    return made


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def link(at: Path, to: Path) -> None:
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to(to)


def found_in(root: Root, known: Known | None = None, others: tuple[Path, ...] = ()) -> list[str]:
    """Return what a rescan finds: new files by their path, missing ones behind a minus."""
    rows = known or {}
    told = []
    for one in rescan(root, ONLINE, lambda at: rows.get(at, {}), list(rows), NAMES, others=others):
        assert isinstance(one, ChangedFile | MissingFile), one
        told.append(one.file.path if isinstance(one, ChangedFile) else f"-{one.path}")
    return sorted(told)


def rows_of(*paths: str) -> Known:
    rows: dict[str, dict[str, KnownFile]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        rows.setdefault(folder, {})[name] = KnownFile(1, 1, present=True)
    return rows


def test_folders_behind_links_are_read_under_the_links_path(root: Root, tmp_path: Path) -> None:
    put(tmp_path / "away/2026/a.png")
    link(root.path / "sub/linked", tmp_path / "away")
    assert found_in(root) == ["sub/linked/2026/a.png"]


def test_loops_lead_nowhere(root: Root, tmp_path: Path) -> None:
    put(root.path / "sub/a.png")
    put(tmp_path / "beside the root.png")
    put(tmp_path / "away/b.png")
    link(root.path / "to the root", root.path)
    link(root.path / "above the root", tmp_path)
    link(root.path / "sub/itself", root.path / "sub")
    link(root.path / "linked", tmp_path / "away")
    link(tmp_path / "away/round and round", root.path / "linked")
    link(tmp_path / "away/back", root.path / "sub")
    assert found_in(root) == ["linked/b.png", "sub/a.png"]


def test_each_real_folder_is_read_once_first_where_it_is_itself_and_then_by_name(
    root: Root, tmp_path: Path
) -> None:
    put(root.path / "z real/a.png")
    link(root.path / "a link", root.path / "z real")
    put(tmp_path / "away/in/b.png")
    link(root.path / "m", tmp_path / "away")
    link(root.path / "n", tmp_path / "away")
    link(root.path / "k", tmp_path / "away/in")
    assert found_in(root) == ["k/b.png", "z real/a.png"]


def test_another_roots_folder_is_its_own(root: Root, tmp_path: Path) -> None:
    put(tmp_path / "away/a.png")
    put(tmp_path / "away/other/b.png")
    put(tmp_path / "away/other/sub/c.png")
    link(root.path / "linked", tmp_path / "away")
    link(root.path / "into it", tmp_path / "away/other/sub")
    assert found_in(root, others=(tmp_path / "away/other",)) == ["linked/a.png"]


def test_nothing_is_missing_behind_a_link_whose_target_is_away(root: Root, tmp_path: Path) -> None:
    link(root.path / "linked", tmp_path / "a disk")
    known = rows_of("linked/a.png", "linked/sub/b.png", "gone/c.png")
    assert found_in(root, known) == ["-gone/c.png"]


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("target", ["odd", "a.png/x", "x" * 300])
def test_a_link_that_can_lead_nowhere_keeps_no_folder_from_being_read(
    root: Root, target: str, *, links: bool
) -> None:
    put(root.path / "sub/a.png")
    put(root.path / "sub/in/b.png")
    (root.path / "sub/odd").symlink_to(target)
    assert found_in(replace(root, links=links)) == ["sub/a.png", "sub/in/b.png"]


def test_what_a_removed_link_led_to_is_missing(root: Root, tmp_path: Path) -> None:
    put(tmp_path / "away/sub/b.png")
    known = rows_of("linked/a.png", "linked/sub/b.png")
    assert found_in(root, known) == ["-linked/a.png", "-linked/sub/b.png"]


def test_what_is_now_read_elsewhere_is_missing_where_it_was(root: Root, tmp_path: Path) -> None:
    put(tmp_path / "away/sub/b.png")
    link(root.path / "b", tmp_path / "away")
    link(root.path / "a", tmp_path / "away")
    known = rows_of("b/sub/b.png")
    assert found_in(root, known) == ["-b/sub/b.png", "a/sub/b.png"]


def test_a_link_to_another_file_system_is_a_mount_that_is_known_by_its_marker(
    root: Root, other_disk: Path
) -> None:
    put(other_disk / "a.png")
    link(root.path / "linked", other_disk)
    found = list(rescan(root, ONLINE, lambda _: {}, [], NAMES))
    assert [one.folder for one in found if isinstance(one, FoundMount)] == ["linked"]
    assert [one.file.path for one in found if isinstance(one, ChangedFile)] == ["linked/a.png"]


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """Give an empty folder on another file system than the temporary one."""
    memory = Path("/dev/shm")  # noqa: S108
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one file system only")
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)
