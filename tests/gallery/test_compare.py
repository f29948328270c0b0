"""Images side by side, in a real browser."""

import re

from playwright.sync_api import Page, expect

CASTLE = "a castle of glass on a green hill"


def compare(page: Page, *names: str) -> list[int]:
    """Open the comparison of images of these names; return their ids."""
    images = page.request.get("/grid.json").json()["images"]
    ids = {one["name"]: one["id"] for one in images}
    page.goto(f"/compare?ids={','.join(str(ids[name]) for name in names)}")
    return [ids[name] for name in names]


def rows(page: Page, which: str) -> dict[str, list[str]]:
    """Return the visible rows of values, by name."""
    found = page.evaluate(
        """which => [...document.querySelectorAll("#values tr" + which)]
            .filter(row => row.checkVisibility() && row.querySelector("th[scope=row]"))
            .map(row => [...row.cells].map(cell => cell.innerText))""",
        which,
    )
    texts = [[" ".join(cell.split()) for cell in row] for row in found]
    return {name.removeprefix("≠ ").removesuffix(" (differs)"): cells for name, *cells in texts}


def test_what_differs_is_marked(page: Page) -> None:
    compare(page, "a1111-castle.png", "a1111-hires.png")
    assert rows(page, ".differs") == {
        "prompt": [
            f"{CASTLE} castle of glass green hill morning light 1.2 wide shot masterpiece",
            "lighthouse in a storm dramatic sky masterpiece best quality",
        ],
        "negative prompt": ["blurry lowres people 0.909", "blurry watermark"],
        "model": ["v1-5-pruned-emaonly", "dreamshaper_8"],
        "model hash": ["6ce0161689", "879db523c3"],
        "sampler": ["DPM++ 2M", "Euler a"],
        "scheduler": ["Karras", "Automatic"],
        "steps": ["24", "20"],
        "cfg scale": ["6.5", "7"],
        "seed": ["1234567890", "42"],
        "size": ["512×768", "512×512"],  # noqa: RUF001
        "clip skip": ["2", ""],
        "denoise": ["", "0.45"],
        "vae": ["", "vae-ft-mse-840000-ema-pruned.safetensors"],
        "upscaler": ["", "R-ESRGAN 4x+"],
        "checkpoint files": ["v1-5-pruned-emaonly", "dreamshaper_8"],
        "vae files": ["", "vae-ft-mse-840000-ema-pruned.safetensors"],
        "upscaler files": ["", "R-ESRGAN 4x+"],
        "passes": ["", "base, 20 steps hires, 12 steps, denoise 0.45"],
        **{name: rows(page, "")[name] for name in ("size bytes", "sha256")},
    } | {name: row for name, row in rows(page, ".differs").items() if name == "modified at"}
    same = {name: cells[0] for name, cells in rows(page, ":not(.differs)").items()}
    same.pop("modified at", None)
    assert same == {"generator": "a1111", "pixels": "256×256", "mime type": "image/png"}  # noqa: RUF001


def test_tokens_that_not_all_have_are_marked(page: Page) -> None:
    compare(page, "a1111-castle.png", "a1111-hires.png")
    marked = page.locator("#values tr").filter(has_text="negative prompt").locator(".only-here")
    assert marked.all_text_contents() == ["lowres", "people0.909", "watermark"]


def test_the_same_sampler_in_other_words_is_no_difference(page: Page) -> None:
    compare(page, "a1111-castle.png", "ComfyUI_00002_.png")
    same = rows(page, ":not(.differs)")
    assert same["sampler"] == ["DPM++ 2M", "dpmpp_2m"]
    assert same["scheduler"] == ["Karras", "karras"]


def test_only_differences_are_shown_when_asked_so(page: Page) -> None:
    compare(page, "a1111-castle.png", "a1111-castle-copy.png")
    assert "seed" in rows(page, "")
    page.keyboard.press("d")
    assert set(rows(page, "")) - {"modified at"} == {"size bytes", "sha256"}
    page.reload()
    expect(page.get_by_role("checkbox", name="Only differences")).to_be_checked()
    page.keyboard.press("d")
    assert "seed" in rows(page, "")


def transforms(page: Page) -> list[float]:
    """Return how far all pictures are moved, and their scale, which is the same of each."""
    (moved,) = set(page.evaluate("[...document.images].map(one => one.style.transform)"))
    return [float(one) for one in re.findall(r"-?[\d.]+", moved)]


def test_all_pictures_are_zoomed_and_moved_together(page: Page) -> None:
    compare(page, "a1111-castle.png", "a1111-hires.png", "ComfyUI_00002_.png")
    first = page.locator(".frame").first.bounding_box()
    assert first is not None
    x, y = first["x"] + first["width"] / 2, first["y"] + first["height"] / 2
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    expect(page.locator(".frame.is-zoomed")).to_have_count(3)
    before = transforms(page)
    page.mouse.down()
    page.mouse.move(x + 30, y + 20)
    page.mouse.up()
    after = transforms(page)
    assert [round(now - then) for now, then in zip(after, before, strict=True)] == [30, 20, 0]
    page.keyboard.press("0")
    assert page.evaluate("[...document.images].map(one => one.style.transform)") == [""] * 3


def test_images_are_swapped_and_removed(page: Page) -> None:
    one, two, three = compare(page, "a1111-castle.png", "a1111-hires.png", "ComfyUI_00002_.png")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(rf"\?ids={two},{one},{three}$"))
    page.get_by_role("link", name="Remove a1111-castle.png").click()
    expect(page).to_have_url(re.compile(rf"\?ids={two},{three}$"))
    expect(page.locator(".remove")).to_have_count(0)
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(rf"/image/{two}$"))


def test_the_page_of_an_image_offers_the_one_before(page: Page) -> None:
    one, two = compare(page, "a1111-castle.png", "a1111-hires.png")
    page.goto(f"/image/{one}")
    expect(page.locator("#compare")).to_be_hidden()
    page.goto(f"/image/{two}")
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile(rf"/compare\?ids={one},{two}$"))


def test_the_search_one_came_from_is_kept(page: Page) -> None:
    page.goto("/?q=castle+-%22a%26b%3F%22&sort=name")
    for at in (1, 2, 3):
        page.locator(f"#grid [aria-posinset='{at}']").click(modifiers=["Control"])
    page.keyboard.press("c")
    page.locator(".remove").last.click()
    expect(page.locator(".remove")).to_have_count(0)
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    expect(page.locator("#back")).to_have_text('castle -"a&b?"')
    page.wait_for_load_state()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#compare")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("#frames")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    expect(page.locator("#back")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_have_value('castle -"a&b?"')
    expect(page.locator("#sort")).to_have_value("name")


def test_too_few_or_none_are_refused_in_words(page: Page) -> None:
    advice = "Compare two to four images"
    for ids in ("", "1", "1,2,3,4,5", "1,x", "1,1"):
        answer = page.request.get(f"/compare?ids={ids}")
        assert (answer.status, advice in answer.text()) == (400, True)
    assert page.request.get("/compare?ids=1,999999").status == 404


def test_a_phone_scrolls_the_values_and_not_the_page(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    compare(page, "a1111-castle.png", "a1111-hires.png", "ComfyUI_00002_.png", "forge-flux.png")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
