"""Many rows of a table, written by few statements.

Of a short row most of the cost is not the row: the library looks its statement up by each of its
letters, and SQLite opens the table, its indexes and what they refer to. So a statement writes many.
"""

import re
from collections.abc import Sequence
from functools import cache

import apsw

from service.store.images_row import Bound
from service.store.sql import parameters, sql

AT_ONCE = (64, 8, 1)
"""Rows a statement: as many as there are of the largest, then of the next, so that each statement
is prepared once in the life of a connection."""

_ROW = re.compile(r"VALUES \([^)]*\)")


def write_rows(connection: apsw.Connection, name: str, values: Sequence[Bound]) -> int:
    """Write rows by a statement that inserts one; their values stand one row behind the other.

    Return how many of them are written: a trigger may ignore some.
    """
    width = len(parameters(name)) or sql(name).count("?")
    at = written = 0
    for rows in AT_ONCE:
        size = rows * width
        while at + size <= len(values):
            connection.execute(_insertion(name, rows, width), values[at : at + size])
            at += size
            written += connection.changes()
    return written


@cache
def _insertion(name: str, rows: int, width: int) -> str:
    row = f"({','.join('?' * width)})"
    return _ROW.sub(f"VALUES {','.join([row] * rows)}", sql(name))
