"""Neighbours are found along indexes, and in time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from running_gallery import Library  # found by conftest.py

from service.gallery import neighbours
from service.gallery.live_database import open_beside

COMMON = {
    "id": 1,
    "sha256": "0",
    "seed": "1",
    "words": '"castle"',
    "positive_prompt": "a castle",
    "model_norm": "pony",
}


@pytest.fixture
def connection(library: Library) -> Iterator[sqlite3.Connection]:
    with closing(open_beside(library.database)) as opened:
        yield opened


def plan(connection: sqlite3.Connection, name: str) -> str:
    steps = connection.execute(f"EXPLAIN QUERY PLAN {neighbours._sql(name)}", COMMON)
    return "\n".join(row[3] for row in steps)


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("same_content", "USING COVERING INDEX images_by_sha256"),
        ("same_seed", "USING INDEX images_by_seed"),
        ("same_model", "USING COVERING INDEX images_by_model_norm"),
        ("same_prompt", "SCAN w VIRTUAL TABLE INDEX"),
    ],
)
def test_each_strip_is_led_by_an_index(
    connection: sqlite3.Connection, name: str, index: str
) -> None:
    steps = plan(connection, name)
    assert index in steps
    assert "SCAN i" not in steps
    assert "SCAN images" not in steps


def test_what_was_found_in_time_is_shown(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n"
    few = f"{endless} WHERE id < 4"
    monkeypatch.setattr(neighbours, "PATIENCE_MS", 50)
    monkeypatch.setattr(neighbours, "_sql", lambda _: few)
    found = neighbours._find(connection, "same_seed", {})
    assert found[:2] == [1, 2]  # Python may have a row in hand when its time is over
    monkeypatch.setattr(neighbours, "_sql", lambda _: endless)
    assert neighbours._find(connection, "same_seed", {}) == list(range(1, 13))


def test_an_image_that_is_not_there_has_no_neighbours(connection: sqlite3.Connection) -> None:
    assert neighbours.find_neighbours(connection, 999_999) == []
