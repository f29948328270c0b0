"""The first page, in a real browser."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from running_gallery import Site

TILES = "#grid a.tile"


def names(page: Page) -> list[str]:
    """Return the names of the images in their order."""
    said = page.locator(TILES).evaluate_all(
        "tiles => tiles.sort((a, b) => a.dataset.index - b.dataset.index)"
        ".map(tile => tile.getAttribute('aria-label').split(', ')[0])"
    )
    return [str(one) for one in said]


def stored(page: Page, order: str) -> list[str]:
    """Return the names as the database orders them."""
    query = f"SELECT file_name FROM images ORDER BY {order}"  # noqa: S608  # ours
    answer = page.request.get("/images.json", params={"sql": query, "_shape": "arrayfirst"})
    return [str(one) for one in json.loads(answer.text())]


def open_page(page: Page, address: str = "/", images: int = 27) -> None:
    page.set_viewport_size({"width": 1280, "height": 2000})
    page.goto(address)
    expect(page.locator(TILES)).to_have_count(images)
    expect(page.locator("#grid[aria-busy]")).to_have_count(0)


def test_the_first_page_shows_every_image_newest_first(page: Page) -> None:
    open_page(page)
    expect(page.locator("#count")).to_have_text("27 images")
    assert names(page) == stored(page, "modified_at DESC, id DESC")


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("Oldest first", "modified_at, id"),
        ("Name", "file_name, id"),
        ("Largest first", "size_bytes DESC, id DESC"),
        (
            "Model",
            "model_norm IS NULL, model_norm, IIF(model_norm IS NULL, modified_at, 0) DESC, id DESC",
        ),
    ],
)
def test_the_images_are_sorted(page: Page, words: str, order: str) -> None:
    open_page(page)
    page.get_by_label("Sort").select_option(words)
    expect(page).to_have_url(re.compile("sort="))
    expect(page.locator("#grid[aria-busy]")).to_have_count(0)
    assert names(page) == stored(page, order)


def test_chance_gives_another_order_each_time_and_the_same_at_the_same_address(page: Page) -> None:
    open_page(page)
    before = names(page)
    page.get_by_label("Sort").select_option("Random")
    expect(page).to_have_url(re.compile(r"sort=random-\d+"))
    expect(page.locator("#grid[aria-busy]")).to_have_count(0)
    first, address = names(page), page.url
    page.get_by_role("button", name="Shuffle").click()
    expect(page).not_to_have_url(address)
    expect(page.locator("#grid[aria-busy]")).to_have_count(0)
    second = names(page)
    page.goto(address)
    expect(page.locator(TILES)).to_have_count(27)
    assert (names(page), sorted(first), sorted(second)) == (first, sorted(before), sorted(before))
    assert first != second


def test_a_search_is_done_while_it_is_typed_and_back_leads_back(page: Page) -> None:
    open_page(page)
    box = page.get_by_role("searchbox", name="Search")
    box.press_sequentially("generator:comfyui")
    expect(page).to_have_url(re.compile(r"\?q=generator%3Acomfyui$"))
    expect(page.locator("#count")).not_to_have_text("27 images")
    expect(page).to_have_title(re.compile("^generator:comfyui .* Gallery$"))
    page.go_back()
    expect(page.locator("#count")).to_have_text("27 images")
    expect(box).to_have_value("")


def test_a_wrong_word_is_named_beside_the_box_and_the_images_stay(
    browser: Browser, site: Site
) -> None:
    with browser.new_context(base_url=site.address) as context:
        page = context.new_page()
        open_page(page)
        page.get_by_role("searchbox", name="Search").fill("stpes:20")
        expect(page.get_by_role("alert")).to_have_text(
            "stpes:20: there is no field 'stpes'; did you mean steps? "
            'Put "…" around a word that has a colon in it'
        )
        expect(page.locator(TILES)).to_have_count(27)


def test_where_nothing_is_found_it_says_why(page: Page) -> None:
    open_page(page, "/?q=lora:nowhere castle", images=0)
    expect(page.locator("#nothing li").first).to_have_text("lora:nowhere: no image has this")


def test_a_facet_is_a_word_of_the_search(page: Page) -> None:
    open_page(page)
    page.get_by_role("button", name="Filter").click()
    facet = page.locator("[data-facet=generator] button").first
    name, count = facet.locator(".value").inner_text(), facet.locator(".images").inner_text()
    facet.click()
    expect(page.get_by_role("searchbox")).to_have_value(f'generator:="{name}"')
    expect(page.locator("#count")).to_have_text(f"{count} images")
    pressed = page.locator("[data-facet=generator] button[aria-pressed=true]")
    expect(pressed).to_have_text(f"{name}{count}")
    pressed.click()
    expect(page.locator("#count")).to_have_text("27 images")


def test_every_value_of_every_facet_finds_as_many_images_as_it_says(page: Page) -> None:
    page.goto("/")
    facets = page.request.get("/facets.json").json()["facets"]
    said, found = {}, {}
    for facet in facets.values():
        for one in facet["values"]:
            if one["term"] is not None:
                said[one["term"]] = one["images"]
                answer = page.request.get("/grid.json", params={"q": one["term"], "count": "1"})
                found[one["term"]] = answer.json()["count"]
    assert found == said
    assert len(said) > 40


def test_the_pictures_are_as_large_as_one_likes_and_stay_so(page: Page) -> None:
    open_page(page)
    widths = []
    for size in ("0", "1", "2", "3"):
        page.get_by_label("Size of the pictures").fill(size)
        widths.append(page.locator(TILES).first.bounding_box()["width"])  # type: ignore[index]
    assert widths == sorted(set(widths))
    page.reload()
    expect(page.locator(TILES).first).to_be_visible()
    assert page.locator(TILES).first.bounding_box()["width"] == widths[3]  # type: ignore[index]


def test_the_keyboard_goes_through_the_tiles_and_opens_one(page: Page) -> None:
    open_page(page)
    columns = page.locator(TILES).evaluate_all(
        "tiles => tiles.filter(tile => /, 0px\\)$/.test(tile.style.transform)).length"
    )
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    focused = page.locator(f"{TILES}:focus")
    expect(focused).to_have_attribute("aria-posinset", str(columns + 1))
    expect(focused).to_have_attribute("aria-setsize", "27")
    page.keyboard.press("x")
    expect(page.locator("#selected")).to_have_text("1 selected")
    page.keyboard.press("End")
    expect(focused).to_have_attribute("aria-posinset", "27")
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()
    id_ = focused.get_attribute("data-id")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/image/{id_}$"))


def test_several_are_selected_in_a_row_and_all_at_once(page: Page) -> None:
    open_page(page)
    page.locator(f"{TILES}[aria-posinset='2']").click(modifiers=["Control"])
    page.locator(f"{TILES}[aria-posinset='5']").click(modifiers=["Shift"])
    expect(page.locator("#selected")).to_have_text("4 selected")
    expect(page.locator(f"{TILES}[aria-selected=true]")).to_have_count(4)
    expect(page.get_by_role("button", name="Compare")).to_be_enabled()
    page.keyboard.press("Control+a")
    expect(page.locator("#selected")).to_have_text("27 selected")
    expect(page.get_by_role("button", name="Compare")).to_be_disabled()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(f"{TILES}[aria-selected=true]")).to_have_count(0)


def test_help_has_searches_to_begin_with(page: Page) -> None:
    open_page(page)
    page.get_by_role("button", name="What can be searched for").click()
    page.get_by_role("button", name="status:no_metadata").click()
    expect(page.get_by_role("searchbox")).to_have_value("status:no_metadata")
    expect(page.locator("#help")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_that_opens_is_in_anyones_way(browser: Browser, site: Site, scheme: str) -> None:
    with browser.new_context(
        base_url=site.address, color_scheme=scheme, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        open_page(page)
        page.get_by_role("button", name="Filter").click()
        page.locator("#facets details").evaluate_all("all => all.map(one => one.open = true)")
        expect(page.locator("#facets details[data-line]")).to_have_count(11)
        page.locator(f"{TILES}[aria-posinset='2']").click(modifiers=["Control"])
        page.locator(f"{TILES}[aria-posinset='3']").focus()
        found = [one["id"] for one in Axe().run(page).response["violations"]]
        page.get_by_role("button", name="What can be searched for").click()
        found += [one["id"] for one in Axe().run(page).response["violations"]]
        assert found == []
