"""What a question costs does not depend on how many images there are, or grows in line with them.

Counted are the steps of SQLite's machine, which are the same on every machine, for a collection and
for one of half its size. ``tests/bench/bench_million.py`` asks the same of a million images.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import apsw
import pytest
from store_samples import NOW, image

from service.store.sql import sql, statements
from service.store.writer import Store

COUNT = 2_000
VIEWS = (
    "v_images_search",
    "v_images_with_core_params",
    "v_images_with_resources",
    "v_conflicts",
    "v_duplicates",
)
LIMITED = [f"SELECT * FROM {view} LIMIT 20" for view in VIEWS if view != "v_duplicates"]  # noqa: S608
COUNTED = [f"SELECT COUNT(*) FROM {view}" for view in VIEWS]  # noqa: S608
SPEC = (
    "SELECT COUNT(DISTINCT p.image_id) FROM tokens p WHERE p.side='pos' AND p.t_norm='masterpiece' "
    "AND NOT EXISTS (SELECT 1 FROM tokens n "
    "WHERE n.image_id=p.image_id AND n.side='neg' AND n.t_norm='blurry');"
)


def fill(path: Path, count: int) -> None:
    """Write a database of so many images, and one copy of every hundredth."""
    with Store.open(path) as store:
        for start in range(0, count, 100):
            batch = [image(number) for number in range(start, start + 100)]
            same = replace(batch[0].raw, file=image(0, path=f"copy of {start}.png").raw.file)
            store.save([*batch, replace(batch[0], raw=same)], now=NOW)
        store.checkpoint()


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    path = tmp_path_factory.mktemp("scale") / "images.db"
    fill(path, COUNT)
    with closing(apsw.Connection(str(path))) as connection:
        yield connection


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    """Return a collection of half the size."""
    path = tmp_path_factory.mktemp("half") / "images.db"
    fill(path, COUNT // 2)
    with closing(apsw.Connection(str(path))) as connection:
        yield connection


@dataclass(frozen=True, slots=True)
class Cost:
    """What SQLite did for one statement."""

    steps: int
    sorts: int
    indexes_made: int


def cost_of(connection: apsw.Connection, query: str) -> Cost:
    told: list[dict[str, dict[str, int]]] = []
    connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, told.append)
    connection.execute(query).fetchall()
    connection.trace_v2(0, None)
    (counted,) = (event["stmt_status"] for event in told)
    names = ("VM_STEP", "SORT", "AUTOINDEX")
    return Cost(*(counted[f"SQLITE_STMTSTATUS_{name}"] for name in names))


def plan(
    connection: apsw.Connection, query: str, arguments: dict[str, int] | None = None
) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", arguments)]


@pytest.mark.parametrize("query", [*LIMITED, *COUNTED, "SELECT * FROM v_duplicates LIMIT 20"])
def test_a_view_sorts_and_copies_nothing_to_answer_db_browsers_questions(
    collection: apsw.Connection, query: str
) -> None:
    assert [
        step for step in plan(collection, query) if "TEMP B-TREE" in step or "MATERIALIZE" in step
    ] == []
    cost = cost_of(collection, query)
    assert (cost.sorts, cost.indexes_made) == (0, 0)


@pytest.mark.parametrize("query", LIMITED)
def test_the_first_page_of_a_view_costs_the_same_however_many_images_there_are(
    collection: apsw.Connection, half: apsw.Connection, query: str
) -> None:
    assert cost_of(collection, query) == cost_of(half, query)


@pytest.mark.parametrize("query", [*COUNTED, "SELECT * FROM v_duplicates LIMIT 20", SPEC])
def test_what_counts_or_compares_all_images_costs_no_more_an_image_where_there_are_more(
    collection: apsw.Connection, half: apsw.Connection, query: str
) -> None:
    # Twice the images, drawn by chance: about twice the steps. Each against each: four times.
    assert cost_of(collection, query).steps < 3 * cost_of(half, query).steps


def test_every_copy_is_listed(collection: apsw.Connection) -> None:
    assert collection.execute("SELECT COUNT(*), SUM(copies) FROM v_duplicates").fetchall() == [
        (20, 40)
    ]


def images_with(connection: apsw.Connection, side: str, term: str) -> set[int]:
    query = """SELECT image_id FROM token_rows
WHERE side = ? AND term_id = (SELECT id FROM terms WHERE term = ?)"""
    return {image_id for (image_id,) in connection.execute(query, (side, term))}


def test_the_specified_query_runs_as_written_through_the_token_index(
    collection: apsw.Connection,
) -> None:
    with_it, without_it = ("pos", "masterpiece"), ("neg", "blurry")
    expected = images_with(collection, *with_it) - images_with(collection, *without_it)
    assert collection.execute(SPEC).get == len(expected) > 100
    searches = [step for step in plan(collection, SPEC) if "tokens_by_term" in step]
    assert searches == [
        "SEARCH r USING COVERING INDEX tokens_by_term (term_id=? AND side=?)",
        "SEARCH r USING COVERING INDEX tokens_by_term (term_id=? AND side=? AND image_id=?)",
    ]
    assert cost_of(collection, SPEC).sorts == 0


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


def test_the_index_that_the_docs_offer_sorts_the_prompts(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "queries.md"
    found = re.search(r"CREATE INDEX my_prompts.*?;", page.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    fill(tmp_path / "images.db", 3)
    click = "SELECT * FROM v_images_search ORDER BY prompt_preview LIMIT 50000"
    with closing(apsw.Connection(str(tmp_path / "images.db"))) as connection:
        assert any("TEMP B-TREE" in step for step in plan(connection, click))
        connection.execute(found[0])
        assert not any("TEMP B-TREE" in step for step in plan(connection, click))
    fill(tmp_path / "images.db", 3)  # the service goes on with it
