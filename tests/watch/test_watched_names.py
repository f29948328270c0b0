import os
import stat
from pathlib import PurePath
from types import SimpleNamespace
from typing import cast

import pytest

from service.file_systems import FileKind, kind_of
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames


@pytest.mark.parametrize(
    ("path", "is_watched"),
    [
        ("a.png", True),
        ("A.PNG", True),
        ("sub/a b.jpeg", True),
        ("sub/a.tmp", False),
        ("sub/a.png.tmp", False),
        ("a.png.crdownload", False),
        ("png", False),
        ("a", False),
        ("._a.png", False),
        (".a.png", False),
        ("thumbs.DB", False),
        ("@EADIR/a.png", False),
        ("x/.stversions/a.png", False),
        ("x.part/a.png", False),
        ("a.SwarmPreview.jpg", False),
    ],
)
def test_a_file_is_watched_by_extension_unless_a_part_of_its_path_is_ignored(
    path: str,
    is_watched: bool,  # noqa: FBT001 (a table's column)
) -> None:
    assert WatchedNames(WatchSettings()).watches_image(PurePath(path)) is is_watched


def test_hidden_names_are_watched_where_that_is_set_but_never_the_marker() -> None:
    names = WatchedNames(WatchSettings(hidden=True, extensions=frozenset({".aiimagepipe", ".png"})))
    paths = (".a/.b.png", "._a.png", ".stversions/a.png", ".aiimagepipe")
    assert [names.watches_image(PurePath(path)) for path in paths] == [True, False, False, False]


def test_without_patterns_only_the_extension_counts() -> None:
    names = WatchedNames(WatchSettings(ignore=()))
    assert [names.watches_image(PurePath(path)) for path in ("~a.png", "a.txt")] == [True, False]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"st_mode": stat.S_IFREG}, "file"),
        ({"st_mode": stat.S_IFDIR}, "folder"),
        ({"st_mode": stat.S_IFLNK}, "link"),
        ({"st_mode": stat.S_IFIFO}, "special"),
        ({"st_mode": stat.S_IFSOCK}, "special"),
        ({"st_mode": stat.S_IFCHR}, "special"),
        ({"st_mode": stat.S_IFREG, "st_file_attributes": 0x20}, "file"),
        ({"st_mode": stat.S_IFREG, "st_file_attributes": 0x400020}, "placeholder"),
        ({"st_mode": stat.S_IFREG, "st_file_attributes": 0x1000}, "placeholder"),
        ({"st_mode": stat.S_IFDIR, "st_reparse_tag": 0xA0000003}, "link"),
        ({"st_mode": stat.S_IFDIR, "st_reparse_tag": 0x9000001A}, "folder"),
    ],
)
def test_a_status_tells_the_kind_of_thing(fields: dict[str, int], kind: FileKind) -> None:
    assert kind_of(cast("os.stat_result", SimpleNamespace(**fields))) == kind
