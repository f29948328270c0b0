"""Whether there is a database to show, and which file it is.

The gallery may be started before the service has made one, and the file may be restored, salvaged
or upgraded while it is looked at.
"""

import sqlite3
import time
from pathlib import Path

from service.gallery.door import App, Receive, Scope, Send
from service.gallery.live_database import LiveDatabase, open_beside
from service.gallery.versions import Identity, identify
from service.store.schema import current

LOOK_S = 0.5
"""Seconds between two looks."""

ABSENT = "There is no database yet. `aiimagepipe run` or `all` makes it; this page waits for it."
OTHERS = "It belongs to another program. Set [database] path (or --db) to a file of its own."
OLDER = "It was made by an older version. `aiimagepipe run` or `all` upgrades it."
NEWER = "It was made by a newer version of this program. Install that version."
UNREADABLE = "It cannot be read"


class Arrival:
    """Watches the files of the images and the marks, with a connection of its own."""

    def __init__(self, database: LiveDatabase) -> None:
        self.path = Path(database.path)
        self._database = database
        self._files: Identity = ()
        self._connection: sqlite3.Connection | None = None
        self._next = 0.0
        self._fault = ABSENT

    def find_fault(self) -> str:
        """Return why there is nothing to be shown, in a sentence; '' where all is well."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + LOOK_S
            self._look()
        return self._fault

    def _look(self) -> None:
        files = identify(self.path)
        if files != self._files:
            self._files = files
            self.close()
            self._database.renew()
        if files[0] is None:
            self._fault = ABSENT
            return
        try:
            self._fault = self._compare_versions()
        except sqlite3.OperationalError as error:
            if self._fault:  # else it is only busy, and was sound a moment ago
                self._fault = f"{UNREADABLE} ({error})."
        except sqlite3.DatabaseError as error:
            self._fault = f"{UNREADABLE} ({error}). `aiimagepipe restore` puts a backup back."

    def _compare_versions(self) -> str:
        if self._connection is None:
            self._connection = open_beside(self.path)
            self._connection.execute("PRAGMA busy_timeout = 0")
        owner, schema = (
            int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("application_id", "user_version")
        )
        return _compare(owner, schema)

    def close(self) -> None:
        """Close the connection; the next look opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _compare(owner: int, schema: int) -> str:
    known = current()
    if owner != known.application_id:
        return OTHERS if owner or schema else ABSENT  # it is made in this moment
    if schema == known.version:
        return ""
    return OLDER if schema < known.version else NEWER


def await_database(app: App, page: App, arrival: Arrival) -> App:
    """Return the application, with another page in its place while there is no database."""

    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        is_needed = scope["type"] == "http" and not scope["path"].startswith("/static/")
        if is_needed and arrival.find_fault():
            await page(scope, receive, send)
        else:
            await app(scope, receive, send)

    return waiting
