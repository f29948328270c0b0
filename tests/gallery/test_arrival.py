"""The database may come late, be another one, or be one that this program cannot show."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from patience import wait_for
from playwright.sync_api import Browser, expect
from requests_to_gallery import ask
from running_gallery import Library, Site, serving

from service.demo import write_samples
from service.store.schema import current


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return a library without a database."""
    top = tmp_path_factory.mktemp("arrival")
    made = Library(top / "Input", top / "out" / "images.db")
    made.folder.mkdir()
    made.database.parent.mkdir()
    return made


@pytest.fixture(scope="module")
def early(own: Library) -> Iterator[Site]:
    """Return a gallery that was started before there is a database."""
    with serving(own, until=503) as site:
        yield site


def count(site: Site) -> tuple[int, int | None]:
    """Return the status of the grid's answer, and how many images it counts."""
    status, _, text = ask(site, "/grid.json?count=1")
    return status, json.loads(text).get("count")


def put(database: Path, other: Path) -> None:
    """Put a copy of another database in the place of one, as `restore` does."""
    part = database.with_name("part.db")
    shutil.copyfile(other, part)
    for end in ("-wal", "-shm"):
        database.with_name(f"{database.name}{end}").unlink(missing_ok=True)
    part.replace(database)


def test_a_page_waits_for_the_database_and_goes_on_by_itself(
    own: Library, early: Site, browser: Browser
) -> None:
    page = browser.new_context(base_url=early.address).new_page()
    page.goto("/")
    expect(page.get_by_role("heading")).to_have_text("Nothing to show yet")
    expect(page.locator("main")).to_contain_text("There is no database yet.")
    list(write_samples(own.folder))
    own.read()
    expect(page.locator("#grid")).to_be_attached()
    page.context.close()
    assert count(early) == (200, 27)


def test_a_database_that_takes_its_place_is_shown_and_the_old_one_let_go(
    own: Library, early: Site, library: Library
) -> None:
    with sqlite3.connect(own.database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = own.database.with_name("kept.db")
    shutil.copyfile(own.database, kept)
    with sqlite3.connect(kept) as smaller:
        smaller.execute("UPDATE images SET missing_since = '2026-01-01T00:00:00Z' WHERE id > 5")
    smaller.close()
    put(own.database, kept)
    wait_for(lambda: count(early), (200, 5))
    assert library.database.exists()


def test_a_restored_backup_is_shown(own: Library, early: Site) -> None:
    own.run("backup", "--config", str(own.settings))
    own.database.unlink()
    wait_for(lambda: count(early)[0], 503)
    own.run("restore", "--config", str(own.settings))
    wait_for(lambda: count(early), (200, 5))


@pytest.mark.parametrize(
    ("pragma", "reason"),
    [
        (f"user_version = {current().version + 1}", "was made by a newer version"),
        (f"user_version = {current().version - 1}", "was made by an older version"),
        ("application_id = 1", "belongs to another program"),
    ],
)
def test_what_cannot_be_shown_is_said(own: Library, early: Site, pragma: str, reason: str) -> None:
    good, odd = own.database.with_name("good.db"), own.database.with_name("odd.db")
    shutil.copyfile(own.database, good)
    shutil.copyfile(own.database, odd)
    changed = sqlite3.connect(odd)
    changed.execute(f"PRAGMA {pragma}")
    changed.close()
    put(own.database, odd)
    wait_for(lambda: reason in ask(early, "/")[2], expected=True)
    put(own.database, good)
    wait_for(lambda: count(early), (200, 5))


def test_a_file_that_is_no_database_is_said_to_be_none(own: Library, early: Site) -> None:
    good, odd = own.database.with_name("good.db"), own.database.with_name("odd.db")
    shutil.copyfile(own.database, good)
    odd.write_bytes(b"no database " * 1000)
    put(own.database, odd)
    wait_for(lambda: "file is not a database" in ask(early, "/")[2], expected=True)
    put(own.database, good)
    wait_for(lambda: count(early), (200, 5))


def test_marks_that_are_no_database_do_not_hide_the_images(own: Library, early: Site) -> None:
    marks = own.database.with_name("marks.db")
    marks.unlink(missing_ok=True)
    marks.write_bytes(b"scribble" * 1000)
    wait_for(lambda: count(early), (200, 5))
    marks.unlink()
    wait_for(lambda: count(early), (200, 5))
