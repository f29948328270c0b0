"""Lists of a search or a selection: they are what `export` writes, and what config.toml keeps."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from running_gallery import Site


def listed(page: Page, name: str, **asked: str) -> str:
    """Return one list of a search."""
    return page.request.get(f"/lists/{name}?{urlencode(asked)}").text()


@pytest.mark.parametrize("asked", [{}, {"side": "neg", "min": "2"}, {"q": "generator:a1111"}])
@pytest.mark.parametrize("name", ["wildcards.txt", "prompts.txt"])
def test_a_list_is_what_the_command_writes(
    page: Page, site: Site, asked: dict[str, str], name: str
) -> None:
    kind = "tokens" if name == "wildcards.txt" else "prompts"
    words = ["--side", asked.get("side", "pos"), "--min-count", asked.get("min", "1")]
    words += ["--search", asked.get("q", "state:present"), "--dialect", "plain"]
    config = ("--config", str(site.library.settings))
    written = site.library.run("export", kind, *words, "--out", "-", *config)
    assert written
    assert listed(page, name, **asked) == written


def test_the_lines_for_the_configuration_give_the_same_list(
    page: Page, site: Site, tmp_path: Path
) -> None:
    asked = {"q": 'generator:a1111 -token:"red fox"', "min": "2", "dialect": "dynamicprompts"}
    snippet = listed(page, "export.toml", **asked)
    out = tmp_path / "list.txt"
    config = tmp_path / "config.toml"
    settings = site.library.settings.read_text(encoding="utf-8")
    snippet = re.sub(r'out = "[^"]*"', f"out = '{out}'", snippet)
    config.write_text(f"{settings}\n{snippet}", encoding="utf-8")
    site.library.run("export", "--all", "--config", str(config))
    assert out.read_text(encoding="utf-8") == listed(page, "wildcards.txt", **asked)


def test_a_selection_becomes_lists_that_are_shown_and_can_be_copied(page: Page) -> None:
    page.goto("/lists?ids=1,2,3")
    expect(page.get_by_text("Of 3 selected images.")).to_be_visible()
    shown = page.locator("[data-list='wildcards.txt'] pre")
    expect(shown).not_to_have_attribute("aria-busy", "true")
    assert shown.inner_text() == listed(page, "wildcards.txt", ids="1,2,3")
    lines = page.locator("[data-list='export.toml'] pre").inner_text()
    assert 'search = "id:1,2,3 state:any"' in lines.splitlines()

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-list='prompts.txt']").get_by_role("button", name="Copy").click()
    expect(page.locator("#toast")).to_have_text("Copied: prompts.txt")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == listed(page, "prompts.txt", ids="1,2,3")


def test_a_table_of_a_search_is_downloaded(page: Page) -> None:
    page.goto("/lists?q=generator:comfyui")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download images.csv").click()
    assert downloading.value.suggested_filename == "images.csv"
    lines = downloading.value.path().read_text(encoding="utf-8-sig").splitlines()
    count = page.request.get("/grid.json?q=generator:comfyui").json()["count"]
    assert lines[0].startswith("image_id,file_name,")
    assert sum(line.split(",")[0].isdecimal() for line in lines) == count


def test_a_wrong_search_is_named(page: Page) -> None:
    page.goto("/lists?q=stpes:20")
    expect(page.get_by_role("alert")).to_contain_text("there is no field 'stpes'")
    assert page.request.get("/lists/wildcards.txt?q=stpes:20").status == 400
