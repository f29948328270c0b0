"""The grid while something is written: images that arrive, marks, and 20,000 that are scrolled."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from patience import wait_for
from playwright.sync_api import Browser, Page, expect
from running_gallery import TOP, Library, Site, serving

from service.store.writer import Store

TILES = "#grid a.tile"
FIRST = f"{TILES}[aria-posinset='1']"
HOSTILE = "<img src=x onerror=alert(1)>&quot;.png"


@pytest.fixture(scope="module")
def live(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a gallery of a library of our own, whose service runs."""
    top = tmp_path_factory.mktemp("live")
    shutil.copytree(library.folder, top / "Input")
    own = Library(top / "Input", top / "out" / "images.db")
    own.database.parent.mkdir()
    with closing(apsw.Connection(str(library.database))) as source:
        source.execute("VACUUM INTO ?", (str(own.database),)).fetchall()
    command = [sys.executable, "-m", "service", "run", "--config", str(own.settings)]
    service = subprocess.Popen(command, cwd=TOP, stderr=subprocess.DEVNULL)
    with serving(own) as site:
        yield site
    service.terminate()
    service.wait()


@pytest.fixture
def watching(browser: Browser, live: Site) -> Iterator[Page]:
    """Return the first page of that gallery, in a small window."""
    with browser.new_context(
        base_url=live.address, viewport={"width": 700, "height": 500}
    ) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.locator("#grid[aria-busy]")).to_have_count(0)
        expect(page.locator(FIRST)).to_be_visible()
        yield page


def drop(live: Site, name: str, of: str = "*.png") -> None:
    """Put another image into the watched folder, as a generator does."""
    source = next(live.library.folder.rglob(of))
    target = live.library.folder / name
    target.write_bytes(source.read_bytes() + name.encode())
    os.utime(target)


def count(page: Page) -> int:
    return int(page.locator("#count").inner_text().split()[0])


def test_an_image_that_is_dropped_slides_in_by_itself(watching: Page, live: Site) -> None:
    before, second = count(watching), watching.locator(FIRST).get_attribute("data-id")
    drop(live, "dropped.png")
    expect(watching.locator("#count")).to_have_text(f"{before + 1} images", timeout=60_000)
    expect(watching.locator(FIRST)).to_have_attribute("aria-label", "dropped.png")
    assert watching.locator(f"{TILES}[aria-posinset='2']").get_attribute("data-id") == second


def test_who_has_scrolled_is_told_and_not_moved(watching: Page, live: Site) -> None:
    watching.get_by_label("Size of the pictures").fill("3")
    watching.evaluate("() => window.scrollTo(0, 900)")
    seen = "() => document.elementFromPoint(200, 300).closest('.tile').dataset.id"
    wait_for(lambda: watching.evaluate("() => history.state?.anchor !== undefined"), expected=True)
    before = watching.evaluate(seen)
    drop(live, "later.png")
    news = watching.get_by_role("button", name="1 new")
    expect(news).to_be_visible(timeout=60_000)
    assert (watching.evaluate(seen), watching.evaluate("() => scrollY")) == (before, 900)
    news.click()
    expect(watching.locator(FIRST)).to_have_attribute("aria-label", "later.png")
    expect(news).to_be_hidden()


def test_a_script_in_a_name_is_a_name(watching: Page, live: Site) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no such names")
    drop(live, HOSTILE)
    expect(watching.locator(FIRST)).to_have_attribute("aria-label", HOSTILE, timeout=60_000)
    expect(watching.locator(f"{FIRST} .said")).to_have_text(HOSTILE)
    assert watching.locator("#grid img[src=x]").count() == 0


def test_a_selection_is_marked_found_and_taken_back(watching: Page) -> None:
    page = watching
    for at in (1, 2):
        page.locator(f"{TILES}[aria-posinset='{at}']").click(modifiers=["Control"])
    page.get_by_role("button", name="Rate 4").click()
    expect(page.locator("#undo")).to_contain_text("Marked: 2 images")
    page.get_by_label("Tags, between commas").fill("keep, best")
    page.get_by_role("button", name="Add", exact=True).click()
    page.keyboard.press("Escape")
    search = page.get_by_role("searchbox")
    search.fill("rating:4 tag:best")
    expect(page.locator("#count")).to_have_text("2 images")
    expect(page.locator(FIRST)).to_have_attribute("aria-label", re.compile("rated 4"))
    search.blur()
    page.keyboard.press("Control+a")
    expect(page.locator("#selected")).to_have_text("2 selected")
    page.keyboard.press("1")
    expect(page.locator(FIRST)).to_have_attribute("aria-label", re.compile("rated 1"))
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(FIRST)).to_have_attribute("aria-label", re.compile("rated 4"))


def test_the_keyboard_marks_the_image_that_has_the_focus(watching: Page) -> None:
    page = watching
    page.locator(FIRST).focus()
    page.keyboard.press("0")
    expect(page.locator(f"{FIRST} .mark")).to_have_text("")
    page.keyboard.press("f")
    expect(page.locator(f"{FIRST} .mark")).to_have_text("♥")
    expect(page.locator(f"{FIRST}:focus")).to_have_count(1)
    page.keyboard.press("3")
    expect(page.locator(f"{FIRST} .mark")).to_have_text("★★★♥")
    page.keyboard.press("f")
    expect(page.locator(f"{FIRST} .mark")).to_have_text("★★★")
    page.keyboard.press("0")
    expect(page.locator(f"{FIRST} .mark")).to_have_text("")


