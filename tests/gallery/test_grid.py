"""The first page, in a real browser."""

from playwright.sync_api import Page, expect


def test_the_first_page_shows_every_image(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#grid a")).to_have_count(27)
