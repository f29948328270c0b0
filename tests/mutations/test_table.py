"""Every mutation can be tried: its text is there once, and its test is there."""

from pathlib import Path

import pytest
from table import Mutation, find_problems, read_table

TABLE = read_table()


@pytest.mark.parametrize("mutation", TABLE, ids=lambda mutation: mutation.what)
def test_a_mutation_fits_the_code_as_it_is(mutation: Mutation) -> None:
    assert find_problems(mutation) == []


def test_no_mutation_is_listed_twice_or_changes_nothing() -> None:
    done = [(one.file, one.old, one.new) for one in TABLE]
    assert sorted(set(done)) == sorted(done)
    assert [one.what for one in TABLE if one.old == one.new] == []


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({}, []),
        ({"file": "service/none.py"}, ["a wrong: there is no file service/none.py"]),
        ({"old": "three"}, ["a wrong: service/a.py: 'three' occurs 0 times"]),
        ({"old": "two"}, ["a wrong: service/a.py: 'two' occurs 2 times"]),
        ({"test": "tests/none.py"}, ["a wrong: there is no file tests/none.py"]),
        ({"test": "tests/test_a.py::test_b"}, ["a wrong: tests/test_a.py has no test_b"]),
    ],
)
def test_a_mutation_that_does_not_fit_is_told(
    tmp_path: Path, changed: dict[str, str], problems: list[str]
) -> None:
    for name, text in (
        ("service/a.py", "one two two"),
        ("tests/test_a.py", "def test_a() -> None: ..."),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    entry = {
        "what": "a wrong",
        "file": "service/a.py",
        "old": "one",
        "new": "",
        "test": "tests/test_a.py::test_a[case]",
    }
    assert find_problems(Mutation(**{**entry, **changed}), tmp_path) == problems
