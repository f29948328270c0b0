"""Where images are: which files are known, which went missing, which moved."""

from collections.abc import Iterable

import apsw

from service.light_dataclasses import dataclass
from service.records import Status, WatchedFile
from service.store.binding import as_json, file_at, text
from service.store.identity import split, stable_id
from service.store.sql import sql


@dataclass(frozen=True, slots=True)
class FileRow:
    """A known image and where it is."""

    image_id: int
    file: WatchedFile
    present: bool
    """False where the file was not found when last looked for."""
    status: Status


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A present image, where it is, and the SHA-256 that its row is of."""

    image_id: int
    file: WatchedFile
    sha256: str


KnownFolder = dict[str, tuple[int, int, bool, tuple[str, ...]]]
"""File name → (size, mtime_ns, present, the texts beside it)."""


def file_row_at(  # noqa: PLR0917  # a row, in the order of its columns
    image_id: int,
    root: str,
    path: str,
    size: int,
    mtime_ns: int,
    sidecars: str | None,
    present: int,
    status_: Status,
) -> FileRow:
    """Return a known image from its columns."""
    return FileRow(image_id, file_at(root, path, size, mtime_ns, sidecars), bool(present), status_)


def mark_missing(
    connection: apsw.Connection, root: str, paths: Iterable[str], now: str
) -> list[str]:
    """Mark files as missing, forget their failures, and return which were present until now."""
    lost: list[str] = []
    for path in paths:
        connection.execute(sql("mark_missing"), (stable_id(root, path), now))
        if connection.changes():
            lost.append(path)
        connection.execute(sql("drop_failure"), (root, text(path)))
    return lost


def mark_present(connection: apsw.Connection, root: str, paths: Iterable[str]) -> int:
    """Mark files as present, and return how many were missing until now."""
    count = 0
    for path in paths:
        connection.execute(sql("mark_present"), (stable_id(root, path),))
        count += connection.changes()
    return count


def relocate(connection: apsw.Connection, image_id: int, file: WatchedFile) -> None:
    """Give an image its new place.

    It keeps its id; a row of the file that was there before is removed.
    """
    path = text(file.path)
    folder, file_name = split(path)
    place = {"image_id": image_id, "stable_id": stable_id(file.root, file.path)}
    connection.execute(sql("drop_other"), place)
    connection.execute(sql("drop_failures_of"), (as_json([image_id]),))
    connection.execute(sql("drop_failure"), (file.root, path))
    row = {
        **place,
        "root": text(file.root),
        "folder": folder,
        "file_name": file_name,
        "size_bytes": file.size,
        "mtime_ns": file.mtime_ns,
    }
    connection.execute(sql("relocate"), row)
