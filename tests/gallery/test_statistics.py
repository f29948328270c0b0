"""The page of statistics, in a real browser."""

import json
import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from running_gallery import Library

from service.gallery.charts import Chart, Form, draw
from service.gallery.statistics import CHARTS


def open_statistics(page: Page, query: str = "") -> None:
    page.goto(f"/statistics{query}")
    expect(page.locator("#charts[aria-busy]")).to_have_count(0)


def numbers_of(page: Page, title: str) -> dict[str, list[str]]:
    """Return the rows of a chart's table by their heading."""
    section = section_of(page, title)
    section.locator("summary").click()
    rows = section.locator("tbody tr").all()
    return {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}


def section_of(page: Page, title: str) -> Locator:
    return page.locator("section.chart").filter(has=page.get_by_role("heading", name=title))


def test_every_chart_comes_one_after_the_other(page: Page) -> None:
    open_statistics(page)
    assert page.locator(".chart h2").count() == len(CHARTS)
    assert page.locator(".chart .waiting").count() == 0


def steps_found(library: Library, line: str) -> dict[str, list[str]]:
    """Return how many images have each number of steps, as the command line tells."""
    words = ("search", line, "--limit", "0", "--json", "--config", str(library.settings))
    found = Counter(one["steps"] for one in json.loads(library.run(*words)) if one["steps"])
    return {str(steps): [str(count)] for steps, count in sorted(found.items())}


def test_a_chart_counts_what_the_command_line_finds(page: Page, library: Library) -> None:
    open_statistics(page, "?q=generator:a1111")
    assert numbers_of(page, "Steps") == steps_found(library, "generator:a1111")


def test_a_bar_leads_to_the_images_that_it_counts(page: Page) -> None:
    open_statistics(page, "?q=generator:a1111")
    bar = section_of(page, "Steps").locator("svg a").first
    label, _, count = bar.locator("title").text_content().partition(": ")
    bar.dispatch_event("click")
    page.wait_for_url("**/?q=*")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked == {"q": [f"generator:a1111 steps:{label}"]}
    answer = page.request.get(f"/grid.json?{urlsplit(page.url).query}").json()
    assert answer["count"] == int(count)


@pytest.mark.parametrize(
    "title", ["Images by month and generator", "Models", "Samplers by model", "Sizes", "CFG scale"]
)
def test_every_number_is_how_many_images_its_link_finds(page: Page, title: str) -> None:
    open_statistics(page)
    section = section_of(page, title)
    section.locator("summary").click()
    links = section.locator("td a").all()
    counted = {one.get_attribute("href"): int(one.inner_text()) for one in links}
    found = {
        href: page.request.get(f"/grid.json{href[1:]}").json()["count"]
        for href in counted
        if href is not None
    }
    assert found == counted
    assert links


def test_a_search_that_is_wrong_is_said_so(page: Page) -> None:
    answer = page.request.get("/statistics/months?q=steps:many")
    assert (answer.status, answer.text().split(":")[0]) == (400, "search")


@pytest.mark.parametrize("count", [2, 3, 4, 5, 7, 8])
@pytest.mark.parametrize("form", ["stacks", "columns", "lines"])
def test_a_legend_stands_within_its_chart(form: Form, count: int) -> None:
    drawn = str(draw(Chart("", form, ("a", "b"), {f"series {i}": (1, 2) for i in range(count)})))
    bottom = float(re.search(r'viewBox="0 0 \d+ ([\d.]+)"', drawn)[1])
    legend = drawn[drawn.index("legends") - 60 :]
    top = float(re.search(r"translate\([\d.]+, ([\d.]+)\)", legend)[1])
    assert top + max(map(float, re.findall(r'<text x="[\d.]+" y="([\d.]+)"', legend))) < bottom


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x>', "a & b"])
def test_a_name_in_a_chart_stays_a_text(text: str) -> None:
    drawn = draw(Chart(text, "stacks", (text,), {text: (1,), "other": (2,)}))
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "style=" not in drawn
