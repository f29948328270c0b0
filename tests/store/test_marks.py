"""The user's own marks: a file beside the database, which survives it and is never in its way."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from store_samples import LATER, NOW, image, odd_image
from structlog.testing import capture_logs

from service.errors import StartError
from service.records import ImageRows
from service.store.backups import back_up, restore
from service.store.marks import copy_marks, find_mark, make_marks, marks_beside
from service.store.search.query import Search
from service.store.sql import statements
from service.store.writer import Store

BEGIN = datetime(2026, 2, 2, 3, 4, 5, tzinfo=UTC)
MARKS = (
    ("sky.png", 5, 1, "keep , blue sky\n", "for the wall"),
    ("two.png", 3, None, "Keep", None),
    ("three.png", None, 0, None, None),
)


def mark(database: Path) -> list[str]:
    """Mark the first three images; return their hashes."""
    make_marks(database)
    with closing(apsw.Connection(str(marks_beside(database)))) as marks:
        marks.execute("ATTACH ? AS images", (str(database),))
        query = "SELECT sha256 FROM v_images_search ORDER BY image_id LIMIT 3"
        hashes = [str(sha256) for (sha256,) in marks.execute(query)]
        for sha256, values in zip(hashes, MARKS, strict=True):
            marks.execute("INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?)", (sha256, *values))
    return hashes


def moved(rows: ImageRows) -> ImageRows:
    """Return the same content at another place."""
    place = image(0, path=f"elsewhere/{rows.raw.file.path}").raw.file
    return replace(rows, raw=replace(rows.raw, file=place))


@pytest.fixture
def marked(store: Store) -> Store:
    """Return an open store of five images, of which the first three are marked."""
    store.save([image(number) for number in range(5)], now=NOW)
    mark(store.path)
    return store


def test_the_mark_of_a_content_is_found(marked: Store) -> None:
    first = marked._connection.execute("SELECT sha256 FROM images WHERE id = 1").get
    assert find_mark(marked.path, first) == {
        "rating": 5,
        "favourite": 1,
        "tags": "keep , blue sky\n",
        "note": "for the wall",
    }
    assert find_mark(marked.path, "0" * 64) == find_mark(marked.path, None) == {}
    marks_beside(marked.path).write_bytes(b"no database" * 100)
    with pytest.raises(StartError, match="your marks cannot be read"):
        find_mark(marked.path, first)


@pytest.fixture
def search(marked: Store) -> Iterator[Search]:
    with Search.open(marked.path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("rating:4..", [1]),
        ("rating:3..5", [2, 1]),
        ("-rating:4..", [5, 4, 3, 2]),
        ("tag:keep", [2, 1]),
        ('tag:"blue sky"', [1]),
        ("tag:blue*", [1]),
        ("tag:blue", []),
        ("fav:yes", [1]),
        ("fav:no", [5, 4, 3, 2]),
        ("rating:1.. tag:keep -fav:yes", [2]),
    ],
)
def test_marks_are_searched_by_rating_tag_and_favourite(
    search: Search, line: str, found: list[int]
) -> None:
    assert search.ids(line) == found
    assert search.ids(line) == found  # they are attached once


def test_a_search_without_a_file_of_marks_finds_none(store: Store) -> None:
    store.save([image(1)], now=NOW)
    with Search.open(store.path) as search:
        assert [search.ids(line) for line in ("rating:1..", "tag:*", "fav:no")] == [[], [], [1]]
    assert not marks_beside(store.path).exists()


@pytest.mark.parametrize("text", [b"no database at all", b""])
def test_a_file_that_holds_no_marks_is_named_and_hinders_no_other_search(
    store: Store, text: bytes
) -> None:
    store.save([image(1)], now=NOW)
    marks_beside(store.path).write_bytes(text)
    with Search.open(store.path) as search:
        assert search.ids("status:ok") == [1]
        with pytest.raises(StartError, match=r"marks\.db: your marks cannot be read"):
            search.ids("rating:5")


def test_marks_stay_with_the_content_when_the_database_is_made_anew(database: Path) -> None:
    images = [image(number) for number in range(3)]
    with Store.open(database) as store:
        store.save(images, now=NOW)
        mark(database)
    for file in database.parent.glob("images.db*"):
        file.unlink()
    with Store.open(database) as store:
        store.save([moved(rows) for rows in reversed(images)], now=LATER)
        with Search.open(database) as search:
            assert [search.ids("rating:4.."), search.ids("tag:keep")] == [[3], [3, 2]]


def test_an_edited_mark_that_is_not_yet_written_holds_up_neither_writing_nor_searching(
    marked: Store,
) -> None:
    with closing(apsw.Connection(str(marks_beside(marked.path)))) as browser:
        browser.execute("ATTACH ? AS images", (str(marked.path),))
        browser.execute("SAVEPOINT edit; UPDATE marks SET rating = 1").fetchall()
        marked.save([odd_image()], now=NOW)
        with Search.open(marked.path) as search:
            assert search.ids("rating:4..") == [1]


def test_a_file_of_marks_is_made_once_and_then_left_alone(database: Path) -> None:
    database.parent.mkdir(parents=True)
    make_marks(database)
    made = marks_beside(database)
    assert made.read_bytes()[18:20] == b"\x01\x01"  # no log beside it: one file, to be copied
    made.write_bytes(b"mine")
    make_marks(database)
    assert made.read_bytes() == b"mine"


def test_an_empty_file_that_a_killed_process_left_is_made_a_file_of_marks(database: Path) -> None:
    database.parent.mkdir(parents=True)
    marks_beside(database).touch()
    make_marks(database)
    with closing(apsw.Connection(str(marks_beside(database)))) as marks:
        assert marks.execute("SELECT COUNT(*) FROM marks").get == 0


def test_marks_that_another_program_holds_are_neither_called_damaged_nor_left_out_unsaid(
    marked: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.marks.BUSY_MS", 1)
    own = marks_beside(marked.path)
    with closing(apsw.Connection(str(own))) as holder, Search.open(marked.path) as search:
        holder.execute("BEGIN EXCLUSIVE").fetchall()
        with pytest.raises(StartError, match="another program is writing your marks"):
            search.ids("rating:5")
        with capture_logs() as logs:
            assert not copy_marks(own, tmp_path / "copy.db")
    assert [(one["event"], one["reason"]) for one in logs] == [
        ("marks_not_copied", "database is locked")
    ]
    assert list(tmp_path.glob("copy.db*")) == []


@pytest.mark.parametrize("name", statements("marks.sql"))
def test_every_documented_query_runs_where_both_files_are_open(marked: Store, name: str) -> None:
    with closing(apsw.Connection(str(marks_beside(marked.path)))) as marks:
        marks.execute("ATTACH ? AS images", (str(marked.path),))
        for _ in range(2):
            marks.execute(statements("marks.sql")[name]).fetchall()


def test_a_tag_is_added_beside_those_that_an_image_has(marked: Store) -> None:
    query = statements("marks.sql")["tag_what_a_condition_finds"].replace("'%flux%'", "'%'")
    with closing(apsw.Connection(str(marks_beside(marked.path)))) as marks:
        marks.execute("ATTACH ? AS images", (str(marked.path),))
        marks.execute(query).fetchall()
        tags = marks.execute("SELECT tags FROM marks ORDER BY rowid").fetchall()
    assert tags == [("keep , blue sky\n, keep",), ("Keep, keep",), ("keep",), ("keep",), ("keep",)]


def test_every_backup_has_the_marks_beside_it_and_goes_with_them(
    marked: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    for hours in range(3):
        back_up(marked.path, folder, 2, now=BEGIN + timedelta(hours=hours))
    assert sorted(file.name for file in folder.iterdir()) == [
        "images-20260202T040405Z.db",
        "images-20260202T040405Z.marks.db",
        "images-20260202T050405Z.db",
        "images-20260202T050405Z.marks.db",
    ]


def test_a_restored_database_brings_marks_back_only_where_there_are_none(
    marked: Store, tmp_path: Path
) -> None:
    written = back_up(marked.path, tmp_path / "backups", 2, now=BEGIN)
    own = marks_beside(marked.path)
    saved = own.read_bytes()
    marked.close()
    own.write_bytes(b"newer")
    restore(marked.path, written)
    assert own.read_bytes() == b"newer"
    own.unlink()
    restore(marked.path, written)
    with closing(apsw.Connection(str(own))) as marks:
        assert marks.execute("SELECT COUNT(*) FROM marks").get == len(MARKS)
    assert len(own.read_bytes()) == len(saved)
