"""Datasette's pages in our look, the queries to start from, and what typed SQL may not do."""

import csv
import json
import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect
from requests_to_gallery import ask
from running_gallery import TOP, Library, Site

from service.gallery.tables import example_queries


def sql(query: str) -> str:
    """Return the address of a typed query."""
    return f"/images?{urlencode({'sql': query})}"


def rows(site: Site, query: str) -> list[dict[str, object]]:
    """Return what a query answers, as JSON."""
    status, _, text = ask(site, f"/images.json?{urlencode({'sql': query, '_shape': 'array'})}")
    assert status == 200, text
    found: list[dict[str, object]] = json.loads(text)
    return found


def test_an_answer_with_image_id_shows_its_pictures_lazily_and_leads_to_them(page: Page) -> None:
    page.goto(sql("SELECT image_id, file_name FROM v_images_search ORDER BY image_id LIMIT 3"))
    pictures = page.locator("td a.picture")
    found = [
        (one.get_attribute("href"), one.locator("img").get_attribute("src"))
        for one in pictures.all()
    ]
    assert found == [(f"/image/{number}", f"/thumb/{number}") for number in (1, 2, 3)]
    assert pictures.first.locator("img").get_attribute("loading") == "lazy"
    pictures.nth(1).click()
    expect(page).to_have_url(re.compile(r"/image/2$"))


def test_a_picture_that_cannot_be_drawn_is_a_word_and_the_others_wait_to_be_seen(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(base_url=site.address, viewport={"width": 800, "height": 400})
    page = context.new_page()  # the console tells of pictures that are missing
    page.goto(
        sql(
            "SELECT 999999 AS image_id UNION ALL SELECT image_id FROM v_images_search "
            "UNION ALL SELECT image_id FROM v_images_search UNION ALL SELECT 999998"
        )
    )
    words = page.locator("td a.picture .no-picture")
    expect(words).to_have_text(["no picture"])
    expect(page.locator("td a.picture img")).to_have_count(2 * 27 + 1)
    page.locator("td a.picture").last.scroll_into_view_if_needed()
    expect(words).to_have_text(["no picture", "no picture"])
    context.close()


@pytest.mark.parametrize("address", ["/images/v_images_search?_size=5", "/images/images?_size=5"])
def test_tables_show_pictures_too(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("td a.picture")).to_have_count(5)


def test_a_row_of_images_shows_its_picture_and_whole_texts(page: Page) -> None:
    page.goto("/images/images/1")
    expect(page.locator("td a.picture")).to_have_attribute("href", "/image/1")


def test_what_is_no_image_shows_no_picture(page: Page) -> None:
    page.goto(sql("SELECT 'x' AS image_id, -1 AS other UNION ALL SELECT 'javascript:1', 2"))
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("td a")).to_have_count(0)


def test_facets_count_and_filter(page: Page) -> None:
    page.goto("/images/v_images_search?_facet=generator")
    facet = page.locator(".facets section[aria-label=generator]")
    expect(facet.get_by_role("link", name="comfyui")).to_be_visible()
    facet.get_by_role("link", name="invokeai").click()
    expect(page.locator("main > p").nth(1)).to_contain_text('generator = "invokeai"')


def test_a_filter_is_chosen_and_applied(page: Page) -> None:
    page.goto("/images/v_images_search")
    page.get_by_label("Column").select_option("seed")
    page.get_by_role("textbox", name="Value").fill("77")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Go on in SQL").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_prompt_with_a_script_is_a_text_and_a_link_is_none(page: Page) -> None:
    page.goto(
        sql("""SELECT '<img src=x onerror="document.title=1">' AS a, 'https://x.example' b""")
    )
    expect(page.locator("td").first).to_have_text('<img src=x onerror="document.title=1">')
    expect(page.locator("td img, td a")).to_have_count(0)


def test_long_texts_are_cut_and_blobs_are_sizes(page: Page) -> None:
    page.goto(sql("SELECT printf('%.*c', 500, 'x') AS long, zeroblob(2000) AS blob"))
    assert page.locator("td").all_text_contents() == ["x" * 240 + "…", "2,000 bytes"]


def test_the_queries_are_those_of_the_documentation(site: Site) -> None:
    text = (TOP / "docs" / "queries.md").read_text(encoding="utf-8")
    told = json.loads(ask(site, "/images.json")[2])["queries"]
    names = [query["name"] for query in told]
    assert [query["title"] for query in told if f"### {query['title']}\n" not in text] == []
    assert [query["sql"] for query in told if query["sql"] not in text] == []
    assert names == list(example_queries())
    assert len(names) == 26


@pytest.mark.parametrize("name", example_queries())
def test_every_query_to_start_from_is_answered(site: Site, name: str) -> None:
    status, _, text = ask(site, f"/images/{name}.json")
    assert (status, json.loads(text)["ok"]) == (200, True)


def test_an_answer_is_json_and_csv(site: Site) -> None:
    query = "SELECT image_id, seed FROM v_images_search WHERE file_name = 'ComfyUI_00001_.png'"
    (row,) = rows(site, query)
    status, told, text = ask(site, sql(query).replace("/images?", "/images.csv?"))
    assert (status, told["content-type"]) == (200, "text/plain; charset=utf-8")
    assert list(csv.DictReader(text.splitlines())) == [
        {"image_id": str(row["image_id"]), "seed": "18446744073709551615"}
    ]


