"""Rows into which somebody wrote by hand what no service would: the pages show what they can."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from requests_to_gallery import ask
from running_gallery import Library, Site, serving

from service.gallery.odd_values import as_number, as_text, readable

BLOB = b"\x00\xffabc"

PAGES = (
    "/grid.json",
    "/grid.json?sort=rating",
    "/facets.json",
    "/marks.json?ids=1",
    "/statistics",
    "/image/1",
    "/image/1.json",
    "/image/1/neighbours.json",
    "/image/1/infotext.txt",
    "/compare?ids=1,2",
    "/images/images",
    "/images/images/1",
)

TEXTS = (
    "file_name root folder stable_id missing_since sha256 mime_type generator model model_norm "
    "seed loras positive_prompt warnings created_at sidecars"
).split()

NUMBERS = "size_bytes mtime_ns file_width file_height width height steps cfg_scale denoise".split()

ODD = [
    *((name, BLOB) for name in TEXTS + NUMBERS),
    *((name, value) for name in NUMBERS for value in ("abc", float("inf"))),
]


@pytest.fixture(scope="module")
def own(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a gallery of our own, whose rows may be spoilt."""
    copy = Library(library.folder, tmp_path_factory.mktemp("own") / "images.db")
    shutil.copy(library.database, copy.database)
    with serving(copy) as site:
        yield site


def write(site: Site, column: str, value: object) -> object:
    """Write a value into image 1; return what was there."""
    with closing(sqlite3.connect(site.library.database)) as connection, connection:
        query = f"SELECT {column} FROM images WHERE id = 1"  # noqa: S608  # a name of ours
        (before,) = connection.execute(query).fetchone()
        connection.execute(f"UPDATE images SET {column} = ? WHERE id = 1", (value,))  # noqa: S608
    return before


def refuse(constant: str) -> None:
    raise ValueError(f"no browser reads {constant}")


@pytest.mark.parametrize(("column", "value"), ODD)
def test_an_odd_value_keeps_no_page_from_being_shown(own: Site, column: str, value: object) -> None:
    before = write(own, column, value)
    try:
        answers = {page: ask(own, page) for page in PAGES}
    finally:
        write(own, column, before)
    assert {page: answer[0] for page, answer in answers.items()} == dict.fromkeys(PAGES, 200)
    for _, headers, text in answers.values():
        if "json" in headers["content-type"]:
            json.loads(text, parse_constant=refuse)


def test_an_odd_value_is_a_text_where_texts_are_and_not_known_where_numbers_are() -> None:
    assert [as_text(value) for value in (None, "x", 7, b"caf\xc3\xa9 \xff")] == [
        None,
        "x",
        "7",
        "caf\u00e9 \ufffd",
    ]
    odd = ("x", b"7", None, float("inf"), float("nan"))
    assert [as_number(value) for value in (7, 0.5, *odd)] == [7, 0.5, *[None] * len(odd)]
    assert [readable(value) for value in (7, "x", None, b"x", float("inf"))] == [
        7,
        "x",
        None,
        "x",
        "inf",
    ]
