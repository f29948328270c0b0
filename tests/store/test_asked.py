"""A user's query can read, and nothing else: not for ever, not without bounds."""

import time
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from growth import LINEAR, growth

from service.errors import StartError, TryAgainError
from service.store import user_query
from service.store.user_query import Bounds, first_column
from service.store.writer import Store

NUMBERS = (
    "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    "SELECT x || '          ' FROM n"
)
SILENT = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n"

TRIMS = ("trim", "ltrim", "rtrim")
UNWANTED = ("'x '", "'x'", "''", "NULL")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Store.open(tmp_path / "images.db").close()
    return tmp_path / "images.db"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT 1", ["1"]),
        ("SELECT NULL UNION ALL SELECT 'a' UNION ALL SELECT 1.5;", ["a", "1.5"]),
        ("WITH x (y) AS (VALUES ('b'), ('a')) SELECT y FROM x ORDER BY y -- a comment", ["a", "b"]),
        ("SELECT COUNT(*) FROM v_images_search WHERE positive_prompt LIKE '%fox%'", ["0"]),
        ("SELECT value FROM json_each('[1, 2]')", ["1", "2"]),
        ("SELECT 1; -- a comment", ["1"]),
    ],
)
def test_reading_works(path: Path, query: str, expected: list[str]) -> None:
    assert list(first_column(path, query)) == expected


@pytest.mark.parametrize(
    "query",
    [
        "ATTACH '{folder}/evil.db' AS e",
        "CREATE TABLE e AS SELECT 1",
        "CREATE TEMP TABLE e AS SELECT 1",
        "VACUUM INTO '{folder}/evil.db'",
        "VACUUM",
        "INSERT INTO terms (term) VALUES ('x')",
        "UPDATE images SET model = ''",
        "DELETE FROM images",
        "DROP VIEW tokens",
        "PRAGMA journal_mode = DELETE",
        "SELECT * FROM pragma_table_info('images')",
        "PRAGMA writable_schema = ON",
        "SELECT load_extension('{folder}/evil')",
        "BEGIN IMMEDIATE",
        "SAVEPOINT s",
        "REINDEX",
        "ANALYZE",
        "DETACH main",
        "SELECT 1; SELECT 2",
        "SELECT 1; ATTACH '{folder}/evil.db' AS e",
        "SELECT writefile('{folder}/evil.db', 'x')",
        "SELECT zeroblob(1000000000)",
        "SELECT x'00'",
        "SELECT replace(hex(zeroblob(7000000)), '0', hex(zeroblob(7000000)))",
        "SELECT json_patch('{{}}', '{{}}')",
        "SELECT CAST(x'ff41' AS TEXT)",
        "SELECT trim('a', 'b', 'c')",
        "SELECT geopoly_within('[[0,0],[1,0],[1,1],[0,0]]', '[[0,0],[1,0],[1,1],[0,0]]')",
        "SELECT GEOPOLY_OVERLAP('[[0,0],[1,0],[1,1],[0,0]]', '[[0,0],[1,0],[1,1],[0,0]]')",
        "SELEC",
    ],
)
def test_anything_else_is_refused_and_leaves_no_trace(path: Path, query: str) -> None:
    before = path.read_bytes()
    with pytest.raises(StartError, match=r"\Asql: "):
        list(first_column(path, query.format(folder=path.parent)))
    assert path.read_bytes() == before
    assert not [left for left in path.parent.iterdir() if "evil" in left.name]


@pytest.mark.parametrize("query", ["", "-- hi", "/* hi */ ;"])
def test_a_query_without_a_statement_is_refused(path: Path, query: str) -> None:
    with pytest.raises(StartError) as raised:
        list(first_column(path, query))
    assert str(raised.value) == "sql: there is no statement in it; give one SELECT"


def test_an_endless_query_is_stopped(path: Path) -> None:
    with pytest.raises(StartError, match=r"longer than 0\.5 s"):
        list(first_column(path, SILENT, bounds=Bounds(seconds=0.5)))


def test_an_endless_query_of_long_steps_is_stopped_after_few_of_them(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def long(text: object) -> object:
        asked.append(text)
        time.sleep(0.02)
        return text

    monkeypatch.setitem(user_query.FUNCTIONS, "long", (long, 1))
    steps = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT SUM(long(x))"
    with pytest.raises(StartError, match=r"longer than 0\.1 s"):
        list(first_column(path, f"{steps} FROM n", bounds=Bounds(seconds=0.1)))
    assert 0 < len(asked) < user_query.OPCODES / 100


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT instr(hex(zeroblob({0} * 7)), hex(zeroblob({0} * 3)) || '1')", "0"),
        (
            "SELECT length(replace(hex(zeroblob({0} * 7)), hex(zeroblob({0} * 3)) || '1', ''))",
            "14000000",
        ),
        ("SELECT length(trim(hex(zeroblob({0} * 2)), hex(zeroblob({0} * 7)) || 'x'))", "0"),
    ],
)
def test_a_function_that_would_run_for_hours_within_one_step_takes_time_in_line_with_its_texts(
    path: Path, query: str, expected: str
) -> None:
    def ask(question: str) -> list[str]:
        return list(first_column(path, question))

    assert ask(query.format(1_000_000)) == [expected]
    assert growth(query.format, ask, 1_000_000) < LINEAR


@pytest.mark.parametrize(
    "call",
    [
        *(f"{name}('xxa b cx ', {chars})" for name in TRIMS for chars in UNWANTED),
        "trim('  a  ')", "ltrim('  ')", "rtrim(' a ')", "trim(5)", "trim(NULL)", "ltrim('')",
        "trim('aaa', 'a')",
        "instr('añb', 'b')", "instr('abc', 'x')", "instr('abc', '')", "instr(NULL, 'a')",
        "instr(x'616263', x'63')",
        "instr('abc', 7)", "instr(1234, 34)", "replace('banana', 'an', 'A')",
        "replace('a', '', 'b')",
        "replace(1.5, '.', ',')", "replace('a', NULL, 'b')", "replace('ñn', 'ñ', '')",
    ],
)  # fmt: skip
def test_the_functions_in_their_place_answer_as_they_do(path: Path, call: str) -> None:
    asked = f"SELECT typeof({call}) || ':' || COALESCE({call}, '')"
    with closing(apsw.Connection(":memory:")) as plain:
        expected = plain.execute(asked).get
    assert list(first_column(path, asked)) == [expected]


@pytest.mark.parametrize("bounds", [Bounds(rows=100), Bounds(bytes=1000)])
def test_an_endless_answer_is_stopped(path: Path, bounds: Bounds) -> None:
    with pytest.raises(StartError, match="gives more than"):
        list(first_column(path, NUMBERS, bounds=bounds))


def test_a_cancelled_query_is_stopped(path: Path) -> None:
    with pytest.raises(TryAgainError, match="stopped"):
        list(first_column(path, SILENT, is_cancelled=lambda: True))
