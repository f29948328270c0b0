"""The documentation says what the code does."""

import ast
import re
import sqlite3
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
SCHEMA = TOP / "docs" / "schema.md"


def sections(text: str) -> dict[str, str]:
    """Return the text below each second-level heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def documented_columns(section: str) -> list[str]:
    found = re.search(r"^Columns: (.+?)\.$", section, flags=re.MULTILINE | re.DOTALL)
    assert found, "a section without a list of columns"
    return re.findall(r"`(\w+)`", found[1])


def database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript((TOP / "schema.sql").read_text(encoding="utf-8"))
    return connection


@pytest.mark.parametrize(("name", "section"), sections(SCHEMA.read_text(encoding="utf-8")).items())
def test_the_schema_page_lists_exactly_the_columns_there_are(name: str, section: str) -> None:
    columns = [row[1] for row in database().execute(f"PRAGMA table_xinfo({name})")]
    assert documented_columns(section) == columns


def test_every_table_and_view_that_users_query_is_on_the_schema_page() -> None:
    names = {
        name
        for (name,) in database().execute(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
        )
    }
    compact = {name for name in names if name.endswith(("_rows", "_records"))} | {
        "terms",
        "texts",
        "repeated_contents",
    }
    inner = {
        name for name in names if name.startswith(("sqlite_", "positive_words_", "negative_words_"))
    }
    assert set(sections(SCHEMA.read_text(encoding="utf-8"))) == names - compact - inner


def queries_of_the_readme() -> list[str]:
    text = (TOP / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)
    return [query.strip() for block in blocks for query in block.split(";") if query.strip()]


@pytest.mark.parametrize(
    "query", queries_of_the_readme(), ids=lambda query: query.splitlines()[0].strip("- ")
)
def test_every_query_in_the_readme_runs(query: str) -> None:
    database().execute(query)


@pytest.mark.parametrize(
    "page", [*sorted(TOP.glob("docs/*.md")), TOP / "README.md"], ids=lambda page: page.name
)
def test_every_link_and_every_named_file_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    linked = {target.partition("#")[0] for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text)}
    missing = [target for target in linked if target and not (page.parent / target).exists()]
    named = set(re.findall(r"`(service/[\w/.]+(?:\.py|\.sql|/))`", text))
    missing += [name for name in named if "NAME" not in name and not (TOP / name).exists()]
    assert missing == []


def package_docstrings() -> dict[str, str]:
    """Return the docstring of each package of the service, by the path of its folder."""
    found: dict[str, str] = {}
    for init in sorted((TOP / "service").rglob("__init__.py")):
        text = ast.get_docstring(ast.parse(init.read_bytes()))
        found[init.parent.relative_to(TOP).as_posix()] = text or ""
    return found


NAMED_PATH = re.compile(r"`([\w./-]+\.(?:py|sql)|service/[\w/]*)`|\b(docs/[\w-]+\.md)\b")
"""A module, a file of SQL or a folder of ``service/``, or a page of the documentation."""

PLACEHOLDERS = ("NAME", "CASE")


def missing_paths(text: str, places: list[Path]) -> list[str]:
    """Return the paths that a text names and that are in none of these folders.

    A bare name of a module may also be anywhere below the last of them.
    """
    missing = []
    for in_backticks, page in NAMED_PATH.findall(text):
        name = in_backticks or page
        if any(word in name for word in PLACEHOLDERS):
            continue
        is_bare = "/" not in name
        found = any((place / name).exists() for place in places)
        if not found and not (is_bare and any(places[-1].rglob(name))):
            missing.append(name)
    return missing


@pytest.mark.parametrize(
    "page", [*sorted(TOP.glob("docs/*.md")), TOP / "README.md"], ids=lambda page: page.name
)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert missing_paths(text, [TOP, TOP / "service"]) == []


@pytest.mark.parametrize(("package", "text"), package_docstrings().items())
def test_every_path_that_a_package_says_it_holds_exists(package: str, text: str) -> None:
    assert text != ""
    assert missing_paths(text, [TOP, TOP / "service", TOP / package]) == []


def test_a_path_that_does_not_exist_is_found_in_a_page_and_in_a_package() -> None:
    text = "`service/none.py`, `watch/none.py`, `settle.py`, `none.py`, `service/no/`, docs/no.md"
    expected = ["service/none.py", "watch/none.py", "none.py", "service/no/", "docs/no.md"]
    assert missing_paths(text, [TOP, TOP / "service"]) == expected
    # A bare name is looked for everywhere in the service, or in the package that names it.
    in_a_package = [TOP, TOP / "service", TOP / "service" / "worker"]
    assert missing_paths(text, in_a_package) == [*expected[:2], "settle.py", *expected[2:]]


NAMED_TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("page", ["reliability.md", "security.md"])
def test_every_test_that_a_promise_names_is_there(page: str) -> None:
    named = NAMED_TEST.findall((TOP / "docs" / page).read_text(encoding="utf-8"))
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (TOP / "tests" / file).exists()
        or f"def {name}(" not in (TOP / "tests" / file).read_text(encoding="utf-8")
    ]
    assert named
    assert missing == []


@pytest.mark.parametrize("page", ["reliability.md", "security.md"])
def test_every_promise_names_its_test(page: str) -> None:
    lines = (TOP / "docs" / page).read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| what ")]
    assert [row for row in rows if not NAMED_TEST.search(row)] == []
