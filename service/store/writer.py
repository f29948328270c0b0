"""The store as the worker holds it: one writer, one transaction a batch."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Self

import apsw

from service.errors import RowRefusedError
from service.records import ImageRows, WatchedFile
from service.store import export_states, failures, file_rows, status, volumes
from service.store.binding import as_json
from service.store.characters import add_characters
from service.store.connection import Checkpointer, open_writer
from service.store.database_reader import SCRUB, DatabaseReader
from service.store.failures import Failure
from service.store.identity import FileIdentity
from service.store.images_row import Bound
from service.store.locks import Waiting, immediate
from service.store.long_tables import TABLES, LongTables
from service.store.many_rows import write_rows
from service.store.model_writer import ModelWriter
from service.store.packed_image import PackedImage, pack_image
from service.store.requests import RequestBook
from service.store.root_writer import RootWriter
from service.store.schema import Schema
from service.store.sql import parameters, sql
from service.store.status import RootStatus, ServiceStatus

_IMAGE = itemgetter(*parameters("save_image")[2:])
"""The values of an image's row in the statement's order, behind both times."""


class Store(DatabaseReader):
    """The database, open for writing.

    One thread owns it; a second writer would only ever wait for the first.
    """

    def __init__(self, connection: apsw.Connection, path: Path, clock: Callable[[], float]) -> None:
        super().__init__(connection, path)
        self._clock = clock
        self._use(connection)

    def _use(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._identity = FileIdentity.of(self.path)
        self._waiting = Waiting(self.path, self._clock)
        self._long_tables = LongTables(connection)
        self._checkpointer = Checkpointer(connection)
        self.is_open = True
        """False while it is closed, also after a ``reopen`` that failed."""

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        schema: Schema | None = None,
    ) -> Self:
        """Return the store, its database created or upgraded.

        Raises StartError, whose message says what to do, and TryAgainError where another program
        holds the database.
        """
        return cls(open_writer(path, schema), path, clock)

    def reopen(self) -> None:
        """Go on with the file that is at the database's path now; all that share this store do so.

        Raises what ``open`` raises; the store is closed then, and may be reopened again.
        """
        # First closed, then opened: both would share one file beside the path (images.db-shm),
        # which a new connection empties under the feet of the old one.
        self.close()
        self._use(open_writer(self.path))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a piece of work whose rows appear together or not at all.

        Raises DatabaseBusyError or another TryAgainError where it cannot be done now, and
        DatabaseReplacedError; nothing of it is then in the database.
        """
        self._identity.verify()
        try:
            with self._waiting.translate_errors(), immediate(self._connection):
                yield
                self._identity.verify()
        except BaseException:
            self._long_tables.forget()
            raise

    def save(
        self,
        images: Sequence[ImageRows | PackedImage],
        *,
        now: str,
        failed: Sequence[Failure] = (),
        from_disk: bool = True,
    ) -> list[int]:
        """Write a batch in one transaction; return the images' ids in order.

        ``from_disk`` False means that the rows were made again from the stored records: these then
        stay as they are, and so does the images' state. Failures of saved files are forgotten.
        Times are ``2026-01-31T23:59:59Z``.
        """
        packed = [one if isinstance(one, PackedImage) else pack_image(one) for one in images]
        names = [str(one.image["stable_id"]) for one in packed]
        last = dict(zip(names, packed, strict=True))
        with self.transaction():
            ids = self._save_wide(last, now, from_disk=from_disk)
            saved = [(ids[name], one) for name, one in last.items()]
            for image_id, one in saved:
                self._long_tables.add(image_id, one)
            self._long_tables.write()
            add_characters(self._connection, map(_prompts, saved))
            if from_disk:
                records: list[Bound] = []
                for image_id, one in saved:
                    records += (image_id, one.record)
                write_rows(self._connection, "keep_raw_record", records)
            failures.record(self._connection, failed, now)
        return [ids[name] for name in names]

    def _save_wide(
        self, images: Mapping[str, PackedImage], now: str, *, from_disk: bool
    ) -> dict[str, int]:
        """Write the wide rows, remove what the images had else, and return their ids by name."""
        connection = self._connection
        ids: dict[str, int] = dict(connection.execute(sql("find_images"), (as_json(images),)))
        known = list(ids.values())
        values: list[Bound] = []
        for one in images.values():
            values += (now, now, *_IMAGE(one.image))
        if write_rows(connection, "save_image", values) < len(images):
            raise RowRefusedError("a trigger in the database: the image's row was ignored")
        if known:
            for table in TABLES:
                connection.executemany(sql(f"drop_{table}"), zip(known))
            if from_disk:
                connection.execute(sql("found_again"), (as_json(known),))
        if len(known) < len(images):
            ids.update(connection.execute(sql("find_images"), (as_json(images),)))
        if len(ids) < len(images):
            raise RowRefusedError("a trigger in the database: an image's row was taken away")
        written = as_json(ids.values())
        connection.execute(sql("note_repeated"), (written,))
        connection.execute(sql("drop_failures_of"), (written,))
        return ids

    def save_unreadable(self, failed: Sequence[Failure], *, now: str) -> None:
        """Write failures alone. Those with size and mtime_ns get a row of status ``unreadable``."""
        self.save((), now=now, failed=failed)

    def mark_missing(self, root: str, paths: Iterable[str], now: str) -> list[str]:
        """Mark files as missing; return which were present until now."""
        with self.transaction():
            return file_rows.mark_missing(self._connection, root, paths, now)

    def mark_present(self, root: str, paths: Iterable[str]) -> int:
        """Mark files as present; return how many were missing until now."""
        with self.transaction():
            return file_rows.mark_present(self._connection, root, paths)

    def relocate(self, image_id: int, root: str, path: str, size: int, mtime_ns: int) -> None:
        """Give an image that moved its new place.

        It keeps its id; a row of the file it replaced is removed.
        """
        with self.transaction():
            file = WatchedFile(root=root, path=path, size=size, mtime_ns=mtime_ns)
            file_rows.relocate(self._connection, image_id, file)

    def set_scrub_position(self, image_id: int) -> None:
        """Note up to which image contents were compared again."""
        with self.transaction():
            self._connection.execute(sql("set_switch"), (SCRUB, str(image_id)))

    def heartbeat(self, state: ServiceStatus) -> None:
        """Write what the service is doing."""
        with self.transaction():
            status.heartbeat(self._connection, state)

    def set_root(self, root: RootStatus) -> None:
        """Write whether a watched folder is there."""
        with self.transaction():
            status.set_root(self._connection, root)

    def learn_volume(self, root: str, folder: str, marker: str, now: str) -> None:
        """Keep the name in the marker of a root ('' as its folder), or of a mount below it."""
        with self.transaction():
            volumes.learn_volume(self._connection, root, folder, marker, now)

    def hold_missing(self, root: str, since: str | None) -> None:
        """Note since when many of a root's files are gone at once; None where none are held."""
        with self.transaction():
            volumes.hold_missing(self._connection, root, since)

    def confirm_missing(self, root: str, now: str) -> None:
        """Note that what is gone of a root is gone; the next comparison believes it."""
        with self.transaction():
            volumes.confirm_missing(self._connection, root, now)

    def end_confirmation(self, root: str) -> None:
        """Note that a comparison has believed it."""
        with self.transaction():
            volumes.end_confirmation(self._connection, root)

    def roots_to_write(self) -> RootWriter:
        """Return what changes all rows of a root."""
        return RootWriter(self._connection, self.transaction)

    def models_to_write(self) -> ModelWriter:
        """Return what is known of models, to be added to."""
        return ModelWriter(self._connection, self.transaction)

    def request_book(self) -> RequestBook:
        """Return what commands ask of the service, to be changed."""
        return RequestBook(self._connection, self.transaction)

    def set_export(self, state: export_states.ExportState) -> None:
        """Write an export's last run."""
        with self.transaction():
            export_states.set_export(self._connection, state)

    def drop_export(self, out: str) -> None:
        """Forget an export that is no longer configured."""
        with self.transaction():
            export_states.drop_export(self._connection, out)

    def set_categories(self, words: Mapping[str, str]) -> None:
        """Write what words are about, where it is not what the database has."""
        if dict(self._connection.execute(sql("category_words"))) == words:
            return
        with self.transaction():
            self._connection.execute(sql("drop_category_words"))
            self._connection.executemany(sql("add_category_word"), words.items())

    def checkpoint(self, *, quiet: bool = False) -> str | None:
        """Keep the log small (empty where it is ``quiet``).

        Return a sentence where a reader long prevented it.
        """
        return self._checkpointer.run(self._clock(), quiet=quiet)

    def verify(self) -> None:
        """Raise DatabaseReplacedError where another file, or none, is at the database's path."""
        self._identity.verify()

    def busy_since(self) -> float | None:
        """Return since when another program has the write lock (seconds since 1970), or None."""
        return self._waiting.since

    def close(self) -> None:
        """Empty the log if nobody reads, and close. Never waits. To close it twice is harmless."""
        if self.is_open:
            self.is_open = False
            self._checkpointer.finish()
            super().close()


def _prompts(saved: tuple[int, PackedImage]) -> tuple[int, Bound, Bound]:
    """Return the id and both prompts of an image."""
    image_id, one = saved
    return image_id, one.image["positive_prompt"], one.image["negative_prompt"]
