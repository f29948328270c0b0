import time
from collections.abc import Iterator
from dataclasses import replace

import apsw
import pytest
from store_samples import NOW, image

from service.store.sql import sql, statements
from service.store.writer import Store

pytestmark = pytest.mark.slow

COUNT = 20_000
VIEWS = (
    "v_images_search",
    "v_images_with_core_params",
    "v_images_with_resources",
    "v_conflicts",
    "v_duplicates",
)
QUERIES = [
    f"SELECT {what}"
    for view in VIEWS
    for what in (f"COUNT(*) FROM {view}", f"* FROM {view} LIMIT 20")
]
SPEC = (
    "SELECT COUNT(DISTINCT p.image_id) FROM tokens p WHERE p.side='pos' AND p.t_norm='masterpiece' "
    "AND NOT EXISTS (SELECT 1 FROM tokens n WHERE n.image_id=p.image_id AND n.side='neg' AND n.t_norm='blurry');"
)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    """Return a database of 20,000 images, and one copy of every 500th."""
    path = tmp_path_factory.mktemp("scale") / "images.db"
    with Store.open(path) as store:
        for start in range(0, COUNT, 500):
            batch = [image(number) for number in range(start, start + 500)]
            same = batch[0].raw.model_copy(
                update={"file": image(0, path=f"copy of {start}.png").raw.file}
            )
            store.save([*batch, replace(batch[0], raw=same)], now=NOW)
            store.checkpoint()
    connection = apsw.Connection(str(path))
    yield connection
    connection.close()


def plan(
    connection: apsw.Connection, query: str, arguments: dict[str, int] | None = None
) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", arguments)]


def milliseconds(connection: apsw.Connection, query: str) -> float:
    runs = []
    for _ in range(3):
        before = time.perf_counter()
        connection.execute(query).fetchall()
        runs.append(time.perf_counter() - before)
    return min(runs) * 1000


@pytest.mark.parametrize("query", QUERIES)
def test_a_view_answers_db_browsers_questions_at_once(
    collection: apsw.Connection, query: str
) -> None:
    assert [
        step for step in plan(collection, query) if "TEMP B-TREE" in step or "MATERIALIZE" in step
    ] == []
    assert milliseconds(collection, query) < 50


def test_every_copy_is_listed(collection: apsw.Connection) -> None:
    assert collection.execute("SELECT COUNT(*), SUM(copies) FROM v_duplicates").fetchall() == [
        (40, 80)
    ]


def images_with(connection: apsw.Connection, side: str, term: str) -> set[int]:
    query = "SELECT image_id FROM token_rows WHERE side = ? AND term_id = (SELECT id FROM terms WHERE term = ?)"
    return {image_id for (image_id,) in connection.execute(query, (side, term))}


def test_the_specified_query_runs_as_written_through_the_token_index(
    collection: apsw.Connection,
) -> None:
    with_it, without_it = ("pos", "masterpiece"), ("neg", "blurry")
    expected = images_with(collection, *with_it) - images_with(collection, *without_it)
    assert collection.execute(SPEC).get == len(expected) > 1000
    searches = [step for step in plan(collection, SPEC) if "tokens_by_term" in step]
    assert searches == [
        "SEARCH r USING COVERING INDEX tokens_by_term (term_id=? AND side=?)",
        "SEARCH r USING COVERING INDEX tokens_by_term (term_id=? AND side=? AND image_id=?)",
    ]
    assert milliseconds(collection, SPEC) < 300


@pytest.mark.parametrize(
    "name", ["known", "folders", "recipes", "find_place", "moved_candidates", "stale", "raw_record"]
)
def test_the_services_own_questions_scan_nothing(collection: apsw.Connection, name: str) -> None:
    arguments = (
        dict.fromkeys(("root", "after", "recipes", "limit"), 1) if ":" in sql(name) else None
    )
    query = statements()[name].replace("?", "1") if arguments is None else statements()[name]
    scans = [
        step
        for step in plan(collection, query, arguments)
        if step.startswith("SCAN") and "found" not in step
    ]
    assert [step for step in scans if "json_each" not in step and "CONSTANT ROW" not in step] == []
