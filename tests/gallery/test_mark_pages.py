"""Marks through the pages: what is written, what is refused, what another program sees."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from requests_to_gallery import ask
from running_gallery import Library, Site, serving

from service.store.marks import marks_beside

POST = "what => import('/static/gallery.js').then(module => module.post('/marks', what))"
FAILING = f"what => ({POST})(what).then(() => '', error => error.message)"
IDS = "q => fetch('/grid.json?q=' + encodeURIComponent(q)).then(a => a.json()).then(a => a.images.map(i => i.id))"  # noqa: E501  # a script


@pytest.fixture(scope="module")
def own(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a gallery of a database of our own, beside which marks are written."""
    top = tmp_path_factory.mktemp("marks")
    (top / "out").mkdir()
    with closing(sqlite3.connect(library.database)) as source:
        source.execute("VACUUM INTO ?", (str(top / "out" / "images.db"),))
    shutil.copytree(library.folder, top / "Input")
    with serving(Library(top / "Input", top / "out" / "images.db")) as site:
        yield site


@pytest.fixture
def asked(browser: Browser, own: Site) -> Iterator[Page]:
    """Return a page that asks that gallery, which has no mark."""
    with closing(sqlite3.connect(marks_beside(own.library.database))) as marks, marks:
        if marks.execute("SELECT 1 FROM sqlite_schema").fetchall():
            marks.execute("DELETE FROM marks")
    context = browser.new_context(base_url=own.address)
    page = context.new_page()
    page.goto("/")
    yield page
    context.close()


def found(page: Page, line: str) -> list[int]:
    ids: list[int] = page.evaluate(IDS, line)
    return sorted(ids)


def rows(own: Site) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(marks_beside(own.library.database))) as marks:
        return marks.execute("SELECT rating, favourite, tags, note FROM marks").fetchall()


def test_a_mark_is_found_at_once_and_taken_back(asked: Page, own: Site) -> None:
    what = {"ids": [1], "rating": 4, "favourite": True, "add_tags": ["keep", "blue sky"]}
    done = asked.evaluate(POST, what)
    mark = {"rating": 4, "favourite": True, "tags": ["keep", "blue sky"], "note": None}
    assert (done["marks"], done["changed"], done["refused"]) == ({"1": mark}, 1, {})
    assert rows(own) == [(4, 1, "keep, blue sky", None)]
    lines = ("rating:4..", "fav:yes", "tag:keep", 'tag:"blue sky"', "rating:5")
    assert [found(asked, line) for line in lines] == [[1], [1], [1], [1], []]

    asked.evaluate(POST, {"undo": done["undo"]})
    assert (rows(own), found(asked, "rating:4..")) == ([], [])


def test_what_is_not_said_stays_and_tags_are_added_and_removed(asked: Page, own: Site) -> None:
    asked.evaluate(POST, {"ids": [2], "rating": 2, "note": "x", "add_tags": ["a", "b"]})
    asked.evaluate(POST, {"ids": [2], "add_tags": ["B", "c"], "remove_tags": ["A"]})
    assert rows(own) == [(2, None, "b, c", "x")]
    asked.evaluate(POST, {"ids": [2], "rating": None, "note": "", "remove_tags": ["b", "c"]})
    assert rows(own) == [(None, None, None, None)]


def test_all_that_a_search_finds_is_marked_at_once_and_taken_back(asked: Page) -> None:
    fox = found(asked, "fox")
    asked.evaluate(POST, {"ids": [fox[0]], "rating": 1})
    done = asked.evaluate(POST, {"q": "fox", "rating": 5})
    assert found(asked, "rating:5") == fox
    asked.evaluate(POST, {"undo": done["undo"]})
    assert (found(asked, "rating:5"), found(asked, "rating:1")) == ([], fox[:1])


REFUSED = {
    "a rating of six": ({"rating": 6}, "rating: Input should be less than or equal to 5"),
    "half a star": ({"rating": 4.5}, "rating: Input should be a valid integer"),
    "a comma": ({"add_tags": ["a,b"]}, "add_tags: 'a,b' is no tag: it is empty, or has a comma"),
    "a long note": ({"note": "x" * 10_001}, "note: String should have at most 10000 characters"),
    "another word": ({"stars": 3}, "stars: Extra inputs are not permitted"),
    "no number": (
        {"ids": [10**20]},
        "ids.0: Input should be less than or equal to 922337203685477",
    ),
    "no image": ({"ids": [10**9], "rating": 3}, "marks: no such image is there"),
}


@pytest.mark.parametrize(("what", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_mark_is_refused(
    asked: Page, own: Site, what: dict[str, object], message: str
) -> None:
    said = asked.evaluate(FAILING, {"ids": [1], **what})
    assert (said[: len(message)], rows(own)) == (message, [])


def test_a_page_of_somebody_else_cannot_mark(asked: Page, own: Site) -> None:
    script = "() => fetch('/marks', {method: 'POST', body: '{}'}).then(answer => answer.status)"
    assert (asked.evaluate(script), rows(own)) == (403, [])


def test_another_program_that_writes_is_told_of_and_loses_nothing(asked: Page, own: Site) -> None:
    with closing(
        sqlite3.connect(marks_beside(own.library.database), isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO marks (sha256, rating) VALUES ('ff', 3)")
        assert asked.evaluate(FAILING, {"ids": [1], "rating": 4}) == (
            "marks.db: another program is writing your marks; nothing was changed. Press Write "
            "Changes there (DB Browser), then try again"
        )
        other.execute("COMMIT")
    asked.evaluate(POST, {"ids": [1], "rating": 4})
    assert rows(own) == [(3, None, None, None), (4, None, None, None)]


def test_while_another_program_holds_the_marks_a_page_says_so(asked: Page, own: Site) -> None:
    asked.evaluate(POST, {"ids": [1], "rating": 4})
    with closing(
        sqlite3.connect(marks_beside(own.library.database), isolation_level=None)
    ) as other:
        other.execute("BEGIN EXCLUSIVE")
        status, _, text = ask(own, "/marks.json?ids=1")
        other.execute("ROLLBACK")
    assert (status, "Another program holds the database" in text) == (503, True)
    assert ask(own, "/marks.json?ids=1")[0] == 200


def test_marks_are_found_in_a_file_that_came_later(asked: Page, own: Site, tmp_path: Path) -> None:
    marks = marks_beside(own.library.database)
    asked.evaluate(POST, {"ids": [3], "rating": 3})
    away = tmp_path / "marks.db"
    shutil.move(marks, away)
    assert found(asked, "rating:3") == []
    shutil.copy(away, marks)
    assert found(asked, "rating:3") == [3]


def test_the_table_of_marks_has_no_formula(asked: Page) -> None:
    asked.evaluate(POST, {"ids": [1], "rating": 5, "note": "=1+1"})
    text = asked.evaluate("() => fetch('/marks.csv').then(answer => answer.text())")
    head, line = text.removeprefix("\ufeff").splitlines()
    assert head == "sha256,file_name,rating,favourite,tags,note"
    assert line.split(",")[2:] == ["5", "", "", "'=1+1"]
