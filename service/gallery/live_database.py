"""``images.db`` as Datasette reads it: beside its writer, with the marks, changing nothing."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from datasette.database import Database, connections

from service.gallery.versions import Identity, identify
from service.store.marks import marks_beside
from service.store.search.query import FUNCTIONS
from service.store.sql import sql

BUSY_MS = 1_000

CACHE_KIB = 32_768


class LiveDatabase(Database):  # type: ignore[misc]
    """The database of the images; every connection of it also has the marks, as ``marks``."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._identities: dict[sqlite3.Connection, Identity] = {}
        self.marks_fault = ""
        """Why the user's marks cannot be read; '' where they can."""

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], Any]) -> Any:
        """Return what a question returns of a connection to the files that are there now."""

        def ask(connection: sqlite3.Connection) -> Any:
            return fn(self._renewed(connection))

        return await super().execute_fn(ask)

    def _renewed(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """Return another connection where the database, or the marks, are another file."""
        if self._identities.get(connection) == identify(Path(self.path)):
            return connection
        renewed = self.connect()
        self.ds._prepare_connection(renewed, self.name)  # noqa: SLF001  # as Datasette does
        setattr(connections, self.name, renewed)
        self._identities.pop(connection, None)
        if connection in self._all_file_connections:
            self._all_file_connections.remove(connection)
        connection.close()
        return renewed

    def connect(self, write: bool = False) -> sqlite3.Connection:  # noqa: FBT001, FBT002  # Datasette's
        """Return a connection that only reads. Datasette keeps one a thread."""
        if write:
            raise sqlite3.OperationalError("the gallery never writes to the images' database")
        identity = identify(Path(self.path))
        connection = sqlite3.connect(
            f"file:{_address(self.path)}?mode=ro", uri=True, check_same_thread=False
        )
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        for name, (function, arguments) in FUNCTIONS.items():
            connection.create_function(name, arguments, function, deterministic=True)
        self._attach_marks(connection)
        connection.execute("PRAGMA query_only = ON")
        self._all_file_connections.append(connection)
        self._identities[connection] = identity
        return connection

    def _attach_marks(self, connection: sqlite3.Connection) -> None:
        """Let the table ``marks`` be read; it is empty where it cannot be."""
        marks = marks_beside(Path(self.path))
        self.marks_fault = ""
        if marks.is_file():
            try:
                connection.execute(sql("attach_marks"), (f"file:{_address(marks)}?mode=ro",))
                connection.execute(sql("any_mark")).fetchall()
            except sqlite3.Error as error:
                self.marks_fault = f"{marks}: your marks cannot be read ({error})"
            else:
                return
        connection.execute(sql("make_marks").replace("CREATE TABLE", "CREATE TEMP TABLE", 1))


def _address(path: Path | str) -> str:
    return quote(str(Path(path).resolve()))
