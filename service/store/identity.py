"""Which file is which: an image's lasting name, and whether the database is still the same file."""

import hashlib
from pathlib import Path

from service.errors import DatabaseReplacedError
from service.light_dataclasses import dataclass

STABLE_ID_DIGITS = 32


def stable_id(root: str, path: str) -> str:
    """Return an image's lasting name, made of its root's name and its path alone.

    32 hexadecimal digits.
    """
    name = f"{root}\0{path}".encode("utf-8", "backslashreplace")
    return hashlib.sha256(name).hexdigest()[:STABLE_ID_DIGITS]


def split(path: str) -> tuple[str, str]:
    """Return a stored path's folder and file name.

    The folder ends in ``/``, and is '' for the root itself.
    """
    folder, slash, name = path.rpartition("/")
    return folder + slash, name


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """The file that was at a path when it was opened."""

    path: Path
    device: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> "FileIdentity":
        """Return the identity of the file that is there now."""
        found = path.stat()
        return cls(path, found.st_dev, found.st_ino)

    def verify(self) -> None:
        """Raise DatabaseReplacedError where another file, or none, is at the path.

        SQLite goes on writing into a deleted file without an error, and all of it would be lost at
        exit.
        """
        try:
            now = FileIdentity.of(self.path)
        except OSError as error:
            raise DatabaseReplacedError(
                f"{self.path}: the database was deleted or moved while open ({error.strerror}); "
                "it is opened anew, and what is missing is read again",
            ) from error
        if now != self:
            raise DatabaseReplacedError(
                f"{self.path}: another file was put in the database's place while it was open; "
                "it is opened anew",
            )
