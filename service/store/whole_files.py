"""Database files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PART = ".part"
"""What follows the name of a file that is not whole yet."""

COMPANIONS = ("", "-wal", "-shm", "-journal")
"""What follows a database's name in the names of its files."""


@contextmanager
def write_whole(target: Path) -> Iterator[Path]:
    """Give the place of a database to be written, closed when the block ends.

    It takes ``target``'s place then; where the block ends badly nothing is left. What a killed
    process left is deleted first: its journal would be played into the new file.
    """
    part = target.with_name(target.name + PART)
    _delete(part)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        with suppress(OSError):
            _delete(part)


def _delete(database: Path) -> None:
    for file in files_of(database):
        file.unlink()


def files_of(database: Path) -> list[Path]:
    """Return the files of a database that are there: its own, and those SQLite puts beside it."""
    named = (database.with_name(database.name + ending) for ending in COMPANIONS)
    return [file for file in named if file.exists()]
