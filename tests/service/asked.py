"""Asking the database, and waiting until its answer is the expected one."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import apsw

Answer = TypeVar("Answer")

PATIENCE_S = 30.0


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query, none where there is no such table or database yet."""
    try:
        with closing(apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
            connection.set_busy_timeout(2000)
            return list(connection.execute(query))
    except apsw.CantOpenError:
        return []
    except apsw.SQLError as error:
        if "no such table" not in str(error):
            raise
        return []


def count(database: Path, where: str = "state = 'present'") -> int:
    """Return how many images there are of a kind."""
    found = rows(database, f"SELECT COUNT(*) FROM images WHERE {where}")  # noqa: S608  # the test's own words
    return int(str(found[0][0])) if found else 0


def wait_for(ask: Callable[[], Answer], expected: Answer, patience_s: float = PATIENCE_S) -> None:
    """Ask until the answer is the expected one; fail with the last answer when patience ends."""
    deadline = time.monotonic() + patience_s
    while (answer := ask()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert answer == expected, f"after {patience_s:g} s it is {answer!r}, not {expected!r}"
