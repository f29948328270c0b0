"""Texts gathered on disk: grouped, counted and sorted in constant memory, however many there are.

SQLite's own temporary database does it: it sorts in files that it deletes itself. Grouped are short
keys and numbers, and of the texts only those that a list will have are read again and sorted. Its
statements are here, since nobody else ever sees its tables.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import chain, groupby, islice
from operator import attrgetter, itemgetter
from typing import NamedTuple, Self

import apsw

from service.config.export import Sort
from service.export.one_line import one_line, sameness

SETUP = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
CREATE TABLE found (
    ordinal INTEGER PRIMARY KEY, place TEXT, same, spelling INTEGER, count INTEGER, text TEXT);
CREATE TABLE merged (
    ordinal INTEGER PRIMARY KEY, count INTEGER, is_spelt_one_way INTEGER, text TEXT);
CREATE TABLE items (place TEXT, same TEXT, text TEXT, count INTEGER, ordinal INTEGER);
BEGIN;
"""
ADD = "INSERT INTO found (place, same, spelling, count, text) VALUES (?, ?, ?, ?, ?)"
MERGE = """
INSERT INTO merged (ordinal, count, is_spelt_one_way)
SELECT MIN(ordinal), SUM(count), MIN(spelling) = MAX(spelling) FROM found GROUP BY place, same
HAVING SUM(count) >= :least AND SUM(count) <= COALESCE(:most, SUM(count)) ORDER BY 1
"""
HAS_SEVERAL = "SELECT EXISTS (SELECT 1 FROM merged WHERE NOT is_spelt_one_way)"
SPELLINGS = """
WITH several (place, same, ordinal) AS MATERIALIZED (
    SELECT h.place, h.same, h.ordinal
    FROM merged m CROSS JOIN found h ON h.ordinal = m.ordinal WHERE NOT m.is_spelt_one_way
)
SELECT s.ordinal, COALESCE(h.text, h.same)
FROM found h CROSS JOIN several s ON s.place = h.place AND s.same = h.same
GROUP BY 1, 2 ORDER BY 1, SUM(h.count) DESC, 2
"""
SPELL = "UPDATE merged SET text = ? WHERE ordinal = ?"
READ = """
SELECT h.place AS place, COALESCE(m.text, h.text, h.same) AS text, m.count AS count,
       m.ordinal AS ordinal
FROM merged m CROSS JOIN found h ON h.ordinal = m.ordinal ORDER BY """
KEEP = "INSERT INTO items (place, same, text, count, ordinal) VALUES (?, ?, ?, ?, ?)"
ORDERS: dict[Sort | None, str] = {
    "count_desc": "count DESC, text",
    "count_asc": "count, text",
    "alpha": "same, text",
    "alpha_desc": "same DESC, text DESC",
    None: "ordinal",
}
LIST = "SELECT place, text, count, ordinal FROM items ORDER BY place, "
LIST_CHANGED = """
SELECT place, text, count, ordinal FROM (
    SELECT place, same, MIN(text) AS text, SUM(count) AS count, MIN(ordinal) AS ordinal
    FROM items GROUP BY place, same)
ORDER BY place, """

SHORT = 48
"""Characters of a key that is kept as it is.

Of a longer one its hash is compared, which no two texts share.
"""
WAITING = 6_000_000
"""Bytes of texts that are counted in memory before they are written.

Prompts mostly come several in a row.
"""
OVERHEAD = 150
"""About what Python takes for a text besides its characters."""
OPCODES = 100_000
"""Steps of SQLite's machine between two questions whether to stop; about a millisecond."""


class Item(NamedTuple):
    """One line of a list."""

    place: str
    """Which of the lists, where it is split; else ''."""
    text: str
    times: int
    ordinal: int = 0
    """Where in the order of rows it was met first."""


FoundText = tuple[str, str, int]
"""A text as it comes: which of the lists, the text, and how often."""


