"""The file of an image, opened only where its row, its folder and its kind are what they claim.

The database may be another's work, and a watched folder is where strangers' files are put. So a row
is followed only into a folder that the configuration names, step by step and through no link, and
only a plain file is opened.
"""

import os
import sqlite3
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple, Self

from service.errors import PipeError
from service.extract.magic_numbers import HEAD, kind_of
from service.file_systems import kind_of as kind_of_entry
from service.file_systems import modified_ns
from service.light_dataclasses import dataclass
from service.paths import Root, from_stored
from service.records import WatchedFile
from service.store.sql import statements

Reason = Literal["unknown", "missing", "offline", "refused", "changed", "video", "kind", "broken"]
"""Why there is no picture, in a word for programs."""


class NoPictureError(PipeError):
    """There is no picture of this image; the message says why, for people."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


class PictureRow(NamedTuple):
    """What the database says of an image's file."""

    image_id: int
    root: str
    path: str
    file_name: str
    size: int
    mtime_ns: int
    sha256: str | None

    @classmethod
    def find(cls, connection: sqlite3.Connection, image_id: int) -> Self | None:
        """Return the row of an image; None where there is none."""
        found = connection.execute(statements("gallery.sql")["picture"], (image_id,)).fetchone()
        return None if found is None else cls(*found)

    @property
    def content(self) -> str:
        """Return a name of the content: where the bytes were not hashed, of this very file."""
        return self.sha256 or f"{self.image_id}-{self.size}-{self.mtime_ns}"

    @property
    def version(self) -> str:
        """Return what an address of the picture has as ``v``: another content has another."""
        return self.content[:8] if self.sha256 else self.content

    @property
    def watched(self) -> WatchedFile:
        """Return the file as it was seen."""
        return WatchedFile(root=self.root, path=self.path, size=self.size, mtime_ns=self.mtime_ns)


@dataclass(frozen=True, slots=True)
class PictureFile:
    """The open file of an image."""

    descriptor: int
    location: Path
    size: int
    mtime_ns: int
    mime_type: str | None
    """By its first bytes; None where it is of no kind that is read."""

    @classmethod
    def open(cls, roots: Mapping[str, Root], row: PictureRow) -> Self:
        """Open the file of a row. Raises NoPictureError."""
        root = roots.get(row.root)
        if root is None:
            raise NoPictureError("refused", f"The configuration has no folder named {row.root!r}.")
        parts = _split(row.path)
        descriptor = _open(root, parts)
        try:
            status = os.fstat(descriptor)
            mime_type = kind_of(os.read(descriptor, HEAD))
        except OSError as error:
            os.close(descriptor)
            raise NoPictureError("missing", "The file cannot be read now.") from error
        location = root.path.joinpath(*parts)
        return cls(descriptor, location, status.st_size, modified_ns(status), mime_type)

    def read(self, start: int, size: int) -> bytes:
        """Return so many bytes from there, fewer at the end of the file."""
        if sys.platform == "win32":
            os.lseek(self.descriptor, start, os.SEEK_SET)
            return os.read(self.descriptor, size)
        return os.pread(self.descriptor, size, start)

    def close(self) -> None:
        """Close the file."""
        os.close(self.descriptor)


def _split(stored: str) -> list[str]:
    """Return the steps of a stored path. A row that climbs, or begins anywhere else, is refused."""
    parts = str(from_stored(stored)).split("/")
    strange = ("\\", ":", "\0") if sys.platform == "win32" else ("\0",)
    for part in parts:
        if part in {"", ".", ".."} or any(character in part for character in strange):
            raise NoPictureError("refused", "The path of this row leads out of its folder.")
    return parts


def _open(root: Root, parts: list[str]) -> int:
    try:
        if not os.path.isdir(root.path):  # noqa: PTH112  # pathlib raises where a disk is away
            raise NoPictureError("offline", f"The folder {root.name!r} is not there at the moment.")
        return _open_below(root, parts)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoPictureError("missing", "The file is not there any more.") from error
    except (OSError, ValueError) as error:
        raise NoPictureError("refused", "The file cannot be opened.") from error


if sys.platform == "win32":

    def _open_below(root: Root, parts: list[str]) -> int:
        path = root.path
        for part in parts[:-1]:
            path = path / part
            if not root.links and kind_of_entry(os.lstat(path)) != "folder":
                raise NoPictureError("refused", _THROUGH_LINK)
        path = path / parts[-1]
        seen = os.lstat(path)
        _check_plain(seen)
        return _same(os.open(path, os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT), seen)

else:
    _FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    _FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

    def _open_below(root: Root, parts: list[str]) -> int:
        """Open step by step, so that nobody can put a link in the way between look and opening."""
        folder = os.open(root.path, _FOLDER)
        try:
            for part in parts[:-1]:
                if not root.links and stat.S_ISLNK(_look(part, folder).st_mode):
                    raise NoPictureError("refused", _THROUGH_LINK)
                step = os.open(part, _FOLDER | (0 if root.links else os.O_NOFOLLOW), dir_fd=folder)
                os.close(folder)
                folder = step
            seen = _look(parts[-1], folder)
            _check_plain(seen)
            return _same(os.open(parts[-1], _FILE, dir_fd=folder), seen)
        finally:
            os.close(folder)

    def _look(name: str, folder: int) -> os.stat_result:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)


_THROUGH_LINK = "The file is behind a link, and [[root]] links is not set."


def _check_plain(status: os.stat_result) -> None:
    kind = kind_of_entry(status)
    if kind == "placeholder":
        raise NoPictureError("offline", "The bytes of the file are not on this machine.")
    if kind != "file":
        raise NoPictureError("refused", "It is not a plain file.")


def _same(descriptor: int, seen: os.stat_result) -> int:
    """Return an open file, closed and refused where it is not what was looked at."""
    if not os.path.samestat(os.fstat(descriptor), seen):
        os.close(descriptor)
        raise NoPictureError("changed", "The file was replaced while it was opened.")
    return descriptor
