"""What is known of the watched folders' file systems: their markers, and what is unconfirmed."""

import apsw

from service.light_dataclasses import dataclass
from service.store.binding import text
from service.store.sql import sql


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """A root (its ``folder`` is ''), or a file system mounted in a folder below one.

    Times are UTC, ``2026-01-31T23:59:59Z``.
    """

    root: str
    folder: str
    """Stored form."""
    marker: str
    """The name in its marker file; '' where none could be written."""
    learned_at: str
    """When that name was learnt."""
    unconfirmed_since: str | None = None
    """Since when many of the root's files are gone at once, and held as present."""
    confirmed_at: str | None = None
    """When the user said that what is gone is gone."""


def read_volumes(connection: apsw.Connection, root: str) -> list[VolumeRow]:
    """Return what is known of a root and of the file systems mounted below it."""
    return [VolumeRow(*row) for row in connection.execute(sql("volumes"), (text(root),))]


def read_confirmed_roots(connection: apsw.Connection) -> list[str]:
    """Return the roots of which a user said that what is gone is gone."""
    return [root for (root,) in connection.execute(sql("confirmed_roots"))]


def learn_volume(
    connection: apsw.Connection, root: str, folder: str, marker: str, now: str
) -> None:
    """Keep the name in a volume's marker."""
    row = {"root": text(root), "folder": text(folder), "marker": marker, "now": now}
    connection.execute(sql("learn_volume"), row)


def hold_missing(connection: apsw.Connection, root: str, since: str | None) -> None:
    """Note since when many of a root's files are gone at once; None where none are held."""
    connection.execute(sql("hold_missing"), (since, text(root)))


def confirm_missing(connection: apsw.Connection, root: str, now: str) -> None:
    """Note that what is gone of a root is gone, whatever its marker says."""
    connection.execute(sql("confirm_missing"), {"root": text(root), "now": now})


def end_confirmation(connection: apsw.Connection, root: str) -> None:
    """Forget that a root's missing files were confirmed, and the mounts below it.

    Those that are there are found again.
    """
    connection.execute(sql("end_confirmation"), (text(root),))
    connection.execute(sql("forget_mounts"), (text(root),))
