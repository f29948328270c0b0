"""What a person meets who opens the database in DB Browser."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import NOW, image

from service.store.status import RootStatus
from service.store.writer import Store

SEEDS = ("9", "18446744073709551615", "10", "-1", "9007199254740993", "9007199254740992", None)
"""In no order; two of them are one floating-point number."""


def test_seeds_sort_by_number_and_an_index_has_them_in_order(store: Store) -> None:
    rows = [image(number) for number in range(len(SEEDS))]
    for number, seed in enumerate(SEEDS):
        base, *others = rows[number].image.passes
        passes = (replace(base, seed=seed), *others)
        rows[number] = replace(rows[number], image=replace(rows[number].image, passes=passes))
    store.save(rows, now=NOW)
    cursor = store._connection.execute(clicked("v_images_search", "seed_order"))
    seed = [column[0] for column in cursor.get_description()].index("seed")
    assert [row[seed] for row in cursor] == [
        None,
        "-1",
        "9",
        "10",
        "9007199254740992",
        "9007199254740993",
        "18446744073709551615",
    ]


def clicked(view: str, header: str) -> str:
    """Return what DB Browser asks when a header is clicked."""
    return f'SELECT * FROM main."{view}" ORDER BY "{header}" ASC LIMIT 0, 49999'  # noqa: S608


def plan(store: Store, query: str) -> list[str]:
    return [row[3] for row in store._connection.execute(f"EXPLAIN QUERY PLAN {query}")]


@pytest.mark.parametrize(
    ("header", "index"),
    [
        ("file_name", "file_name"),
        ("model", "model"),
        ("model_norm", "model_norm"),
        ("loras", "loras"),
        ("sampler_norm", "sampler"),
        ("steps", "steps"),
        ("cfg_scale", "cfg_scale"),
        ("seed_order", "seed_order"),
        ("width", "dimensions"),
        ("generator", "generator"),
        ("status", "status"),
        ("modified_at", "modified"),
        ("created_at", "created"),
    ],
)
def test_a_click_on_a_header_sorts_no_wide_rows(store: Store, header: str, index: str) -> None:
    steps = plan(store, clicked("v_images_search", header))
    assert steps[0] == f"SCAN images USING INDEX images_by_{index}"
    assert [step for step in steps if "TEMP B-TREE" in step] == []


@pytest.mark.parametrize("header", ["t_norm", "token", "weight", "side", "kind"])
def test_sorted_tokens_come_out_of_their_index_and_none_is_looked_up(
    store: Store, header: str
) -> None:
    steps = plan(store, clicked("tokens", header))
    assert [step for step in steps if "tokens_by_term" in step or " r " in step] == [
        "SEARCH r USING COVERING INDEX tokens_by_term (term_id=?)"
        if header == "t_norm"
        else "SCAN r USING COVERING INDEX tokens_by_term"
    ]


def test_the_full_path_is_where_the_folder_was_watched_last(store: Store, tmp_path: Path) -> None:
    query = "SELECT full_path, folder, file_width, file_height, size_bytes FROM v_images_search"
    store.save([image(0, path="2026/sky at noon.png")], now=NOW)
    assert store._connection.execute(query).fetchall() == [(None, "2026/", 1664, 2432, 1_300_000)]
    for location in (tmp_path.as_posix(), f"{tmp_path.as_posix()}/"):
        store.set_root(RootStatus("Input", location, online=True, note=None, changed_at=NOW))
        whole = f"{tmp_path.as_posix()}/2026/sky at noon.png"
        assert store._connection.execute(query).get[0] == whole


def test_the_first_of_all_names_lists_what_to_look_at_and_nothing_that_is_not_there(
    store: Store,
) -> None:
    in_order = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name"
    names = [name for (name,) in store._connection.execute(in_order)]
    assert names[0] == "about"
    listed = ", ".join(name for (name,) in store._connection.execute("SELECT name FROM about"))
    told = re.split(", ", listed.removesuffix(", all others"))
    views = store._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")
    assert {name for (name,) in views} - {"about"} <= set(told) <= set(names)
