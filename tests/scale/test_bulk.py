"""Under Dask the same rows come out as from the service; DuckDB answers as the database does."""

import re
import shutil
import sys
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from commands import run
from running_service import Place

from service import demo
from service.paths import how_to_install
from service.scale.parquet import number_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.exiftool,
    pytest.mark.skipif(shutil.which("exiftool") is None, reason="no ExifTool on PATH"),
]

duckdb = pytest.importorskip("duckdb", reason="needs the extra [scale]")
pytest.importorskip("distributed", reason="needs the extra [scale]")

TABLES = ("images", "kv", "tokens", "resources", "passes", "v_conflicts")
OTHERWISE = {"ingested_at"}
"""What differs from run to run."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "scale.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a place where two workers made Parquet of two shards, and the service a database."""
    place = Place(tmp_path_factory.mktemp("bulk"))
    place.input.mkdir()
    place.configure()
    list(demo.write_samples(place.input))
    assert run(place, "dump", "--out", "whole.jsonl").code == 0
    assert run(place, "ingest", "--in", "whole.jsonl").code == 0
    lines = (place.top / "whole.jsonl").read_bytes().splitlines(keepends=True)
    (place.top / "shards").mkdir()
    for number, part in enumerate((lines[:9], [*lines[9:], b"no JSON\n"])):
        (place.top / "shards" / f"{number}.jsonl").write_bytes(b"".join(part))
    said = run(place, "bulk", "--in", "shards/*.jsonl", "--out", "parquet", "--workers", "2")
    place_of_it = f"{place.top / 'shards' / '1.jsonl'}, byte {len(b''.join(lines[9:]))}"
    assert said.code == 1
    assert said.err.startswith(f"failed: {place_of_it}: ")
    assert said.out == f"{len(lines)} images in 2 pieces → {place.top / 'parquet'}\n"
    return place


def _all_of(place: Place, table: str) -> str:
    return f"SELECT * FROM '{place.top}/parquet/{table}/*.parquet'"  # noqa: S608  # our names


@pytest.mark.parametrize("table", TABLES)
def test_the_rows_are_those_that_the_service_writes(made: Place, table: str) -> None:
    with duckdb.connect() as engine:
        found = engine.sql(_all_of(made, table))
        columns = [name for name in found.columns if name not in OTHERWISE]
        got = found.project(", ".join(columns)).fetchall()
    with closing(
        apsw.Connection(str(made.database), flags=apsw.SQLITE_OPEN_READONLY)
    ) as connection:
        numbers = {
            id_: number_of(name)
            for id_, name in connection.execute("SELECT id, stable_id FROM images")
        }
        key = "id" if table == "images" else "image_id"
        query = f"SELECT {key}, {', '.join(columns[1:])} FROM {table}"  # noqa: S608  # our names
        expected = [(numbers[id_], *row) for id_, *row in connection.execute(query)]
    assert len(got) > 0 or table == "v_conflicts"
    assert sorted(got, key=repr) == sorted(expected, key=repr)


def test_every_column_of_the_service_is_there(made: Place) -> None:
    here = {"id", "first_seen_at", "missing_since", "state"}
    with (
        closing(apsw.Connection(str(made.database), flags=apsw.SQLITE_OPEN_READONLY)) as connection,
        duckdb.connect() as engine,
    ):
        for table in TABLES:
            there = engine.sql(_all_of(made, table)).columns
            columns = {row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})")}
            assert columns - here == set(there) - ({"image_id"} if table == "images" else set())


def test_the_queries_of_the_page_run(made: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made.top)
    (text,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with duckdb.connect() as engine:
        answers = [engine.sql(query) for query in text.split(";") if query.strip()]
        questions = [answer.fetchall() for answer in answers if answer is not None][-4:]
    assert [len(rows) > 0 for rows in questions] == [True] * 4


def test_a_folder_with_parquet_is_left_alone(made: Place) -> None:
    said = run(made, "bulk", "--in", "whole.jsonl", "--out", "parquet")
    message = (
        f"aiimagepipe: --out: {made.top / 'parquet'} holds Parquet files already; "
        "name an empty folder\n"
    )
    assert (said.code, said.err) == (2, message)


def test_what_is_missing_is_told_with_the_mend(
    made: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run(made, "bulk", "--in", "none*.jsonl", "--out", "new")
    assert (said.code, said.err) == (
        2,
        (
            f"aiimagepipe: --in: there is no file {made.top / 'none*.jsonl'}; "
            "give what `aiimagepipe dump` wrote\n"
        ),
    )
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = run(made, "bulk", "--in", "whole.jsonl", "--out", "new")
    fix = how_to_install("scale", "distributed")
    assert said.err == f"aiimagepipe: bulk needs the package distributed; {fix}\n"
