"""Strings that repeat are stored once: text to id, with a bounded memory of those met lately."""

import hashlib
from collections.abc import Callable

import apsw

from service.store.binding import text
from service.store.sql import sql

REMEMBERED = 40_000
"""Strings a generation. Two generations of short strings cost about 10 MB each."""

SHORT = 200
"""Characters.

A longer text seldom repeats, and remembering it would keep whole workflows in memory.
"""


class Recent:
    """A bounded memory of ids.

    Two generations, the older of which is dropped when the newer is full.
    """

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}

    def get(self, string: str) -> int | None:
        """Return the id of a string met lately."""
        found = self._young.get(string)
        if found is None:
            found = self._old.get(string)
            if found is not None:
                self.put(string, found)
        return found

    def put(self, string: str, id_: int) -> None:
        """Remember an id, unless its string is long."""
        if len(string) > SHORT:
            return
        if len(self._young) >= self._size:
            self._old, self._young = self._young, {}
        self._young[string] = id_

    def clear(self) -> None:
        """Forget everything: after a rollback, ids given since its BEGIN are of nothing."""
        self._young.clear()
        self._old.clear()


class TermIds:
    """What is looked up by its text: tokens, keys, names, hashes."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._recent = Recent()
        self.forget = self._recent.clear

    def id_of(self, term: str) -> int:
        """Return the id of a term in its stored form, giving it one where it has none."""
        known = self._recent.get(term)
        if known is None:
            known = self._find_or_add(text(term))
            self._recent.put(term, known)
        return known

    def _find_or_add(self, term: str) -> int:
        row = self._connection.execute(sql("find_term"), (term,)).get
        if row is None:
            self._connection.execute(sql("add_term"), (term,))
            return self._connection.last_insert_rowid()
        return int(row)


def digest(long: str) -> int:
    """Return a text's BLAKE2b, its first 64 bits as a signed integer."""
    first = hashlib.blake2b(long.encode(), digest_size=8).digest()
    return int.from_bytes(first, "big", signed=True)


class TextIds:
    """What is only read back: values, sources, spellings."""

    def __init__(self, connection: apsw.Connection, hashed: Callable[[str], int] = digest) -> None:
        self._connection = connection
        self._hashed = hashed
        self._recent = Recent()
        self.forget = self._recent.clear

    def id_of(self, long: str) -> int:
        """Return the id of a text in its stored form, giving it one where it has none."""
        known = self._recent.get(long)
        if known is None:
            known = self._find_or_add(text(long))
            self._recent.put(long, known)
        return known

    def _find_or_add(self, long: str) -> int:
        hash_ = self._hashed(long)
        while (row := self._connection.execute(sql("find_text"), (hash_,)).fetchone()) is not None:
            id_, other = row
            if other == long:
                return int(id_)
            hash_ = _next(hash_)  # another text has this hash, so ours takes the next free number
        self._connection.execute(sql("add_text"), (hash_, long))
        return self._connection.last_insert_rowid()


def _next(hash_: int) -> int:
    return hash_ + 1 if hash_ < (1 << 63) - 1 else -(1 << 63)
