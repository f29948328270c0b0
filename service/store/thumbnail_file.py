"""The file of small pictures beside the database: one WebP a content. Deleted, it is made anew."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import apsw
import orjson

from service.errors import TryAgainError
from service.store.sql import sql

BUSY_MS = 1_000

SCHEMA = "thumbnails"
"""The name under which DB Browser's project attaches it."""

ThumbnailRow = tuple[str, int | None, int | None, bytes | None, str]
"""SHA-256, width, height, WebP (None: it cannot be drawn), and when it was made."""


def thumbnails_beside(database: Path) -> Path:
    """Return where the small pictures of a database are."""
    return database.with_name(f"{database.stem}.thumbnails.db")


class ThumbnailFile:
    """The open file. Every method raises TryAgainError where it cannot be used now."""

    def __init__(self, connection: apsw.Connection, path: Path, most_bytes: int) -> None:
        self._connection = connection
        self._most_bytes = most_bytes
        self.path = path

    @classmethod
    def open(cls, path: Path, most_bytes: int) -> Self:
        """Return the file, made where there is none. It is full at so many bytes."""
        with _translate(path):
            connection = apsw.Connection(str(path))
            connection.set_busy_timeout(BUSY_MS)
            connection.pragma("journal_mode", "wal")
            connection.execute(sql("make_thumbnails"))
            return cls(connection, path, most_bytes)

    def lacking(self, hashes: Iterable[str]) -> set[str]:
        """Return the contents that have no row."""
        asked = orjson.dumps(list(hashes)).decode()
        with _translate(self.path):
            return {one for (one,) in self._connection.execute(sql("lacking_thumbnails"), (asked,))}

    def save(self, rows: Sequence[ThumbnailRow]) -> None:
        """Write small pictures, in one transaction."""
        with _translate(self.path), self._connection:
            self._connection.executemany(sql("save_thumbnail"), rows)

    def hashes(self, after: str, limit: int) -> list[str]:
        """Return the next contents, in their order."""
        with _translate(self.path):
            found = self._connection.execute(sql("thumbnail_hashes"), (after, limit))
            return [one for (one,) in found]

    def remove(self, hashes: Iterable[str]) -> None:
        """Delete small pictures."""
        asked = orjson.dumps(list(hashes)).decode()
        with _translate(self.path), self._connection:
            self._connection.execute(sql("remove_thumbnails"), (asked,))

    @property
    def is_full(self) -> bool:
        """Tell whether no more should be written."""
        with _translate(self.path):
            used = int(self._connection.execute(sql("thumbnail_pages")).get or 0)
            return used * int(self._connection.pragma("page_size")) >= self._most_bytes

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


@contextmanager
def _translate(path: Path) -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        raise TryAgainError(f"{path}: cannot be used now ({error})") from error
