"""What every page asks: which images a search finds, in which order."""

import asyncio
import sqlite3
import time
from array import array
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from service.gallery.live_database import check_marks
from service.gallery.orders import NEWEST, check_order, put_in_order
from service.gallery.versions import Versions
from service.store.search.query import Search

Found = TypeVar("Found")

KEPT = 1_000_000
"""Images of all answers that are kept, which take 8 MB. The newest is kept whatever it has."""

FIRST_S = 0.1
"""Seconds of the processor for the first images of a search, before all of them are looked for.
Where few images meet it, all are found as soon."""

OPCODES = 2_000
"""Steps of SQLite's machine between two looks at the clock; some hundredths of a millisecond."""

PATIENCE, MOST_PATIENCE_S = 20, 3.0
"""How many times as long as it took an answer is new enough for who only looks whether anything
has changed, but no longer than so many seconds: that takes a twentieth of a processor, however fast
the service writes."""


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
    good_until: float = 0.0
    """Until when it does for who only looks whether anything has changed."""
    is_whole: bool = True


class Answers:
    """Answers, kept as long as nobody writes to the database."""

    def __init__(
        self,
        ask: Asking,
        database: Path,
        versions: Versions,
    ) -> None:
        self._ask = ask
        self._database = database
        self._versions = versions
        self._kept: OrderedDict[tuple[Asked, int], Answer] = OrderedDict()
        self._latest: dict[Asked, Answer] = {}
        self._asking: dict[tuple[Asked, int], asyncio.Task[Answer]] = {}
        self.slow = asyncio.Semaphore(1)
        """Whoever asks for what may take a second holds it meanwhile: another thread is left to
        those who ask for the first images."""

    async def find(self, asked: Asked) -> Answer:
        """Return the images of a search. Raises StartError that names the wrong word."""
        version = self._versions.current()
        known = self.kept(asked, version)
        if known is not None:
            return known
        key = (asked, version)
        if key not in self._asking:
            self._asking[key] = asyncio.ensure_future(self._find(asked, version))
        # Whoever goes away does not take the answer from the others that wait for it.
        return await asyncio.shield(self._asking[key])

    async def find_first(self, asked: Asked, count: int) -> Answer | None:
        """Return the first images of a search alone, where that is quicker than to find all.

        ``is_whole`` tells whether they are all. Raises StartError as ``find``.
        """
        version = self._versions.current()
        known = self.kept(asked, version)
        if known is not None or asked.order != NEWEST:
            return known
        ids = await self._ask(lambda connection: self._look_first(connection, asked, count))
        if ids is None:
            return None
        return Answer(ids, version, is_whole=len(ids) < count)

    async def find_lately(self, asked: Asked) -> Answer:
        """Return the images of a search as they were a moment ago, or are now."""
        latest = self._latest.get(asked)
        if latest is not None and time.monotonic() < latest.good_until:
            return latest
        return await self.find(asked)

    def kept(self, asked: Asked, version: int) -> Answer | None:
        """Return an answer that was given before, where it is kept."""
        known = self._kept.get((asked, version))
        if known is not None:
            self._kept.move_to_end((asked, version))
        return known

    async def _find(self, asked: Asked, version: int) -> Answer:
        began = time.monotonic()
        try:
            every = self.kept(Asked("", asked.order), version)
            known = every.ids if every else ()
            async with self.slow:
                ids = await self._ask(lambda connection: self._look(connection, asked, known))
        finally:
            del self._asking[asked, version]
        now = time.monotonic()
        answer = Answer(ids, version, now + min(MOST_PATIENCE_S, PATIENCE * (now - began)))
        self._kept[asked, version] = self._latest[asked] = answer
        self._forget()
        return answer

    def _forget(self) -> None:
        images = sum(len(answer.ids) + 1 for answer in self._kept.values())
        while images > KEPT and len(self._kept) > 1:
            (asked, _), answer = self._kept.popitem(last=False)
            images -= len(answer.ids) + 1
            if self._latest.get(asked) is answer:
                del self._latest[asked]

    def _look(
        self, connection: sqlite3.Connection, asked: Asked, known: Sequence[int]
    ) -> "array[int]":
        order = check_order(asked.order)
        found = self._search(connection).ids(asked.line) if asked.line else None
        return put_in_order(connection, order, found, known)

    def _look_first(
        self, connection: sqlite3.Connection, asked: Asked, count: int
    ) -> "array[int] | None":
        end = time.thread_time() + FIRST_S
        connection.set_progress_handler(lambda: time.thread_time() > end, OPCODES)
        try:
            return array("q", self._search(connection).recent(asked.line, count))
        except sqlite3.OperationalError:  # the time is over, or SQLite cannot look for it at all
            return None
        finally:
            connection.set_progress_handler(None, OPCODES)

    def _search(self, connection: sqlite3.Connection) -> Search:
        return Search(connection, self._database, lambda: check_marks(connection, self._database))


LONGEST_NUMBER = 18
"""Digits that SQLite's integers surely hold."""


def is_number(text: str) -> bool:
    """Tell whether a part of an address is a number that the database can be asked for."""
    return text.isdecimal() and len(text) <= LONGEST_NUMBER


def read_ids(text: str | None) -> list[int]:
    """Return the ids that an address has between commas; what is none of them is passed over."""
    return [int(one) for one in (text or "").split(",") if is_number(one)]


def read_asked(arguments: Any) -> Asked:
    """Return what the query part of an address asks (``request.args``)."""
    return Asked((arguments.get("q") or "").strip(), arguments.get("sort") or NEWEST)
