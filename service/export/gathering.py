"""Texts gathered on disk: grouped, counted and sorted in constant memory, however many there are.

SQLite's own temporary database does it: it sorts in files that it deletes itself. Its statements stand here, since
nobody else ever sees its tables.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from typing import NamedTuple, Self

import apsw

from service.config.export import Sort
from service.export.oneline import one_line, sameness

SETUP = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
CREATE TABLE heard (ordinal INTEGER PRIMARY KEY, place TEXT, same TEXT, text TEXT, count INTEGER);
CREATE TABLE items (place TEXT, same TEXT, text TEXT, count INTEGER, ordinal INTEGER);
BEGIN;
"""
HEAR = "INSERT INTO heard (place, same, text, count) VALUES (?, ?, ?, ?)"
GROUP = """
SELECT place, same, text, SUM(count), MIN(ordinal) FROM heard GROUP BY place, same, text
ORDER BY place, same, SUM(count) DESC, text
"""
KEEP = "INSERT INTO items (place, same, text, count, ordinal) VALUES (?, ?, ?, ?, ?)"
ORDERS: dict[Sort | None, str] = {
    "count_desc": "count DESC, text",
    "count_asc": "count, text",
    "alpha": "same, text",
    "alpha_desc": "same DESC, text DESC",
    None: "ordinal",
}
LIST = """
SELECT place, text, count FROM (
    SELECT place, same, MIN(text) AS text, SUM(count) AS count, MIN(ordinal) AS ordinal
    FROM items GROUP BY place, same)
ORDER BY place, """


class Item(NamedTuple):
    """One line of a list."""

    place: str
    """Which of the lists, where it is split; else ''."""
    text: str
    times: int
    ordinal: int = 0
    """Where in the order of rows it was met first."""


class Gathered:
    """A list in the making."""

    def __init__(self) -> None:
        self._connection = apsw.Connection("")
        self._connection.execute(SETUP).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def hear(self, rows: Iterable[Item]) -> None:
        """Take rows as they come; texts are made one line each, and those of which nothing is left are dropped."""
        lines = ((item.place, one_line(item.text), item.times) for item in rows)
        self._connection.executemany(
            HEAR, ((where, sameness(line), line, times) for where, line, times in lines if line)
        )

    def merge(self) -> Iterator[Item]:
        """Yield each text once a place, in its commonest spelling, with the count of all its spellings."""
        rows: Iterator[tuple[str, str, str, int, int]] = iter(self._connection.execute(GROUP))
        for (place, _), spellings in groupby(rows, key=itemgetter(0, 1)):
            found = list(spellings)
            times = sum(times for *_, times, _ in found)
            yield Item(place, found[0][2], times, min(ordinal for *_, ordinal in found))

    def keep(self, items: Iterable[Item]) -> None:
        """Take what is to be listed; may be read from ``merge`` meanwhile.

        What has become the same as another by a change of its text is listed once, too.
        """
        self._connection.executemany(KEEP, ((place, sameness(text), text, *rest) for place, text, *rest in items))

    def listed(self, sort: Sort | None, limit: int | None) -> Iterator[Item]:
        """Yield what was kept, place by place, sorted (None: as first met), at most ``limit`` a place."""
        items = (Item(*row) for row in self._connection.execute(LIST + ORDERS[sort]))
        for _, listed in groupby(items, key=attrgetter("place")):
            yield from islice(listed, limit)
