"""``images.db`` as Datasette reads it: beside its writer, with the user's marks, changing nothing."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from datasette.database import Database

from service.store.marks import SCHEMA, marks_beside
from service.store.search.query import FUNCTIONS
from service.store.sql import sql

BUSY_MS = 1_000

CACHE_KIB = 32_768


class LiveDatabase(Database):  # type: ignore[misc]
    """The database of the images; every connection of it also has the marks, as ``marks``."""

    def connect(self, write: bool = False) -> sqlite3.Connection:  # noqa: FBT001, FBT002  # Datasette's
        """Return a connection that only reads. Datasette keeps one a thread."""
        if write:
            raise sqlite3.OperationalError("the gallery never writes to the images' database")
        connection = sqlite3.connect(
            f"file:{_address(self.path)}?mode=ro", uri=True, check_same_thread=False
        )
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        for name, (function, arguments) in FUNCTIONS.items():
            connection.create_function(name, arguments, function, deterministic=True)
        _attach_marks(connection, marks_beside(Path(self.path)))
        connection.execute("PRAGMA query_only = ON")
        self._all_file_connections.append(connection)
        return connection


def _attach_marks(connection: sqlite3.Connection, marks: Path) -> None:
    if marks.is_file():
        connection.execute(sql("attach_marks"), (f"file:{_address(marks)}?mode=ro",))
    else:
        connection.execute(sql("make_marks").replace("CREATE TABLE", "CREATE TEMP TABLE", 1))


def _address(path: Path | str) -> str:
    return quote(str(Path(path).resolve()))
