"""Which version of the database it is: a number that rises with whatever is written to it.

``PRAGMA data_version`` differs from connection to connection, so one connection watches, and asks
nothing else.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from service.store.marks import marks_beside

Identity = tuple[tuple[int, int, bool] | None, ...]
"""Device, inode, and whether there is anything in the file: an empty one is still being made."""


def identify(database: Path) -> Identity:
    """Return which files the database and its marks are now; None stands for one that is away."""
    return tuple(map(_file_of, (database, marks_beside(database))))


def _file_of(path: Path) -> tuple[int, int, bool] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size > 0


class Versions:
    """Tells of each change of one database, and of the user's marks."""

    def __init__(
        self,
        database: Path,
        connect: Callable[[], sqlite3.Connection],
        renew: Callable[[], None] = lambda: None,
    ) -> None:
        """``renew`` is called when other files are there: answers are to be of these."""
        self._database = database
        self._connect = connect
        self._renew = renew
        self._connection: sqlite3.Connection | None = None
        self._identity: Identity = ()
        self._seen: list[int] = []
        # Not from 1, so that a page that outlives its server is not told that nothing has changed.
        self._version = time.time_ns() // 1_000_000

    def current(self) -> int:
        """Return the number of now. It takes some microseconds."""
        with suppress(sqlite3.Error):  # marks that another program is writing at this moment
            self._look()
        return self._version

    def _look(self) -> None:
        identity = identify(self._database)
        if self._connection is None or identity != self._identity:
            if self._connection is not None:
                self._connection.close()
                self._renew()
            self._connection = self._connect()
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._identity, self._seen = identity, []
        seen = []
        for name in self._schemas():
            seen += self._connection.execute(f"PRAGMA {name}.data_version").fetchone()
        if seen != self._seen:
            self._seen = seen
            self._version += 1

    def _schemas(self) -> list[str]:
        if self._connection is None:
            return []
        rows = self._connection.execute("PRAGMA database_list")
        return [name for _, name, _ in rows if name in {"main", "marks"}]
