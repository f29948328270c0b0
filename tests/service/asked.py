"""Asking the database, and waiting until its answer is the expected one."""

from contextlib import closing
from pathlib import Path

import apsw
from patience import wait_for

__all__ = ["count", "rows", "wait_for"]


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
