import itertools
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

import service.store
from service.store.schema import current
from service.store.sql import statements

TEXT = current().text

BANNED = (
    r"\bSTRICT\b",
    r"->",
    r"\bunixepoch\s*\(",
    r"\b(RIGHT|FULL)\s+(OUTER\s+)?JOIN\b",
    r"\bcontentless_delete\b",
    r"\b(concat|concat_ws|octet_length|timediff|if|string_agg|jsonb\w*|json_pretty|unistr)\s*\(",
    r"\bIS\s+(NOT\s+)?DISTINCT\s+FROM\b",
    r"\bsubsec\b",
    r"\bPRAGMA\s+(?!application_id|user_version)",
    r"^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|ATTACH|VACUUM)\b",
    r"\bload_extension\b",
)
"""What DB Browser's SQLite 3.35 does not know, and what cannot be pasted into it."""


def code(text: str) -> str:
    """Return SQL without its comments and strings."""
    return re.sub(r"'(?:[^']|'')*'", "''", re.sub(r"--[^\n]*", "", text))


def one_by_one(text: str) -> list[str]:
    """Cut a script into statements, as a program does that runs them one by one."""
    found, rest = [], ""
    for line in text.splitlines(keepends=True):
        rest += line
        if sqlite3.complete_statement(rest):
            found.append(rest)
            rest = ""
    return found


@pytest.mark.parametrize("pattern", BANNED)
def test_the_schema_uses_nothing_newer_than_sqlite_3_35(pattern: str) -> None:
    assert re.findall(pattern, code(TEXT), re.IGNORECASE | re.MULTILINE) == []


def test_the_schema_runs_twice_statement_by_statement_inside_a_savepoint(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "images.db", isolation_level=None)
    for _ in range(2):
        connection.execute("SAVEPOINT db4s")
        for statement in one_by_one(TEXT):
            connection.execute(statement)
        connection.execute("RELEASE db4s")
    made = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL"
    ).fetchall()
    connection.close()
    assert sorted(made) == sorted(current().objects)


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="needs the sqlite3 program")
def test_the_schema_runs_twice_in_the_sqlite3_program(tmp_path: Path) -> None:
    for _ in range(2):
        done = subprocess.run(
            ["sqlite3", str(tmp_path / "images.db")],
            input=TEXT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_table_index_and_view_has_a_comment_above_it() -> None:
    lines = TEXT.splitlines()
    bare = [
        line
        for above, line in itertools.pairwise(lines)
        if re.match(r"CREATE (TABLE|INDEX|VIEW)", line)
        and not (above.startswith("-- ") or re.match(r"CREATE INDEX", above))
    ]
    assert bare == []


def test_every_view_of_the_contract_has_its_columns() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(TEXT)

    def columns(name: str) -> list[str]:
        return [row[1] for row in connection.execute(f"PRAGMA table_xinfo({name})")]

    wide = columns("v_images_search")
    assert " ".join(wide[:6]) == "image_id file_name prompt_preview model loras sampler_norm"
    assert " ".join(wide[6:12]) == "scheduler_norm steps cfg_scale seed width height"
    place = "full_path folder file_width file_height size_bytes"
    ends = {
        "v_images_search": f"root path {place} sha256 seed_order",
        "v_images_with_core_params": f"root {place} model_norm created_at sha256 seed_order",
        "v_images_with_resources": f"root {place} guidance model_norm created_at sha256",
    }
    assert {name: " ".join(columns(name)[-len(ends[name].split()) :]) for name in ends} == ends
    expected = {
        "kv": "image_id key value source",
        "tokens": "image_id side position token t_norm weight kind category",
        "resources": "image_id kind name label weight clip_weight hash hash_kind model_version_id "
        "source extra_json name_norm",
        "v_conflicts": "image_id field value_a source_a value_b source_b",
        "v_duplicates": "sha256 copies paths",
    }
    assert {name: " ".join(columns(name)) for name in expected} == expected
    connection.close()


STORE = Path(service.store.__file__).parent
SQL_FILES = sorted(STORE.glob("*.sql"))
PAGES = ("docs/architecture.md", "docs/contributing.md", "service/store/__init__.py")


@pytest.mark.parametrize("file", SQL_FILES, ids=lambda file: file.name)
def test_every_statement_of_the_store_is_found_by_its_name(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = re.findall(r"^-- name: (\w+)$", text, re.MULTILINE)
    assert list(statements(file.name)) == named != []


@pytest.mark.parametrize("page", PAGES)
def test_every_sql_file_is_named_where_a_page_says_where_the_statements_are(page: str) -> None:
    text = STORE.parent.parent.joinpath(page).read_text(encoding="utf-8")
    found = {name for name in re.findall(r"\b(\w+\.sql)\b", text) if name != "schema.sql"}
    assert found == {file.name for file in SQL_FILES}


def test_there_is_no_sql_file_but_those_of_the_store_and_the_schema() -> None:
    top = STORE.parent.parent
    folders = {file.parent for file in (top / "service").rglob("*.sql")}
    assert folders == {STORE, STORE / "migrations"}
