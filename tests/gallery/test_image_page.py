"""The page of one image, in a real browser."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from playwright.sync_api import Browser, Page, ViewportSize, expect
from running_gallery import Library, Site, serving  # found by conftest.py

from service.demo import graphs

FFMPEG = shutil.which("ffmpeg")

SCRIPT = "</pre><script>document.title = 'broken in'</script><img src=x onerror=alert(1)>"


def address_of(page: Page, name: str, search: str = "") -> str:
    """Return the address of the image of a name."""
    answer = page.request.get(f"/grid.json?{search}").json()
    (image_id,) = [one["id"] for one in answer["images"] if one["name"] == name]
    return f"/image/{image_id}" + (f"?{search}" if search else "")


def look_at(page: Page, name: str, search: str = "") -> None:
    page.goto(address_of(page, name, search))


def cells(page: Page, rows: str, cell: str) -> list[list[str]]:
    """Return the texts of cells, row by row."""
    found = page.evaluate(
        """([rows, cell]) => [...document.querySelectorAll(rows)].map(row =>
            [...row.querySelectorAll(cell)].map(one => one.innerText.trim()))""",
        [rows, cell],
    )
    return [list(row) for row in found]


def parameters(page: Page) -> list[list[str]]:
    return cells(page, "section > .parameters > div", "dt, dd")


def test_an_image_of_two_passes_is_shown_with_all_that_its_graph_says(page: Page) -> None:
    look_at(page, "ComfyUI_00002_.png")
    expect(page).to_have_title("ComfyUI_00002_.png")
    assert page.locator("#pos .chips li").all_inner_texts() == [
        "a snowy mountain village at night",
        "snowy mountain village",
        "night",
        "windows glowing",
    ]
    assert page.locator("#neg .chips li").all_inner_texts() == ["blurry", "lowres", "watermark"]
    assert parameters(page) == [
        ["model", "sd_xl_base_1.0.safetensors", "PNG:Prompt#1.inputs.ckpt_name"],
        ["sampler", "dpmpp_2m", "PNG:Prompt#5.inputs.sampler_name"],
        ["scheduler", "karras", "PNG:Prompt#5.inputs.scheduler"],
        ["steps", "25", "PNG:Prompt#5.inputs.steps"],
        ["cfg scale", "6", "PNG:Prompt#5.inputs.cfg"],
        ["seed", "123", "PNG:Prompt#5.inputs.seed"],
        ["size", "1024×1024", "PNG:Prompt#4.inputs.width"],  # noqa: RUF001
        ["denoise", "1", "PNG:Prompt#5.inputs.denoise"],
    ]
    model = "sd_xl_base_1.0.safetensors"
    assert cells(page, "#passes tr", "th, td") == [
        "role|steps|cfg scale|sampler|scheduler|seed|denoise|width|height|model".split("|"),
        ["base", "25", "6", "dpmpp_2m", "karras", "123", "1", "1024", "1024", model],
        ["hires", "12", "6", "dpmpp_2m", "karras", "123", "0.5", "", "", model],
    ]
    assert page.locator("#resources li").all_inner_texts() == [
        f"{model} PNG:Prompt#1.inputs.ckpt_name"
    ]


def test_an_image_of_a1111_is_shown_with_resources_weights_and_hashes(page: Page) -> None:
    look_at(page, "a1111-lora-embedding.png")
    assert page.locator("#pos .chips li").all_text_contents() == [
        "portrait of a clockmaker",
        "brass_gears0.8",
        "soft_light0.35",
        "easynegative_style",
        "detailed hands",
    ]
    assert parameters(page) == [
        ["model", "revAnimated_v122", "PNG:Parameters"],
        ["model hash", "4199bcdd14", "PNG:Parameters"],
        ["sampler", "DPM++ SDE Karras dpmpp_sde", "PNG:Parameters"],
        ["scheduler", "karras", "PNG:Parameters"],
        ["steps", "30", "PNG:Parameters"],
        ["cfg scale", "5", "PNG:Parameters"],
        ["seed", "77", "PNG:Parameters"],
        ["size", "640×640", "PNG:Parameters"],  # noqa: RUF001
    ]
    assert page.locator("#resources :is(h3, li)").all_inner_texts() == [
        "checkpoint",
        "revAnimated_v122 4199bcdd14 PNG:Parameters",
        "lora",
        "brass_gears 0.8 1f2e3d4c5b6a PNG:Parameters",
        "soft_light 0.35 a1b2c3d4e5f6 PNG:Parameters",
        "embedding",
        "badhands_v4 1 5e40d722fc3d PNG:Parameters",
    ]
    assert page.locator("#passes").count() == 0


def test_everything_is_also_given_as_json(page: Page) -> None:
    address = address_of(page, "a1111-castle.png", "q=castle&sort=name")
    known = page.request.get(address.replace("?", ".json?")).json()
    assert known["turn"]["position"] == 2
    assert known["turn"]["total"] == 3
    assert known["image"]["seed"] == "1234567890"
    (weighted,) = [one for one in known["tokens"] if one["weight"] == 1.2]
    assert weighted == {
        "side": "pos",
        "position": 3,
        "token": "morning light",
        "t_norm": "morning light",
        "weight": 1.2,
        "kind": "tag",
    }
    assert None not in known["image"].values()
    assert sorted(known) == [
        *("conflicts", "facts", "image", "mark", "passes", "place", "resources", "tokens", "turn")
    ]


def test_a_weight_is_shown_and_shades_its_token(page: Page) -> None:
    look_at(page, "a1111-castle.png")
    chips = page.locator("#pos .chips li, #neg .chips li")
    texts, classes = (
        chips.all_text_contents(),
        chips.evaluate_all("all => all.map(a => a.className)"),
    )
    shades = dict(zip(texts, classes, strict=True))
    assert shades == {
        "a castle of glass on a green hill": "clause ",
        "castle of glass": "phrase ",
        "green hill": "phrase ",
        "morning light1.2": "tag up-2",
        "wide shot": "tag ",
        "masterpiece": "tag ",
        "blurry": "tag ",
        "lowres": "tag ",
        "people0.909": "tag down-1",
    }


def test_a_click_on_a_token_searches_for_it(page: Page) -> None:
    look_at(page, "a1111-castle.png")
    page.get_by_role("link", name="people").click()
    expect(page.locator("#q")).to_have_value('neg:"people"')
    look_at(page, "a1111-castle.png")
    page.get_by_role("link", name="morning light").click()
    expect(page.locator("#q")).to_have_value('"morning light"')


def test_every_link_of_a_page_finds_the_image_itself(page: Page) -> None:
    for name in ("a1111-lora-embedding.png", "日本語 と 🌸.png", "invokeai.png"):
        look_at(page, name)
        links = page.locator("#facts a[href^='/?q=']")
        addresses = set(links.evaluate_all("all => all.map(one => one.search)"))
        assert len(addresses) > 5
        for address in addresses:
            found = page.request.get(f"/grid.json{address}").json()
            assert name in [one["name"] for one in found["images"]], (name, address)


def test_the_arrows_turn_to_the_next_and_the_one_before_without_leaving_the_page(
    page: Page,
) -> None:
    search = "q=castle&sort=name"
    look_at(page, "a1111-castle-copy.png", search)
    page.evaluate("window.isSamePage = true")
    title = page.locator("h1")
    for key, name, place in (
        ("ArrowRight", "a1111-castle.png", "2 of 3"),
        ("ArrowRight", "a1111-stealth.png", "3 of 3"),
        ("ArrowLeft", "a1111-castle.png", "2 of 3"),
    ):
        page.keyboard.press(key)
        expect(title).to_have_text(name)
        expect(page.locator(".turn span")).to_have_text(place)
        assert page.url.endswith(address_of(page, name, search))
    page.locator("#previous").click()
    expect(title).to_have_text("a1111-castle-copy.png")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#toast")).to_have_text("This is the first one.")
    assert page.evaluate("window.isSamePage") is True


def test_the_address_says_no_more_than_is_asked(page: Page) -> None:
    address = address_of(page, "a1111-castle.png")
    kept = {}
    for search in ("", "q=&sort=newest", "sort=name", "q=castle", "q=a%26b&sort=random-3"):
        text = page.request.get(f"{address}?{search}").text()
        kept[search] = re.findall('data-search="(.*?)"', text)
    assert kept == {
        "": [""],
        "q=&sort=newest": [""],
        "sort=name": ["?sort=name"],
        "q=castle": ["?q=castle"],
        "q=a%26b&sort=random-3": ["?q=a%26b&amp;sort=random-3"],
    }


def test_arrows_pressed_at_once_all_count(page: Page) -> None:
    look_at(page, "a1111-adetailer.png", "q=generator:a1111&sort=name")
    page.evaluate(
        """for (const _ of [1, 2, 3, 4]) document.dispatchEvent(
            new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }))"""
    )
    expect(page.locator("#turn span")).to_have_text(re.compile("^5 of"))


def test_escape_leads_back_to_the_grid_at_its_place(page: Page) -> None:
    search = "q=castle&sort=name"
    look_at(page, "a1111-castle.png", search)
    image_id = page.locator("#facts").get_attribute("data-id")
    expect(page.locator("#back")).to_have_attribute("href", f"/?{search}#{image_id}")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/\?q=castle&sort=name"))


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_keys_copy_the_texts(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    look_at(page, "ComfyUI_00002_.png")
    said = page.locator("#toast")
    page.keyboard.press("c")
    expect(said).to_have_text("Copied: prompt")
    assert clipboard(page) == "a snowy mountain village at night, windows glowing"
    page.keyboard.press("n")
    expect(said).to_have_text("Copied: negative prompt")
    assert clipboard(page) == graphs.NEGATIVE
    page.keyboard.press("w")
    expect(said).to_have_text("Copied: workflow")
    assert json.loads(clipboard(page)) == workflow_of(graphs.TWO_PASSES)
    page.keyboard.press("i")
    expect(said).to_have_text("Copied: infotext")
    assert clipboard(page) == (
        "a snowy mountain village at night, windows glowing\n"
        "Negative prompt: blurry, lowres, watermark\n"
        "Steps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6, Seed: 123, "
        "Size: 1024x1024, Model: sd_xl_base_1.0, Denoising strength: 1"
    )


def workflow_of(graph: graphs.DemoGraph) -> object:
    return json.loads(graphs.texts(graph)["workflow"])


def test_the_workflow_is_saved_as_the_file_has_it(page: Page) -> None:
    look_at(page, "ComfyUI_00001_.png")
    with page.expect_download() as started:
        page.get_by_role("link", name="Workflow file").click()
    assert started.value.suggested_filename == "ComfyUI_00001_.png.json"
    saved = json.loads(Path(started.value.path()).read_bytes())
    assert saved == workflow_of(graphs.TEXT_TO_IMAGE)


def test_an_infotext_is_copied_as_it_is_written(page: Page) -> None:
    for name in ("a1111-photo.jpg", "a1111-stealth.png"):
        look_at(page, name)
        address = page.url.partition("?")[0]
        text = page.request.get(f"{address}/infotext.txt").text()
        assert text.startswith(("portrait of an old sailor,", "a castle of glass"))
        assert text.count("\n") == 2


def test_what_an_image_has_not_is_not_copied(page: Page) -> None:
    look_at(page, "photograph.jpg")
    for key, what in (("c", "prompt"), ("n", "negative prompt"), ("w", "workflow")):
        page.keyboard.press(key)
        expect(page.locator("#toast")).to_have_text(f"This image has no {what}.")


def test_the_picture_dragged_out_is_the_file(page: Page) -> None:
    look_at(page, "ComfyUI_00001_.png")
    image_id = page.locator("#facts").get_attribute("data-id")
    data = page.evaluate(
        """() => { const data = new DataTransfer();
        const dragging = new DragEvent("dragstart", { dataTransfer: data });
        document.querySelector("#stage img").dispatchEvent(dragging);
        return data.getData("DownloadURL"); }"""
    )
    origin = page.evaluate("location.origin")
    assert data == f"image/png:ComfyUI_00001_.png:{origin}/file/{image_id}"


def transform(page: Page) -> str:
    return str(page.locator("#stage img").evaluate("picture => picture.style.transform"))


def places(page: Page) -> list[float]:
    """Return how far the picture is moved, in whole pixels, and its scale."""
    x, y, scale = map(float, re.findall(r"-?[\d.]+", transform(page)))
    return [round(x) + 0.0, round(y) + 0.0, round(scale, 1)]


def test_the_picture_is_zoomed_and_moved(page: Page) -> None:
    look_at(page, "a1111-castle.png")
    page.keyboard.press("+")
    assert transform(page) == "translate(0px, 0px) scale(1.25)"
    page.keyboard.press("-")
    assert transform(page) == ""
    stage = page.locator("#stage").bounding_box()
    assert stage is not None
    middle = (stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    page.mouse.dblclick(*middle)
    scale = 2
    assert places(page) == [0, 0, scale]
    page.mouse.down()
    page.mouse.move(middle[0] + 40, middle[1] - 30)
    page.mouse.up()
    assert places(page) == [40, -30, scale]
    page.keyboard.press("0")
    assert transform(page) == ""
    page.mouse.move(*middle)
    page.mouse.wheel(0, -100)
    expect(page.locator("#stage")).to_have_class("is-zoomed")
    assert places(page) == [0, 0, 1.2]
    page.keyboard.press("Escape")
    assert transform(page) == ""
    assert "/image/" in page.url


def test_the_picture_fills_the_screen_and_escape_ends_that(page: Page) -> None:
    look_at(page, "a1111-castle.png", "sort=name")  # it is not the last of these
    page.keyboard.press("z")
    view = page.viewport_size
    expect(page.locator("body")).to_have_class(re.compile("is-full"))
    assert view is not None
    box = page.locator("#stage").bounding_box()
    assert box == {"x": 0, "y": 0, "width": view["width"], "height": view["height"]}
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).not_to_have_text("a1111-castle.png")
    expect(page.locator("body")).to_have_class(re.compile("is-full"))
    page.keyboard.press("Escape")
    expect(page.locator("body")).not_to_have_class(re.compile("is-full"))
    assert "/image/" in page.url


def test_a_question_mark_shows_the_keys(page: Page) -> None:
    look_at(page, "a1111-castle.png")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys = page.locator("dialog.keys td:first-child").all_inner_texts()
    assert "".join(keys) == "←→Escz+=-012345ftcnwid?"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert "/image/" in page.url


def test_the_stored_record_is_fetched_when_it_is_opened(page: Page) -> None:
    look_at(page, "ComfyUI_00001_.png")
    record = page.locator("#raw pre")
    expect(record).to_have_text("")
    page.locator("#raw summary").click()
    expect(record).to_contain_text("18446744073709551615")  # a number that JavaScript cannot hold
    assert list(json.loads(record.inner_text())) == ["extractor", "tags", "why"]


def test_a_phone_has_the_picture_above_the_facts(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for name in ("ComfyUI_00002_.png", "invokeai.png"):
        look_at(page, name)
        expect(page.locator("#neighbours section").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        stage, facts = (page.locator(one).bounding_box() for one in ("#stage", "#facts"))
        assert stage is not None
        assert facts is not None
        assert facts["y"] >= stage["y"] + stage["height"]


# ── Images of our own ──


def save(folder: Path, name: str, parameters: str) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", parameters)
    hue = (len(name) * 40 % 255, 120, 90)
    Image.new("RGB", (64, 48), hue).save(folder / name, pnginfo=text)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return the gallery of a few images that are in some way odd, or like each other."""
    top = tmp_path_factory.mktemp("odd")
    library = Library(top / "Input", top / "out" / "images.db")
    library.folder.mkdir()
    library.database.parent.mkdir()
    for name, seed, model in (("a", 1, "pony"), ("b", 2, "pony"), ("c", 1, "flux")):
        prompt = "a paper lantern" if name in "ab" else "a copper kettle"
        save(library.folder, f"{name}.png", f"{prompt}\nSteps: 9, Seed: {seed}, Model: {model}")
    (library.folder / "twin.png").write_bytes((library.folder / "a.png").read_bytes())
    save(library.folder, "script.png", f"{SCRIPT}\nSteps: 20, Seed: 7, Model: {SCRIPT}")
    save(library.folder, "gone.png", "gone\nSteps: 20, Seed: 8")
    (library.folder / "film.mp4").write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\0" * 64)
    if FFMPEG:
        source = ["-f", "lavfi", "-i", "testsrc=size=64x48:duration=1"]
        film = str(library.folder / "film.webm")
        subprocess.run([FFMPEG, "-loglevel", "error", *source, "-c:v", "libvpx", film], check=True)
    save(library.folder, "spoilt.png", "spoilt\nSteps: 20, Seed: 9")
    library.read()
    (library.folder / "gone.png").unlink()
    (library.folder / "spoilt.png").write_bytes(b"no picture")
    with suppress(subprocess.CalledProcessError):  # it says that a file could not be read
        library.read()
    with serving(library) as site:
        yield site


