"""axe-core finds no obstacle in any page: light and dark, on a desk and in a hand."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect
from running_gallery import Site

PAGES = {
    "grid": "/",
    "nothing found": "/?q=lora:nowhere",
    "image": "/image/1",
    "compare": "/compare?ids=1,2,3",
    "statistics": "/statistics",
    "lists": "/lists?q=castle",
    "tables": "/images",
    "table": "/images/v_images_search?_facet=generator",
    "query": "/images?sql=select+image_id,+file_name+from+v_images_search+limit+3",
}
DESK = ViewportSize(width=1280, height=800)
HAND = ViewportSize(width=360, height=740)
COLOURS = {"runOnly": ["color-contrast"]}


def open_page(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    page.wait_for_load_state("networkidle")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def find_obstacles(page: Page) -> list[Any]:
    """Return what axe-core complains of, and where. The dark page has other colours alone."""
    page.emulate_media(color_scheme="light")
    found = Axe().run(page).response["violations"]
    page.emulate_media(color_scheme="dark")
    found += Axe().run(page, options=COLOURS).response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found]


@pytest.mark.parametrize("viewport", [DESK, HAND], ids=["desk", "hand"])
def test_no_page_puts_an_obstacle_in_anyones_way(
    browser: Browser, site: Site, viewport: ViewportSize
) -> None:
    with browser.new_context(
        base_url=site.address, viewport=viewport, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        obstacles, wide = {}, []
        for name, address in PAGES.items():
            open_page(page, address)
            obstacles[name] = find_obstacles(page)
            if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
                wide.append(name)
    assert obstacles == {name: [] for name in PAGES}
    assert wide == []


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("/?q=generator%3Aa1111", ["Gallery"]),
        ("/statistics", ["Statistics"]),
        ("/lists", ["Lists"]),
        ("/images", ["Tables and SQL"]),
        ("/images/v_images_search", ["Tables and SQL"]),
        ("/image/1", []),
    ],
)
def test_the_links_above_tell_which_page_is_shown(
    page: Page, address: str, here: list[str]
) -> None:
    page.goto(address)
    links = page.get_by_role("navigation", name="Pages").locator("a")
    assert links.count() == 4
    assert links.and_(page.locator("[aria-current=page]")).all_text_contents() == here