REFUSED = {
    "an insertion": "INSERT INTO about VALUES (1)",
    "a deletion behind a table of its own": "WITH a AS (SELECT 1) DELETE FROM images",
    "an update that returns rows": "WITH a AS (SELECT 1) UPDATE images SET id = 1 RETURNING id",
    "a new table": "CREATE TABLE x (a)",
    "an attached file": "ATTACH '/tmp/x.db' AS x",
    "a copy": "VACUUM INTO '/tmp/x.db'",
    "a pragma": "PRAGMA query_only = 0",
    "a pragma as a table": "SELECT * FROM pragma_journal_mode",
    "a second statement": "SELECT 1; SELECT 2",
    "an extension": "SELECT load_extension('x')",
    "a file that is read": "SELECT readfile('/etc/passwd')",
    "a pointer": "SELECT fts3_tokenizer('simple')",
    "a blob of a gigabyte": "SELECT zeroblob(1000000000)",
    "many large blobs": (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) "
        "SELECT zeroblob(15000000) FROM n"
    ),
    "a query without end": (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    ),
    "a text that grows while it is replaced": (
        "SELECT replace(printf('%.*c', 9000000, 'x'), 'x', 'yyyy')"
    ),
    "a patch of JSON": "SELECT json_patch('{}', '{}')",
    "a long pattern": "SELECT 'x' LIKE printf('%.*c', 300, '%')",
}


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("form", ["", ".json", ".csv"])
def test_typed_sql_only_reads_and_has_its_bounds(site: Site, query: str, form: str) -> None:
    status, _, text = ask(site, sql(query).replace("/images?", f"/images{form}?"))
    assert (status, "Traceback" in text) == (400, False)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELEC 1", "Statement must be a SELECT"),
        ("DELETE FROM images", "Statement must be a SELECT"),
        ("SELECT nope FROM images", "no such column: nope"),
        (REFUSED["a query without end"], "The query took longer than 2 s."),
        (REFUSED["many large blobs"], "the answer has more than 64,000,000 bytes"),
    ],
)
def test_a_query_that_is_refused_stays_to_be_mended(site: Site, query: str, said: str) -> None:
    status, _, text = ask(site, sql(f"{query} -- <b> & so"))
    assert status == 400
    assert f'<p class="error" role="alert">{said}' in text
    assert f">{query} -- &lt;b&gt; &amp; so</textarea>" in text


def test_what_was_typed_for_a_refused_query_stays_too(site: Site) -> None:
    status, _, text = ask(site, sql("SELEC :model") + "&model=%22pony%22&_size=10")
    assert status == 400
    assert '<input type="text" name="model" value="&#34;pony&#34;">' in text
    assert "_size" not in text


def test_a_search_within_a_search_takes_no_hour(site: Site) -> None:
    needle = "instr(hex(zeroblob(7000000)), hex(zeroblob(3000000)) || '1')"
    assert rows(site, f"SELECT {needle} AS found") == [{"found": 0}]


def test_a_condition_in_an_address_has_the_same_bounds(site: Site) -> None:
    for condition in ("load_extension('x')", "id IN (SELECT readfile('x'))", "1; DROP TABLE kv"):
        assert ask(site, f"/images/images?_where={quote(condition)}")[0] == 400


def test_the_marks_can_be_asked_and_not_be_written(site: Site) -> None:
    assert rows(site, "SELECT COUNT(*) AS count FROM marks.marks WHERE rating = 77") == [
        {"count": 0}
    ]
    query = "WITH a AS (SELECT 1) INSERT INTO marks.marks (sha256) SELECT 'x'"
    assert ask(site, sql(query))[0] == 400


def test_the_image_database_is_left_as_it_was(library: Library, site: Site) -> None:
    before = Path(library.database).stat()
    ask(site, sql("SELECT COUNT(*) FROM images"))
    after = Path(library.database).stat()
    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


def test_a_column_that_is_not_there_is_said_so(site: Site) -> None:
    for argument in ("_sort", "_sort_desc", "_facet", "_col"):
        assert ask(site, f"/images/images?{argument}=nowhere")[0] == 400


@pytest.mark.parametrize("address", ["/images/nothing", "/images/images/999999", "/nothing/at/all"])
def test_a_wrong_address_has_a_page_of_ours(site: Site, address: str) -> None:
    status, _, text = ask(site, address)
    assert (status, "<h1>Not found</h1>" in text, "All images" in text) == (404, True, True)
    assert json.loads(ask(site, f"{address}.json")[2])["error"] != ""


def test_an_address_of_no_page_is_no_missing_database(page: Page) -> None:
    for address in ("/nosuch", "/nosuch/table"):
        answer = page.request.get(address)
        told = "There is nothing at this address." in answer.text()
        assert (answer.status, told) == (404, True)


def test_a_query_of_few_long_steps_is_stopped(site: Site) -> None:
    query = (
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 900) "
        "SELECT instr(hex(randomblob(4000000)), hex(randomblob(3000000))) FROM c"
    )
    status, _, text = ask(site, sql(query))
    assert (status, "took longer than 2 s" in text) == (400, True)


@pytest.mark.parametrize(
    "address",
    [
        "/images.csv",
        "/images/v_images_search?_next=x",
        "/images/images?_through=1",
        "/images/images.json?_through={}",
        "/images/tokens?_timelimit=x",
    ],
)
def test_an_address_with_an_odd_value_is_refused_and_no_fault_of_ours(
    site: Site, address: str
) -> None:
    status, _, text = ask(site, address)
    assert (status, "Something went wrong" in text) == (400, False)
