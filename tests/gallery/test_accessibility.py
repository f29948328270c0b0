"""axe-core finds no obstacle in any page: light and dark, on a desk and in a hand."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize, expect
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


@pytest.mark.parametrize("viewport", [DESK, HAND], ids=["desk", "hand"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_puts_an_obstacle_in_anyones_way(
    browser: Browser, site: Site, scheme: str, viewport: ViewportSize
) -> None:
    with browser.new_context(
        base_url=site.address, color_scheme=scheme, viewport=viewport, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        obstacles = {}
        for name, address in PAGES.items():
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, name
            page.wait_for_load_state("networkidle")
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            found = Axe().run(page).response["violations"]
            obstacles[name] = [
                (one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found
            ]
        assert obstacles == {name: [] for name in PAGES}


@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_no_page_is_wider_than_a_phone(browser: Browser, site: Site, address: str) -> None:
    with browser.new_context(base_url=site.address, viewport=HAND) as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= HAND["width"]