@pytest.fixture
def odd_page(browser: Browser, odd: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=odd.address)
    yield context.new_page()
    context.close()


def test_a_script_in_a_prompt_is_text(odd_page: Page) -> None:
    look_at(odd_page, "script.png")
    assert odd_page.locator("#pos .text").text_content() == SCRIPT
    assert odd_page.title() == "script.png"
    expect(odd_page.locator("#neighbours")).to_be_attached()
    assert odd_page.locator("#facts script, #facts [onerror]").count() == 0


def test_neighbours_are_shown_by_what_they_have_in_common(odd_page: Page) -> None:
    look_at(odd_page, "a.png")
    strips = odd_page.locator("#neighbours section")
    expect(strips).to_have_count(4)
    found = strips.evaluate_all(
        """all => all.map(one => [one.querySelector("h2").firstChild.textContent.trim(),
            [...one.querySelectorAll("img")].map(picture => picture.alt),
            one.querySelector("h2 a").search])"""
    )
    assert {title: names for title, names, _ in found} == {
        "Same content": ["twin.png"],
        "Same prompt, other seeds": ["b.png"],
        "Same seed": ["c.png"],
        "Same model": ["b.png"],
    }
    every = {}
    for title, _, search in found:
        images = odd_page.request.get(f"/grid.json{search}").json()["images"]
        every[title] = sorted(one["name"] for one in images)
    assert every == {
        "Same content": ["a.png", "twin.png"],
        "Same prompt, other seeds": ["a.png", "b.png", "twin.png"],
        "Same seed": ["a.png", "c.png", "twin.png"],
        "Same model": ["a.png", "b.png", "twin.png"],
    }


