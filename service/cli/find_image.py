"""Which image of the database is meant: by its path, its number, or a name that only one has."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from service.errors import StartError
from service.paths import Root, flaw, to_stored
from service.records import WatchedFile
from service.store.database_reader import DatabaseReader
from service.store.file_rows import FileRow

Image = Annotated[
    str,
    typer.Argument(
        help="The image: its number (57), a path on disk or as the database has it, or its "
        "file's name, where no other has it.",
    ),
]
"""How commands take an image."""

SHOWN = 10
"""Images of one name that are listed."""


def find_image(reader: DatabaseReader, configured: Sequence[Root], text: str) -> FileRow:
    """Return the row of an image.

    ``text`` is its path as on disk (from the working folder), or as stored, with or without the
    root's name before it; its number, ``57`` or ``id:57``; or its file's name, where no other image
    has it. Raises StartError where it is none of these.
    """
    for root, path in _possible_places(known_roots(reader, configured), text):
        row = reader.find(root, path)
        if row:
            return row
    row = _find_by_number(reader, text) or _find_by_name(reader, text)
    if row:
        return row
    reason = flaw(text)  # not before: a strange name may be an image's
    if reason:
        raise StartError(reason)
    raise StartError(
        f"{text}: the database knows no such image; "
        "`aiimagepipe failures` lists what could not be read"
    )


def locate(reader: DatabaseReader, configured: Sequence[Root], file: WatchedFile) -> Path:
    """Return where an image's file is on this machine, as far as its root is known."""
    for root in known_roots(reader, configured):
        if root.name == file.root:
            return root.locate(file.path)
    return Path(file.root, file.path)


def known_roots(reader: DatabaseReader, configured: Sequence[Root]) -> list[Root]:
    """Return the configured roots, and those that the database has from other configurations."""
    names = {root.name for root in configured}
    others = [status for status in reader.roots() if status.name not in names]
    return [*configured, *(Root(status.name, Path(status.location)) for status in others)]


def _possible_places(roots: Sequence[Root], text: str) -> Iterator[tuple[str, str]]:
    """Yield the root and stored path that a text may mean, the likeliest first."""
    # On Linux a backslash may be part of a name.
    names = dict.fromkeys((text, text.replace("\\", "/")))
    for name in names:
        for root in roots:
            yield root.name, name
    for name in names:
        for root in roots:
            yield root.name, name.removeprefix(f"{root.name}/")
    location = Path.cwd() / text
    for root in roots:
        if location.is_relative_to(root.path):
            yield root.name, to_stored(location.relative_to(root.path))


LONGEST_NUMBER = 18
"""Digits that SQLite's integers surely hold."""


def _find_by_number(reader: DatabaseReader, text: str) -> FileRow | None:
    digits = text.removeprefix("id:")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_NUMBER
    return reader.find_by_id(int(digits)) if is_number else None


def _find_by_name(reader: DatabaseReader, text: str) -> FileRow | None:
    """Return the one image of a name: of those whose files are there, else of all."""
    found = reader.find_by_name(text)
    present = [row for row in found if row.present]
    rows = present or found
    if len(rows) <= 1:
        return rows[0] if rows else None
    listed = ", ".join(f"{row.image_id} ({row.file.root}/{row.file.path})" for row in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    raise StartError(
        f"{text}: {len(rows)} images have this name; give one's number or path: {listed}{more}"
    )
