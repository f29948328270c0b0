"""``images.db`` as Datasette reads it: beside its writer, with the user's marks, changing nothing.

Every connection is guarded as the SQL of exports is (``store/user_query.py``): it reads, calls
harmless functions, and makes nothing larger than its limits.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted, Results

from service.errors import StartError
from service.store import user_query
from service.store.marks import SCHEMA, marks_beside
from service.store.search.query import FUNCTIONS
from service.store.sql import sql

Found = TypeVar("Found")

BUSY_MS = 1_000

CACHE_KIB = 16_384

OWN_SECONDS = 30.0
"""How long a question of our own pages may take; a typed one has Datasette's limit."""

MOST_BYTES = 64_000_000
"""Of the texts and blobs of one answer."""

READING = frozenset({"data_version", "database_list", "schema_version"})
"""Pragmas that read as long as they have no argument."""

DESCRIBING = frozenset(
    "foreign_key_list index_info index_list index_xinfo table_info table_list table_xinfo".split()
)
"""Pragmas whose argument is what they describe. Datasette asks them."""

LIKE_PATTERN = sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH


class _Reader:
    """A thread's connection, and whether it is in use."""

    def __init__(self, connection: sqlite3.Connection, generation: int) -> None:
        self.connection = connection
        self.generation = generation
        self.lock = threading.Lock()

    def close_if_idle(self) -> bool:
        """Close it unless a question is being answered; tell whether it is closed."""
        if not self.lock.acquire(blocking=False):
            return False
        try:
            self.connection.close()
        finally:
            self.lock.release()
        return True


class LiveDatabase(Database):  # type: ignore[misc]
    """The database of the images; every connection of it also has the marks, as ``marks``."""

    def __init__(self, datasette: Datasette, path: Path) -> None:
        super().__init__(datasette, path=str(path))
        self._generation = 0
        self._of_thread = threading.local()
        self._readers: list[_Reader] = []

    def connect(self, write: bool = False) -> sqlite3.Connection:  # noqa: FBT001, FBT002  # Datasette's
        """Return a connection that only reads."""
        if write:
            raise sqlite3.OperationalError("the gallery never writes to the images' database")
        connection = open_beside(Path(self.path))
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self.ds._prepare_connection(connection, self.name)  # noqa: SLF001  # as Datasette's own do
        _guard(connection)
        return connection

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], Found]) -> Found:
        """Return what a question returns of a thread's connection."""
        return await self._in_thread(fn, OWN_SECONDS)

    async def execute(  # noqa: PLR0917  # as Datasette calls it
        self,
        sql: str,
        params: Mapping[str, object] | Sequence[object] | None = None,
        truncate: bool = False,  # noqa: FBT001, FBT002  # Datasette's
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = True,  # noqa: ARG002, FBT001, FBT002
    ) -> Results:
        """Return the rows of a statement that somebody typed, or Datasette made of an address."""
        milliseconds = min(
            custom_time_limit or self.ds.sql_time_limit_ms, self.ds.sql_time_limit_ms
        )
        seconds = milliseconds / 1000
        most = self.ds.max_returned_rows + (self.ds.max_returned_rows == page_size)

        def ask(connection: sqlite3.Connection) -> Results:
            kept = connection.setlimit(LIKE_PATTERN, user_query.LIMITS[LIKE_PATTERN])
            try:
                with user_query.interrupting(connection, seconds):
                    cursor = connection.execute(sql, {} if params is None else params)
                    rows, is_cut = _fetch(cursor, most if truncate else None)
                return Results(rows, is_cut, cursor.description)
            except sqlite3.OperationalError as error:
                if str(error) == "interrupted":
                    raise QueryInterrupted(error, sql, params) from error
                raise
            finally:
                connection.setlimit(LIKE_PATTERN, kept)

        return await self._in_thread(ask, seconds)

    async def attached_databases(self) -> list[object]:
        """Return what Datasette says is attached: the marks are told of on our own pages."""
        return []

    async def _in_thread(
        self, question: Callable[[sqlite3.Connection], Found], seconds: float
    ) -> Found:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.ds.executor, self._ask, question, seconds)

    def _ask(self, question: Callable[[sqlite3.Connection], Found], seconds: float) -> Found:
        while True:
            reader = self._own_reader()
            with reader.lock:
                if reader.generation != self._generation:
                    continue  # the file was replaced meanwhile, and the connection closed
                _bound(reader.connection, seconds)
                return question(reader.connection)

    def _own_reader(self) -> _Reader:
        """Return this thread's connection to the file that is there now."""
        reader: _Reader | None = getattr(self._of_thread, "reader", None)
        if reader is None or reader.generation != self._generation:
            if reader is not None:
                reader.connection.close()
            generation = self._generation
            reader = _Reader(self.connect(), generation)
            self._of_thread.reader = reader
            self._readers.append(reader)
        return reader

    def renew(self) -> None:
        """Forget all connections: another file is there, or none. Those in use end first."""
        self._generation += 1
        self._readers = [one for one in self._readers if not one.close_if_idle()]

    def close(self) -> None:
        """End what is being asked, and close all connections."""
        for reader in self._readers:
            reader.connection.interrupt()
        self.renew()


