"""What every page asks: which images a search finds, in which order."""

import sqlite3
from array import array
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from service.store.search.query import Search

Found = TypeVar("Found")

KEPT = 8
"""Answers that are kept; one of a million images takes 8 MB."""

NEWEST = "newest"


class Asking(Protocol):
    """Puts a question to the images' database, in a thread that has a connection."""

    def __call__(self, question: Callable[[sqlite3.Connection], Found]) -> Awaitable[Found]:
        """Return what the question returns of the connection."""
        ...


class Asked(NamedTuple):
    """A search and an order, as the address of a page states them (``q`` and ``sort``)."""

    line: str
    """As in ``aiimagepipe search``; '' is everything."""
    order: str = NEWEST


class Answer(NamedTuple):
    """The images of a search."""

    ids: Sequence[int]
    version: int
    """Of the database, when it was asked."""


class Answers:
    """Answers, kept as long as nobody writes to the database."""

    def __init__(self, ask: Asking, database: Path) -> None:
        self._ask = ask
        self._database = database
        self._kept: OrderedDict[tuple[Asked, int], Answer] = OrderedDict()

    async def find(self, asked: Asked) -> Answer:
        """Return the images of a search. Raises StartError that names the wrong word."""
        version = await self._ask(_version)
        known = self._kept.get((asked, version))
        if known is not None:
            self._kept.move_to_end((asked, version))
            return known
        answer = Answer(await self._ask(lambda c: self._look(c, asked)), version)
        self._kept[asked, version] = answer
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return answer

    def _look(self, connection: sqlite3.Connection, asked: Asked) -> Sequence[int]:
        search = Search(connection, self._database)
        return array("q", search.ids(asked.line) if asked.line.strip() else _all(connection))


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _all(connection: sqlite3.Connection) -> list[int]:
    rows = connection.execute("SELECT id FROM images WHERE missing_since IS NULL ORDER BY id DESC")
    return [image_id for (image_id,) in rows]


def read_asked(arguments: Any) -> Asked:
    """Return what the query part of an address asks (``request.args``)."""
    return Asked(arguments.get("q") or "", arguments.get("sort") or NEWEST)
