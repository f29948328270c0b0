"""The documented queries run as they stand, on a collection that has an answer to each of them."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import NOW, image, odd_image

from service.records import Resource
from service.store.failures import Failure
from service.store.sql import statements
from service.store.writer import Store

DOCS = Path(__file__).resolve().parents[2] / "docs" / "queries.md"
EXAMPLES = statements("examples.sql")

BESIDE = Resource("lora", "add_detail", "PNG:Parameters", 0.8)
UNNAMED = (
    Resource("resource_ref", "modelVersionId:7", "PNG:Parameters", model_version_id=7),
    Resource("lora", "modelVersionId:8", "PNG:Parameters", model_version_id=8),
    Resource("vae", "urn:air:sdxl:vae:civitai:1@9", "PNG:Parameters"),
    Resource("upscaler", "0a1b2c3d", "PNG:Parameters", hash="0a1b2c3d"),
)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Return a database that Python's own, older SQLite opens, as another program would."""
    path = tmp_path_factory.mktemp("examples") / "images.db"
    with Store.open(path) as store:
        rows = [image(number) for number in range(200)]
        first = rows[0].image.passes[0]
        base = replace(
            first, positive_prompt="a castle, 1girl, long hair, solo", negative_prompt="text"
        )
        pair = [replace(one, image=replace(one.image, passes=(base,))) for one in rows[:2]]
        pair[0] = replace(pair[0], resources=(*rows[0].resources, BESIDE, *UNNAMED))
        same = replace(pair[1].raw, sha256=pair[0].raw.sha256)
        pair[1] = replace(pair[1], raw=same)
        store.save([*pair, *rows[2:], odd_image()], now=NOW)
        store.mark_missing("Input", [rows[3].raw.file.path], NOW)
        store.save_unreadable(
            [Failure("Input", "broken.png", "extract", "BadFileError", "empty", 0, 0)], now=NOW
        )
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_has_an_answer_and_no_column_without_a_name(
    collection: sqlite3.Connection, name: str
) -> None:
    cursor = collection.execute(EXAMPLES[name])
    names = [column[0] for column in cursor.description]
    assert [
        column for column in names if not re.fullmatch(r"\w+|COUNT\(DISTINCT p\.image_id\)", column)
    ] == []
    assert cursor.fetchall() != []


def test_references_without_a_name_are_found_whatever_their_kind(
    collection: sqlite3.Connection,
) -> None:
    found = collection.execute(EXAMPLES["references_without_a_name"]).fetchall()
    assert {(kind, label) for kind, label, _, _ in found} == {
        (one.kind, one.label) for one in UNNAMED
    }


def test_the_page_shows_the_examples_as_they_stand_and_no_other_query() -> None:
    shown = re.findall(r"```sql\n(.*?);\n```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    queries = [*EXAMPLES.values(), *statements("marks.sql").values()]
    assert shown == [query.strip() for query in queries]
    assert len(shown) >= 20


def test_the_quick_count_of_tokens_is_that_of_the_tokens(collection: sqlite3.Connection) -> None:
    counted = "SELECT side, t_norm, COUNT(*) FROM tokens GROUP BY side, t_norm"
    assert set(collection.execute("SELECT side, t_norm, uses FROM token_counts")) == set(
        collection.execute(counted)
    )