def test_what_cannot_be_shown_is_said(odd_page: Page) -> None:
    look_at(odd_page, "gone.png", "q=state:any")
    expect(odd_page.locator("#stage")).to_contain_text("The file is gone")
    look_at(odd_page, "spoilt.png")
    expect(odd_page.locator("#stage")).to_contain_text(
        "The file cannot be read: not an image: starts with 6e 6f"
    )
    look_at(odd_page, "film.mp4")
    expect(odd_page.locator("#stage")).to_contain_text("The file cannot be played here.")


@pytest.mark.skipif(FFMPEG is None, reason="no ffmpeg here")
def test_a_film_plays(odd_page: Page) -> None:
    look_at(odd_page, "film.webm")
    film = odd_page.locator("#stage video")
    film.evaluate("film => { film.muted = true; return film.play(); }")
    assert film.evaluate("film => [film.videoWidth, film.videoHeight]") == [64, 48]


def test_marks_are_kept_by_keys_and_fields(odd_page: Page) -> None:
    look_at(odd_page, "c.png")
    for key in ("4", "f"):
        with odd_page.expect_response("**/marks"):
            odd_page.keyboard.press(key)
    expect(odd_page.get_by_role("radio", name="4 of 5")).to_be_checked()
    expect(odd_page.get_by_role("button", name="Favourite")).to_have_attribute(
        "aria-pressed", "true"
    )
    odd_page.keyboard.press("t")
    odd_page.keyboard.type("keep, to print")
    with odd_page.expect_response("**/marks"):
        odd_page.keyboard.press("Enter")
    odd_page.get_by_label("Note").fill("the spout is right")
    with odd_page.expect_response("**/marks"):
        odd_page.get_by_label("Note").blur()
    assert mark_of(odd_page) == {
        "rating": 4,
        "favourite": True,
        "tags": ["keep", "to print"],
        "note": "the spout is right",
    }
    odd_page.reload()
    expect(odd_page.get_by_role("radio", name="4 of 5")).to_be_checked()
    expect(odd_page.get_by_label("Tags")).to_have_value("keep, to print")
    expect(odd_page.get_by_label("Note")).to_have_value("the spout is right")
    odd_page.get_by_label("Tags").fill("to print, spout")
    with odd_page.expect_response("**/marks"):
        odd_page.keyboard.press("Enter")
    for action in (lambda: odd_page.keyboard.press("0"), lambda: odd_page.keyboard.press("f")):
        with odd_page.expect_response("**/marks"):
            action()
    found = mark_of(odd_page)
    assert found == {
        "favourite": False,
        "tags": ["to print", "spout"],
        "note": "the spout is right",
    }