ROWS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO images (id, stable_id, root, folder, file_name, size_bytes, mtime_ns, sha256,
    mime_type, file_width, file_height, status, recipe, first_seen_at, ingested_at, generator,
    positive_prompt)
SELECT i, printf('%032x', i), 'Input', '', printf('%05d.png', i), 1000,
    1700000000000000000 + i * 1000000000, printf('%064x', i),
    'image/png', 512, 512, 'ok', 'a1111@1',
    '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'a1111', 'castle'
FROM n
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a gallery of 20,000 images, whose files are not there."""
    top = tmp_path_factory.mktemp("large")
    (top / "Input").mkdir()
    path = top / "out" / "images.db"
    path.parent.mkdir()
    Store.open(path).close()
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute(ROWS).fetchall()
    with serving(Library(top / "Input", path)) as site:
        yield site


@pytest.fixture
def scrolled(browser: Browser, large: Site) -> Iterator[Page]:
    with browser.new_context(
        base_url=large.address, viewport={"width": 1000, "height": 700}
    ) as context:
        context.route("**/thumb/*", lambda route: route.abort())
        page = context.new_page()
        page.goto("/")
        expect(page.locator("#count")).to_have_text("20,000 images")
        yield page


SEEN = """() => {
  const grid = document.getElementById("grid");
  const first = grid.querySelector("a.tile");
  if (!first || grid.querySelector("div.tile")) return false;
  const columns = Math.round(grid.clientWidth / first.clientWidth);
  return [...grid.querySelectorAll("a.tile")].filter((tile) => {
    const box = tile.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  }).every((tile) => {
    const index = Number(tile.dataset.index);
    const row = Math.floor(index / columns);
    const pitch = tile.clientHeight + 4;
    const top = grid.getBoundingClientRect().top + row * pitch;
    return Math.abs(tile.getBoundingClientRect().top - top) < 1
      && tile.getAttribute("aria-label") === `${String(20000 - index).padStart(5, "0")}.png`;
  });
}"""


def test_twenty_thousand_images_are_scrolled_without_a_jump(scrolled: Page) -> None:
    page = scrolled
    height = page.evaluate("() => document.documentElement.scrollHeight")
    most = 0
    for _ in range(16):
        page.mouse.wheel(0, height // 16)
        most = max(most, page.locator("#grid > *").count())
        wait_for(lambda: page.evaluate(SEEN), expected=True)
    assert page.evaluate("() => document.documentElement.scrollHeight") == height
    assert most < 100
    expect(page.locator(f"{TILES}[aria-posinset='20000']")).to_be_visible()


def test_back_from_an_image_leads_to_where_one_was(scrolled: Page) -> None:
    page = scrolled
    page.evaluate("() => window.scrollTo(0, 90000)")
    tile = page.locator(f"{TILES}").nth(20)
    expect(tile).to_be_visible()
    wait_for(lambda: page.evaluate("() => history.state?.anchor?.id > 0"), expected=True)
    seen = "() => document.elementFromPoint(500, 350).closest('.tile').dataset.id"
    wait_for(lambda: page.evaluate(seen) is not None, expected=True)
    before = page.evaluate(seen)
    page.goto(f"/image/{before}")
    page.go_back()
    expect(page.locator("#count")).to_have_text("20,000 images")
    wait_for(lambda: page.evaluate(seen), expected=before)


def test_the_last_of_twenty_thousand_is_one_key_away(scrolled: Page) -> None:
    page = scrolled
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    expect(page.locator(f"{TILES}:focus")).to_have_attribute("aria-label", "00001.png")
    page.keyboard.press("Home")
    expect(page.locator(f"{TILES}:focus")).to_have_attribute("aria-label", "20000.png")


def test_all_of_them_are_marked_at_once(scrolled: Page, large: Site) -> None:
    page = scrolled
    page.keyboard.press("Control+a")
    expect(page.locator("#selected")).to_have_text("20,000 selected")
    page.keyboard.press("5")
    expect(page.locator("#undo")).to_contain_text("Marked: 20,000 images")
    answer = page.request.get("/grid.json?q=rating:5&count=1").json()
    assert answer["count"] == 20_000
    page.get_by_role("button", name="Undo").click()
    marks = Path(large.library.database).with_name("marks.db")
    with closing(apsw.Connection(str(marks))) as connection:
        connection.set_busy_timeout(5_000)
        rows = "SELECT COUNT(*) FROM marks"
        wait_for(lambda: connection.execute(rows).get, expected=0)


def test_a_phone_has_two_columns_and_the_panel_folds_away(browser: Browser, large: Site) -> None:
    with browser.new_context(
        base_url=large.address, viewport={"width": 360, "height": 740}, has_touch=True
    ) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.locator(FIRST)).to_be_visible()
        across = page.locator(TILES).evaluate_all(
            "tiles => tiles.filter(tile => /, 0px\\)$/.test(tile.style.transform)).length"
        )
        assert across == 2
        page.get_by_role("button", name="Filter").click()
        expect(page.locator("[data-facet=generator] button")).to_have_text("a111120,000")
        assert page.evaluate("() => document.documentElement.scrollWidth") == 360
        page.get_by_role("button", name="Filter").click()
        expect(page.locator("#facets")).to_be_hidden()
