"""No picture is cut: not on its page, not in full screen, not beside others."""

from playwright.sync_api import Page

OUTSIDE = """frames => frames.flatMap(frame => [...frame.querySelectorAll("img")].filter(one => {
  const [outer, inner] = [frame, one].map(element => element.getBoundingClientRect());
  return !inner.width || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1
    || inner.left < outer.left - 1 || inner.right > outer.right + 1;
}).map(one => one.src))"""
"""Where pictures are larger than their frames."""


def test_a_picture_is_shown_whole_on_its_page_and_in_full_screen(page: Page) -> None:
    page.goto("/image/1")
    page.wait_for_load_state("networkidle")
    stage = page.locator("#stage")
    assert stage.evaluate_all(OUTSIDE) == []
    page.keyboard.press("z")
    page.wait_for_selector(".is-full")
    assert stage.evaluate_all(OUTSIDE) == []


def test_pictures_beside_each_other_are_shown_whole(page: Page) -> None:
    page.set_viewport_size({"width": 1600, "height": 600})
    page.goto("/compare?ids=1,2")
    page.wait_for_load_state("networkidle")
    frames = page.locator(".frame")
    assert frames.count() == 2
    assert frames.evaluate_all(OUTSIDE) == []
