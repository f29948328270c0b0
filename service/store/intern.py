"""Strings that repeat are stored once: text to id, with a bounded memory of those met lately."""

import hashlib
from collections.abc import Callable
from typing import Any

import apsw

from service.errors import RowRefusedError
from service.records.model_names import name_norm
from service.store.binding import text
from service.store.sql import sql

REMEMBERED = 40_000
"""Strings a generation. Two generations of short strings cost about 10 MB each."""

SHORT = 200
"""Characters.

A longer text seldom repeats, and remembering it would keep whole workflows in memory.
"""


class RecentIds(dict[str, int]):
    """String → id: like a dict of everything stored, which remembers what it was asked lately.

    Two generations, the older of which is dropped when the newer is full. A dict, so that what is
    remembered (nearly everything) costs a lookup and no call.
    """

    def __init__(self, find_or_add: Callable[[str], int], size: int = REMEMBERED) -> None:
        super().__init__()
        self._find_or_add = find_or_add
        self._size = size
        self._older: dict[str, int] = {}

    def __missing__(self, string: str) -> int:
        """Return the id of a string, giving it one where it has none; remember it, if short."""
        found = self._older.get(string)
        if found is None:
            found = self._find_or_add(string)
        if len(string) <= SHORT:
            if len(self) >= self._size:
                self._older = dict(self)
                super().clear()
            self[string] = found
        return found

    def clear(self) -> None:
        """Forget everything: after a rollback, ids given since its BEGIN are of nothing."""
        super().clear()
        self._older = {}


def term_ids(connection: apsw.Connection) -> RecentIds:
    """Return the ids of what is looked up by its text: tokens, keys, names, hashes."""

    def find_or_add(string: str) -> int:
        term = text(string)
        connection.execute(sql("add_term"), (term,))
        if connection.changes():
            return connection.last_insert_rowid()
        return int(_find(connection, "find_term", term))

    return RecentIds(find_or_add)


def norm_ids(terms: RecentIds) -> RecentIds:
    """Return the ids of the names under which models are counted, by what images call them."""
    return RecentIds(lambda label: terms[name_norm(label)])


def digest(long: str) -> int:
    """Return a text's BLAKE2b, its first 64 bits as a signed integer."""
    first = hashlib.blake2b(long.encode(), digest_size=8).digest()
    return int.from_bytes(first, "big", signed=True)


def text_ids(connection: apsw.Connection, hashed: Callable[[str], int] = digest) -> RecentIds:
    """Return the ids of what is only read back: values, sources, spellings."""

    def find_or_add(string: str) -> int:
        long = text(string)
        hash_ = hashed(long)
        while not connection.execute(sql("add_text"), (hash_, long)).connection.changes():
            id_, other = _find(connection, "find_text", hash_)
            if other == long:
                return int(id_)
            hash_ = _next(hash_)  # another text has this hash, so ours takes the next free number
        return connection.last_insert_rowid()

    return RecentIds(find_or_add)


def _find(connection: apsw.Connection, name: str, by: str | int) -> Any:
    """Return what is stored: it was not added, since it is there, or since a trigger ignores it."""
    found = connection.execute(sql(name), (by,)).get
    if found is None:
        raise RowRefusedError("a trigger in the database: a text was ignored")
    return found


def _next(hash_: int) -> int:
    return hash_ + 1 if hash_ < (1 << 63) - 1 else -(1 << 63)
