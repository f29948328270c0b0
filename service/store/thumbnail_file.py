"""The file of small pictures beside the database: one WebP a content. Deleted, it is made anew."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import orjson

from service.errors import DatabaseReplacedError, TryAgainError
from service.store.connection import open_to_read
from service.store.identity import FileIdentity
from service.store.sql import sql

BUSY_MS = 1_000

SCHEMA = "thumbnails"
"""The name under which DB Browser's project attaches it."""

NAMES = {256: "thumbnail", 512: "large_thumbnail"}
"""Pixels of the longer side → what the statements call pictures of this size."""

CROWDED_OUT = 64
"""Pictures that make room for new ones at a time."""
MOST_TIMES = 64
"""For one writing: where somebody has set another bound, it is reached little by little."""

ThumbnailRow = tuple[str, int | None, int | None, bytes | None, str]
"""SHA-256, width, height, WebP (None: it cannot be drawn), and when it was made."""


def thumbnails_beside(database: Path) -> Path:
    """Return where the small pictures of a database are."""
    return database.with_name(f"{database.stem}.thumbnails.db")


class ThumbnailFile:
    """The open file. Every method raises TryAgainError where it cannot be used now."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        """Open it, made where there is none. It is full at so many bytes."""
        self._most_bytes = most_bytes
        self.path = path
        self._use_what_is_there()

    def _use_what_is_there(self) -> None:
        with _translate(self.path):
            self._connection = apsw.Connection(str(self.path))
            self._connection.set_busy_timeout(BUSY_MS)
            self._connection.pragma("journal_mode", "wal")
            for name in NAMES.values():
                self._connection.execute(sql(f"make_{name}s"))
            self._identity = FileIdentity.of(self.path)

    def reopen_if_replaced(self) -> bool:
        """Go on with the file that is at the path now; tell whether it is another one, or new."""
        try:
            self._identity.verify()
        except DatabaseReplacedError:
            self.close()
            self._use_what_is_there()
            return True
        return False

    def lacking(self, hashes: Iterable[str]) -> set[str]:
        """Return the contents that have no row."""
        asked = orjson.dumps(list(hashes)).decode()
        with _translate(self.path):
            return {one for (one,) in self._connection.execute(sql("lacking_thumbnails"), (asked,))}

    def find(self, sha256: str, edge: int) -> tuple[bytes | None] | None:
        """Return a picture: (None,) where it cannot be drawn, None where nothing is known."""
        with _translate(self.path):
            found: tuple[bytes | None] | None = self._connection.execute(
                sql(f"find_{NAMES[edge]}"), (sha256,)
            ).fetchone()
            return found

    def save(self, rows: Sequence[ThumbnailRow], edge: int = 256) -> None:
        """Write small pictures, in one transaction."""
        with _translate(self.path), self._connection:
            self._connection.executemany(sql(f"save_{NAMES[edge]}"), rows)

    def make_room(self) -> None:
        """Remove pictures where the file is full: the larger ones first, and of those any.

        Which ones costs nothing to know, and who pages through more than the file holds would find
        none of those again that were used longest ago.
        """
        for _ in range(MOST_TIMES):
            if not self.is_full or not any(map(self._crowd_out, reversed(NAMES.values()))):
                return

    def _crowd_out(self, name: str) -> bool:
        """Remove some pictures of a size; tell whether there was any."""
        statement = sql(f"crowd_out_{name}s")
        with _translate(self.path), self._connection:
            for start in (secrets.token_hex(32), ""):
                self._connection.execute(statement, (start, CROWDED_OUT))
                if self._connection.changes():
                    return True
        return False

    def hashes(self, after: str, limit: int) -> list[str]:
        """Return the next contents, in their order."""
        with _translate(self.path):
            found = self._connection.execute(sql("thumbnail_hashes"), (after, limit))
            return [one for (one,) in found]

    def remove(self, hashes: Iterable[str]) -> None:
        """Delete small pictures."""
        asked = orjson.dumps(list(hashes)).decode()
        with _translate(self.path), self._connection:
            for name in NAMES.values():
                self._connection.execute(sql(f"remove_{name}s"), (asked,))

    @property
    def is_full(self) -> bool:
        """Tell whether no more should be written."""
        with _translate(self.path):
            return _used_bytes(self._connection) >= self._most_bytes

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def read_size(path: Path) -> tuple[int, int] | None:
    """Return how many contents have a row, and how many bytes they take, of a file as it is.

    None where there is none that can be read.
    """
    if not path.is_file():
        return None
    try:
        with closing(open_to_read(path)) as connection:
            rows = int(connection.execute(sql("count_thumbnails")).get or 0)
            return rows, _used_bytes(connection)
    except apsw.Error:
        return None


def _used_bytes(connection: apsw.Connection) -> int:
    used = int(connection.execute(sql("thumbnail_pages")).get or 0)
    return used * int(connection.pragma("page_size"))


@contextmanager
def _translate(path: Path) -> Iterator[None]:
    try:
        yield
    except (apsw.Error, OSError) as error:
        raise TryAgainError(f"{path}: cannot be used now ({error})") from error