def open_beside(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads the images, and the marks beside them."""
    connection = sqlite3.connect(f"{_address(path)}?mode=ro", uri=True, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        _attach_marks(connection, marks_beside(path))
        connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def has_marks(connection: sqlite3.Connection) -> bool:
    """Tell whether the file of the marks is attached."""
    return any(name == SCHEMA for _, name, _ in connection.execute("PRAGMA database_list"))


def check_marks(connection: sqlite3.Connection, database: Path) -> None:
    """Raise StartError where there is a file of marks that could not be attached."""
    marks = marks_beside(database)
    if not has_marks(connection) and marks.is_file() and marks.stat().st_size:
        raise StartError(
            f"{marks}: your marks cannot be read; put back a copy of it from the backups, or move "
            "it away, and a new one is made"
        )


def _attach_marks(connection: sqlite3.Connection, marks: Path) -> None:
    """Attach the marks, or an empty table where there are none that can be read."""
    try:
        if marks.is_file():
            connection.execute(sql("attach_marks"), (f"{_address(marks)}?mode=ro",))
            connection.execute(sql("any_mark")).fetchall()
            return
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise
        if has_marks(connection):
            connection.execute(f"DETACH {SCHEMA}")
    connection.execute(sql("make_marks").replace("CREATE TABLE", "CREATE TEMP TABLE", 1))


def _address(path: Path) -> str:
    return f"file:{quote(str(path.resolve()))}"


def _guard(connection: sqlite3.Connection) -> None:
    for name, (function, arguments) in {**FUNCTIONS, **user_query.FUNCTIONS}.items():
        connection.create_function(name, arguments, function, deterministic=True)
    for limit, value in user_query.LIMITS.items():
        if limit != LIKE_PATTERN:  # our own searches look for long names, too
            connection.setlimit(limit, value)
    connection.set_authorizer(_is_allowed)


def _bound(connection: sqlite3.Connection, seconds: float) -> None:
    """Let what is asked from now on be interrupted after so many seconds."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, user_query.OPCODES)


def _is_allowed(
    action: int, one: str | None, two: str | None, database: str | None, inner: str | None
) -> int:
    if (action, one) == (sqlite3.SQLITE_UPDATE, "sqlite_master"):
        # What SQLite before 3.41 asks when it takes up a virtual table; it refuses a real one.
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        is_reading = one in DESCRIBING or (one in READING and two is None)
        return sqlite3.SQLITE_OK if is_reading else sqlite3.SQLITE_DENY
    return user_query.is_allowed(action, one, two, database, inner)


def _fetch(cursor: sqlite3.Cursor, most: int | None) -> tuple[list[Any], bool]:
    """Return the rows, at most so many, and whether there are more."""
    rows: list[Any] = []
    size = 0
    for row in cursor:
        if len(rows) == most:
            cursor.close()
            return rows, True
        size += sum(len(value) for value in row if isinstance(value, str | bytes))
        if size > MOST_BYTES:
            cursor.close()
            raise sqlite3.OperationalError(f"the answer has more than {MOST_BYTES:,} bytes")
        rows.append(row)
    return rows, False
