"""What can be asked of the database without changing it."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

import apsw

from service.records import RawRecord, WatchedFile
from service.store import raw_records, status, volumes
from service.store.binding import as_json, file_at, lines_of, text
from service.store.connection import open_readonly
from service.store.export_states import ExportBook
from service.store.failures import Failure, KnownFailure
from service.store.file_rows import (
    FileRow,
    HashedFile,
    KnownFolder,
    file_row_at,
)
from service.store.identity import stable_id
from service.store.integrity import find_damage
from service.store.locks import DAMAGE, damage_message
from service.store.model_reader import ModelReader
from service.store.one_image import ColumnValue, ImageRecord, read_image
from service.store.raw_records import StoredRecord
from service.store.requests import RequestReader
from service.store.resource_rows import StatedResources
from service.store.sql import sql
from service.store.status import Counts, RootStatus, ServiceStatus

SCRUB = "scrub"
"""Where ``switch_rows`` keeps how far contents were compared again: an image's id."""

PAGE = 500
"""Stale images fetched at once.

No cursor stays open between pages, so the log can be checkpointed meanwhile.
"""


class DatabaseReader:
    """The reading half of the store.

    Opened alone it never writes and is never in a writer's way.
    """

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return a reader of an existing database.

        Raises StartError where there is none that can be read.
        """
        return cls(open_readonly(path), path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()
        if isinstance(error, DAMAGE):
            raise damage_message(self.path, error) from error

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    # ── Places ──

    def known_files(self, root: str, folder: str) -> KnownFolder:
        """Return what is known of a folder, not of the folders in it.

        It ends in ``/``, and is '' for the root itself.
        """
        rows = self._connection.execute(sql("known"), (root, text(folder)))
        return {
            name: (size, mtime_ns, bool(present), lines_of(sidecars))
            for name, size, mtime_ns, present, sidecars in rows
        }

    def folders(self, root: str) -> list[str]:
        """Return the folders of a root that hold known images, in order."""
        return [folder for (folder,) in self._connection.execute(sql("folders"), {"root": root})]

    def find(self, root: str, path: str) -> FileRow | None:
        """Return where an image is known to be."""
        row = self._connection.execute(sql("find_place"), (stable_id(root, path),)).fetchone()
        return None if row is None else file_row_at(*row)

    def find_places(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], FileRow]:
        """Return where the images of these roots and paths are known to be, of those known."""
        names = {stable_id(*place): place for place in places}
        rows = self._connection.execute(sql("find_places"), (as_json(names),))
        return {names[name]: file_row_at(*row) for name, *row in rows}

    def find_by_id(self, image_id: int) -> FileRow | None:
        """Return where the image of a number is known to be."""
        row = self._connection.execute(sql("find_by_id"), (image_id,)).fetchone()
        return None if row is None else file_row_at(*row)

    def find_by_name(self, file_name: str) -> list[FileRow]:
        """Return where the images of a file's name are known to be, by root and folder."""
        rows = self._connection.execute(sql("find_by_name"), (text(file_name),))
        return [file_row_at(*row) for row in rows]

    def moved_candidates(self, sha256: str, size: int) -> list[FileRow]:
        """Return the known files of this content, missing ones first.

        One of them may have moved.
        """
        rows = self._connection.execute(sql("moved_candidates"), (sha256, size))
        return [file_row_at(*row) for row in rows]

    def known_contents(self, hashes: Iterable[str]) -> set[str]:
        """Return those of some contents that any known file has, present or missing."""
        rows = self._connection.execute(sql("known_contents"), (as_json(hashes),))
        return {sha256 for (sha256,) in rows}

    def count_present(self, root: str) -> int:
        """Return how many files of a root are held as present."""
        return int(self._connection.execute(sql("count_present"), (root,)).get or 0)

    def below(self, root: str, path: str) -> list[str]:
        """Return the present files known at any depth below a path, if it was a folder."""
        rows = self._connection.execute(sql("below"), {"root": root, "path": text(path)})
        return [found for (found,) in rows]

    def hashed_files(self, after: int, limit: int) -> list[HashedFile]:
        """Return the next present images of known content, by id."""
        rows = self._connection.execute(sql("hashed_files"), (after, limit))
        return [HashedFile(id_, file_at(*place), sha256) for id_, sha256, *place in rows]

    def unknown_contents(self, hashes: Sequence[str]) -> list[str]:
        """Return those of some contents that no image has, present or missing."""
        rows = self._connection.execute(sql("unknown_contents"), (as_json(hashes),))
        return [one for (one,) in rows]

    def count_files(self) -> int:
        """Return how many images are held as present."""
        return int(self._connection.execute(sql("count_files")).get or 0)

    def scrub_position(self) -> int:
        """Return the id of the image up to which contents were compared again; 0 at first."""
        return int(self._connection.execute(sql("switch"), (SCRUB,)).get or 0)

    # ── Recipes and stored records ──

    def recipes(self) -> set[str]:
        """Return every recipe that a row was made with."""
        return {recipe for (recipe,) in self._connection.execute(sql("recipes")) if recipe}

    def stale_images(self, outdated: Iterable[str]) -> Iterator[tuple[int, WatchedFile]]:
        """Yield the images of these recipes that have a stored record, in id order.

        They may be saved meanwhile.
        """
        recipes = as_json(sorted(outdated))
        after = 0
        while True:
            arguments = {"after": after, "recipes": recipes, "limit": PAGE}
            rows = self._connection.execute(sql("stale"), arguments)
            page = [(id_, file_at(*place)) for id_, *place in rows]
            if not page:
                return
            yield from page
            after = page[-1][0]

    def raw_record(self, image_id: int) -> RawRecord | None:
        """Return the stored record of an image, with the place where it is now.

        None where there is none.
        """
        return raw_records.read_record(self._connection, image_id)

    def stored_record(self, image_id: int) -> StoredRecord | None:
        """Return the kept record of an image as it is stored, with the place where it is now."""
        return raw_records.read_stored(self._connection, image_id)

    # ── Models ──

    def models(self) -> ModelReader:
        """Return what is known of models from outside the images."""
        return ModelReader(self._connection)

    def stated_resources(self) -> StatedResources:
        """Return the different resources that images state."""
        return StatedResources(self._connection)

    # ── What to tell the user ──

    def image(self, image_id: int) -> ImageRecord | None:
        """Return all rows of an image."""
        return read_image(self._connection, image_id)

    def search_rows(self) -> Iterator[dict[str, ColumnValue]]:
        """Yield each image's line of ``v_images_search`` by column name, in id order."""
        after = 0
        while True:
            cursor = self._connection.execute(sql("search_page"), (after, PAGE))
            if (first := cursor.fetchone()) is None:
                return
            names = [column[0] for column in cursor.get_description()]
            page = [dict(zip(names, row, strict=True)) for row in (first, *cursor)]
            yield from page
            after = page[-1]["image_id"]

    def search_columns(self) -> list[str]:
        """Return the columns of ``v_images_search`` in their order."""
        return [name for (name,) in self._connection.execute(sql("search_columns"))]

    def check(self) -> str:
        """Return what SQLite finds damaged, in its words; empty where the database is sound."""
        return find_damage(self._connection)

    def counts(self) -> Counts:
        """Return how much there is of everything."""
        return status.counts(self._connection)

    def count_contents(self) -> int:
        """Return how many different contents the files that are there have."""
        return int(self._connection.execute(sql("count_contents")).get or 0)

    def failures(self) -> list[KnownFailure]:
        """Return the files that could not be read, by root and path."""
        return self.due_failures("9999")

    def due_failures(self, now: str) -> list[KnownFailure]:
        """Return the files that could not be read and whose next try is due, longest due first."""
        return [_failure(*row) for row in self._connection.execute(sql("due_failures"), (now,))]

    def status(self) -> ServiceStatus | None:
        """Return what the service said of itself last, or None if none ever ran."""
        row = self._connection.execute(sql("status")).fetchone()
        return None if row is None else ServiceStatus(*row)

    def requests(self) -> RequestReader:
        """Return what commands ask of the service."""
        return RequestReader(self._connection)

    def exports(self) -> ExportBook:
        """Return what the timed exports remember."""
        return ExportBook(self._connection)

    def roots(self) -> list[RootStatus]:
        """Return the watched folders."""
        rows = self._connection.execute(sql("roots"))
        return [
            RootStatus(name, at, bool(online), note, since)
            for name, at, online, note, since in rows
        ]

    def volumes(self, root: str) -> list[volumes.VolumeRow]:
        """Return what is known of a root's file system, and of those mounted below it."""
        return volumes.read_volumes(self._connection, root)

    def confirmed_roots(self) -> list[str]:
        """Return the roots of which the user said that what is gone is gone."""
        return volumes.read_confirmed_roots(self._connection)


def _failure(  # noqa: PLR0917  # a row, in the order of its columns
    root: str,
    path: str,
    stage: str,
    error_class: str,
    message: str,
    attempts: int,
    first_at: str,
    last_at: str,
    next_try_at: str,
) -> KnownFailure:
    failure = Failure(root, path, stage, error_class, message)
    return KnownFailure(failure, attempts, first_at, last_at, next_try_at)