class Gathering:
    """A list in the making."""

    def __init__(
        self,
        sort: Sort | None,
        is_cancelled: Callable[[], bool] = lambda: False,
        fold: Callable[[str], str] = sameness,
    ) -> None:
        """``sort`` is the order of the list; None: as first met.

        ``fold`` returns what is equal for two lines that are one item.
        """
        self._order = ORDERS[sort]
        self._fold = fold
        self._connection = apsw.Connection("")
        self._connection.execute(SETUP).fetchall()
        self._connection.set_progress_handler(is_cancelled, OPCODES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def add(self, rows: Iterable[FoundText]) -> None:
        """Take rows as they come.

        Texts are made one line each, and those of which nothing is left are dropped.
        """
        self._connection.executemany(ADD, _rows(_merge_counts(rows), self._fold))

    def merge(self, least: int, most: int | None) -> None:
        """Make the commonest of all spellings of a text; drop what is too rare or too common."""
        self._connection.execute(MERGE, {"least": least, "most": most})
        if self._connection.execute(HAS_SEVERAL).get:
            self._connection.executemany(SPELL, self._commonest_spellings())

    def _commonest_spellings(self) -> Iterator[tuple[str, int]]:
        # All of them are sorted before the first is given.
        spellings = self._connection.execute(SPELLINGS)
        for ordinal, of_one in groupby(spellings, key=itemgetter(0)):
            _, commonest = next(of_one)
            yield commonest, ordinal

    def merged_items(self) -> Iterator[Item]:
        """Yield each text once a place, as first met."""
        return self._items(READ + ORDERS[None])

    def keep(self, items: Iterable[Item]) -> None:
        """Take what is to be listed; may be read from ``merged_items`` meanwhile."""
        kept = ((item.place, self._fold(item.text), *item[1:]) for item in items)
        self._connection.executemany(KEEP, kept)

    def kept_items(self, limit: int | None, *, is_changed: bool) -> Iterator[Item]:
        """Yield what was kept, place by place, sorted, at most ``limit`` a place.

        ``is_changed``: texts were changed, and those that became the same as another by that are
        listed once.
        """
        query = LIST_CHANGED if is_changed else LIST
        return _limit_each_place(limit, self._items(query + self._order))

    def all_items(self, limit: int | None) -> Iterator[Item]:
        """Yield everything as ``kept_items`` does, without its having been kept."""
        if "same" in self._order:  # of a long text only the hash is there
            self.keep(self.merged_items())
            return self.kept_items(limit, is_changed=False)
        return _limit_each_place(limit, self._items(f"{READ}place, {self._order}"))

    def _items(self, query: str) -> Iterator[Item]:
        return map(Item._make, self._connection.execute(query))


def _limit_each_place(limit: int | None, items: Iterator[Item]) -> Iterator[Item]:
    if limit is None:
        return items
    places = groupby(items, key=attrgetter("place"))
    return chain.from_iterable(islice(of_place, limit) for _, of_place in places)


def _merge_counts(rows: Iterable[FoundText]) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield the rows' texts and counts, those that come again soon as one."""
    found: dict[tuple[str, str], int] = {}
    size = 0
    for place, text, times in rows:
        key = (place, text)
        if key in found:
            found[key] += times
            continue
        found[key] = times
        size += len(text) + OVERHEAD
        if size > WAITING:
            yield from found.items()
            found.clear()
            size = 0
    yield from found.items()


def _rows(
    counted: Iterable[tuple[tuple[str, str], int]], fold: Callable[[str], str]
) -> Iterator[tuple[str, str | bytes, int, int, str | None]]:
    """Yield the rows of ``found``. A text that is its own key is not written twice."""
    for (place, text), times in counted:
        line = one_line(text)
        if not line:
            continue
        same = fold(line)
        if len(same) > SHORT:
            yield place, blake2b(same.encode(), digest_size=16).digest(), hash(line), times, line
        elif same == line:
            yield place, same, 0, times, None
        else:
            yield place, same, hash(line), times, line
