"""A file is opened below its root alone, through links to folders only where the root says so."""

import os
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from service.gallery.picture_files import NoPictureError, PictureFile, PictureRow
from service.paths import Root

pytestmark = pytest.mark.posix("Windows has no links for everybody")

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a root with a file, a link to another folder and a link to another file."""
    made = tmp_path / "Input"
    (made / "deep" / "er").mkdir(parents=True)
    (made / "deep" / "er" / "a.png").write_bytes(PNG)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.png").write_bytes(PNG)
    (made / "linked").symlink_to(tmp_path / "elsewhere")
    (made / "link.png").symlink_to(tmp_path / "elsewhere" / "b.png")
    return made


def read(folder: Path, path: str, *, links: bool) -> tuple[str | None, bytes] | str:
    """Return kind and content of a row's file, or why it is refused."""
    roots = {"Input": Root("Input", folder, links=links)}
    row = PictureRow(1, "Input", path, path, 0, 0, None)
    try:
        with closing(PictureFile.open(roots, row)) as file:
            return file.mime_type, file.read(0, 1000)
    except NoPictureError as error:
        return error.reason


@pytest.mark.parametrize(
    ("path", "without", "with_links"),
    [
        ("deep/er/a.png", ("image/png", PNG), ("image/png", PNG)),
        ("linked/b.png", "refused", ("image/png", PNG)),
        ("link.png", "refused", "refused"),
        ("linked/../Input/link.png", "refused", "refused"),
        ("deep/er", "refused", "refused"),
        ("deep/er/none.png", "missing", "missing"),
        ("deep/er/a.png/b.png", "missing", "missing"),
    ],
)
def test_links_to_folders_are_followed_where_the_root_says_so(
    folder: Path, path: str, without: object, with_links: object
) -> None:
    found = read(folder, path, links=False), read(folder, path, links=True)
    assert found == (without, with_links)


def test_a_name_that_is_no_unicode_is_found(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/lat\xe9.png")).write_bytes(PNG)
    assert read(folder, "lat\\udce9.png", links=False) == ("image/png", PNG)


def test_what_is_refused_leaves_nothing_open(folder: Path) -> None:
    before = psutil.Process().num_fds()
    for path in ("link.png", "linked/b.png", "deep/er", "deep/er/none.png", "deep/er/a.png"):
        read(folder, path, links=False)
    assert psutil.Process().num_fds() == before