def mark_of(page: Page) -> object:
    return page.request.get(page.url.partition("?")[0] + ".json").json()["mark"]


def test_a_mark_is_there_when_one_comes_back_to_the_image(odd_page: Page) -> None:
    look_at(odd_page, "a.png", "sort=name")
    odd_page.keyboard.press("5")
    odd_page.keyboard.press("ArrowRight")
    expect(odd_page.locator("h1")).to_have_text("b.png")
    odd_page.keyboard.press("ArrowLeft")
    expect(odd_page.locator("h1")).to_have_text("a.png")
    expect(odd_page.get_by_role("radio", name="5 of 5")).to_be_checked()


def test_a_star_clicked_twice_is_no_rating(odd_page: Page) -> None:
    look_at(odd_page, "b.png")
    star = odd_page.get_by_role("radio", name="2 of 5")
    for _ in range(2):
        with odd_page.expect_response("**/marks"):
            star.click()
    expect(star).not_to_be_checked()


# ── With fingers ──


@pytest.fixture
def touched(browser: Browser, site: Site) -> Iterator[Page]:
    """Return a page on a screen that is touched."""
    hand = ViewportSize(width=400, height=800)
    context = browser.new_context(base_url=site.address, has_touch=True, viewport=hand)
    yield context.new_page()
    context.close()


def touch(page: Page, *moments: list[tuple[float, float]]) -> None:
    """Put fingers on the screen, move them from moment to moment, and lift them."""
    client = page.context.new_cdp_session(page)
    kind = "touchStart"
    for fingers in moments:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        kind = "touchMove"
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_two_fingers_zoom_the_full_screen(touched: Page) -> None:
    look_at(touched, "a1111-castle.png")
    touched.keyboard.press("z")
    expect(touched.locator("body")).to_have_class(re.compile("is-full"))
    box = touched.locator("#stage").bounding_box()
    assert box is not None
    x, y = box["width"] / 2, box["height"] / 2
    touch(touched, [(x - 50, y), (x + 50, y)], [(x - 100, y), (x + 100, y)])
    assert places(touched) == [0, 0, 2]


def test_a_swipe_turns_to_the_next_image(touched: Page) -> None:
    look_at(touched, "a1111-castle.png", "q=castle&sort=name")
    touched.keyboard.press("z")
    expect(touched.locator("body")).to_have_class(re.compile("is-full"))
    touch(touched, [(300, 400)], [(200, 405)], [(100, 410)])
    expect(touched.locator("h1")).to_have_text("a1111-stealth.png")
