"""``marks.db`` as the gallery writes it: short transactions, beside whoever else has it open.

It is a file of its own in a thread of its own, so nobody who looks at pictures waits for it.
"""

import asyncio
import re
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from service.errors import StartError, TryAgainError
from service.light_dataclasses import dataclass
from service.store.marks import COLUMNS, marks_beside
from service.store.sql import sql, statements

BUSY_S = 3.0
"""Seconds to wait for another program's transaction. DB Browser's lasts until Write Changes."""

UNDONE = 200_000
"""Former marks that are remembered, so that what was done by mistake can be undone."""

_BETWEEN_TAGS = re.compile(r"[,\n]")


class Content(NamedTuple):
    """What a mark belongs to."""

    sha256: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a mark. What is not in ``values`` stays as it is."""

    values: Mapping[str, Any]
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()

    def applied(self, mark: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return a mark, or that of a content without one, as it is afterwards."""
        new = {**dict.fromkeys(COLUMNS), **(mark or {}), **self.values}
        if self.add_tags or self.remove_tags:
            new["tags"] = ", ".join(self._tags(split_tags(new["tags"]))) or None
        return new

    def _tags(self, tags: Iterable[str]) -> Iterable[str]:
        unwanted = {tag.casefold() for tag in self.remove_tags}
        different: dict[str, str] = {}
        for tag in (*tags, *self.add_tags):
            if tag.casefold() not in unwanted:
                different.setdefault(tag.casefold(), tag)
        return different.values()


def split_tags(tags: object) -> list[str]:
    """Return the tags of a mark, which are between commas, or on lines."""
    parts = _BETWEEN_TAGS.split(tags) if isinstance(tags, str) else []
    return [part.strip() for part in parts if part.strip()]


Former = dict[Content, dict[str, Any] | None]
"""Marks as they were; None where there was none."""


class MarkFile:
    """The user's marks beside one database. The file is made where there is none."""

    def __init__(self, database: Path) -> None:
        self._path = marks_beside(database)
        self._thread = ThreadPoolExecutor(1, "marks")
        self._former: OrderedDict[int, Former] = OrderedDict()
        self._number = 0

    async def change(self, contents: Iterable[Content], change: Change) -> int:
        """Change the marks of contents, all or none; return what ``undo`` takes.

        Raises TryAgainError while another program is writing, StartError where it cannot be done.
        """

        def write(connection: sqlite3.Connection) -> Former:
            former = _read(connection, contents)
            for content, mark in former.items():
                _write(connection, content, change.applied(mark))
            return former

        return self._remember(await self._run(write))

    async def undo(self, number: int) -> list[Content]:
        """Write marks as they were before a change; return what they belong to.

        Raises as ``change``, and StartError where it is too long ago.
        """
        former = self._former.get(number)
        if former is None:
            raise StartError("undo: this is too long ago; change the marks as they were")

        def write(connection: sqlite3.Connection) -> Former:
            for content, mark in former.items():
                _write(connection, content, mark)
            return {}

        await self._run(write)
        self._former.pop(number, None)
        return list(former)

    def _remember(self, former: Former) -> int:
        self._number += 1
        self._former[self._number] = former
        while sum(map(len, self._former.values())) > UNDONE and len(self._former) > 1:
            self._former.popitem(last=False)
        return self._number

    async def _run(self, write: Callable[[sqlite3.Connection], Former]) -> Former:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._transact, write)

    def _transact(self, write: Callable[[sqlite3.Connection], Former]) -> Former:
        try:
            with closing(sqlite3.connect(self._path, BUSY_S, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(sql("make_marks"))
                done = write(connection)
                connection.execute("COMMIT")
                return done
        except sqlite3.Error as error:
            raise _refusal(self._path, error) from error


def _refusal(path: Path, error: sqlite3.Error) -> TryAgainError | StartError:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return TryAgainError(
            f"{path.name}: another program is writing your marks; nothing was changed. Press Write "
            "Changes there (DB Browser), then try again"
        )
    return StartError(
        f"{path}: your marks cannot be written ({error}); nothing was changed. Is the folder "
        "writable, and is there room on the disk?"
    )


def _read(connection: sqlite3.Connection, contents: Iterable[Content]) -> Former:
    by_hash = {content.sha256: content for content in contents}
    former: Former = dict.fromkeys(by_hash.values())
    asked = {"contents": orjson.dumps(list(by_hash)).decode()}
    for sha256, *values in connection.execute(statements("gallery.sql")["marks_of"], asked):
        former[by_hash[sha256]] = dict(zip(COLUMNS, values, strict=True))
    return former


def _write(
    connection: sqlite3.Connection, content: Content, mark: Mapping[str, Any] | None
) -> None:
    texts = statements("gallery.sql")
    if mark is None:
        connection.execute(texts["drop_mark"], {"sha256": content.sha256})
    else:
        connection.execute(texts["put_mark"], {**mark, **content._asdict()})
