"""The table of an image's fields, the records, the schema and every statement agree."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from service.export.records import INTEGERS, REALS
from service.records import Field, NormalizedImage, SamplingPass
from service.records.image_fields import (
    IMAGE_FIELDS,
    IMAGES_COLUMNS,
    PASS_FIELDS,
    STATED_FIELDS,
)
from service.store.search.conditions import FIELDS as SEARCHED
from service.store.sql import sql, statements
from service.store.writer import Store

IN_IMAGES = {one.name: one.column_type for one in IMAGES_COLUMNS}
IN_PASSES = {one.name: one.column_type for one in PASS_FIELDS}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "images.db") as opened:
        yield opened


def column_types(store: Store, table: str, chosen: dict[str, str]) -> dict[str, str]:
    rows = store._connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,))
    return {name: type_ for name, type_ in rows if name in chosen}


def columns(store: Store, table: str) -> set[str]:
    return {
        name
        for (name,) in store._connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
    }


def test_a_pass_has_its_role_and_each_field_in_the_tables_order() -> None:
    names = [one.name for one in fields(SamplingPass)]
    assert names == ["role", *IN_PASSES]


def test_an_image_has_each_field_that_no_pass_has() -> None:
    of_image = {one.name for one in IMAGE_FIELDS if one.of_image}
    assert of_image == {one.name for one in IMAGE_FIELDS} - {*IN_PASSES}
    assert of_image <= {one.name for one in fields(NormalizedImage)}


def test_what_a_generator_may_state_is_all_that_is_not_derived() -> None:
    stated = [one.name for one in IMAGE_FIELDS if not one.derived_from]
    assert stated == list(get_args(Field)) == list(STATED_FIELDS)
    named = {name for one in IMAGE_FIELDS for name in (*one.derived_from, one.beside) if name}
    assert named <= {*stated}


def test_the_schema_has_a_column_of_the_right_type_for_each_field(store: Store) -> None:
    assert column_types(store, "images", IN_IMAGES) == IN_IMAGES
    assert column_types(store, "pass_rows", IN_PASSES) == IN_PASSES


def test_the_views_have_each_field(store: Store) -> None:
    assert columns(store, "v_images_search") >= {*IN_IMAGES}
    assert columns(store, "passes") >= {*IN_PASSES}


@pytest.mark.parametrize("name", IN_IMAGES)
def test_an_image_is_saved_with_each_field_and_loses_it_once_unreadable(name: str) -> None:
    saved, unreadable = sql("save_image"), sql("save_unreadable")
    assert [
        re.search(rf":{name}\b", saved) is not None,
        re.search(rf"\b{name} = excluded\.{name}\b", saved) is not None,
        re.search(rf"\b{name} = NULL\b", unreadable) is not None,
        re.search(rf"\b{name}\b", statements("bulk.sql")["images"]) is not None,
    ] == [True] * 4


def test_a_pass_is_saved_and_shown_with_each_field() -> None:
    saved = re.findall(r":(\w+)", sql("add_passes"))
    assert {*saved} == {"image_id", "ordinal", "role", *IN_PASSES, "own_prompts"}
    shown = sql("show_passes").removeprefix("SELECT ").partition(" FROM")[0]
    assert re.split(r",\s*", shown.partition("\nFROM")[0]) == ["role", *IN_PASSES]


def test_every_number_is_a_number_in_exports_and_can_be_searched_for() -> None:
    whole = {name for name, type_ in (IN_IMAGES | IN_PASSES).items() if type_ == "INTEGER"}
    real = {name for name, type_ in (IN_IMAGES | IN_PASSES).items() if type_ == "REAL"}
    assert (whole - INTEGERS, real - REALS) == (set(), set())
    numbers = [one for one in IMAGES_COLUMNS if one.column_type != "TEXT"]
    assert {one.word or one.name for one in numbers} <= {*SEARCHED}


def test_the_page_on_the_schema_names_each_field() -> None:
    page = Path(__file__).parents[2].joinpath("docs/schema.md").read_text(encoding="utf-8")
    assert [one.name for one in IMAGE_FIELDS if f"`{one.name}`" not in page] == []
