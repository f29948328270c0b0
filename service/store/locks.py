"""SQLite's refusals in words: who holds the lock, since when, and what to do."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import apsw

from service.errors import (
    DatabaseBusyError,
    DatabaseDamagedError,
    PipeError,
    RowRefusedError,
    TryAgainError,
)

DAMAGE = (apsw.CorruptError, apsw.NotADBError)
"""What SQLite raises where a file is not what it was written as."""

HOLDER = "DB Browser: Write Changes or Revert Changes"


class Waiting:
    """Turns SQLite's errors into ours; knows since when another program has the write lock."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self.since: float | None = None
        """Seconds since 1970; None while nobody is in the way."""

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Run a piece of work whose errors reach the caller as ours. Success ends the waiting."""
        try:
            yield
        except (apsw.BusyError, apsw.LockedError) as error:
            raise self._busy() from error
        except apsw.ConstraintError as error:
            raise RowRefusedError(f"a trigger or constraint in the database: {error}") from error
        except apsw.Error as error:
            refuse(self._path, error)
        self.since = None

    def _busy(self) -> DatabaseBusyError:
        if self.since is None:
            self.since = self._clock()
        clock_face = time.strftime("%H:%M", time.localtime(self.since))
        return DatabaseBusyError(
            f"another program holds the write lock since {clock_face} ({HOLDER})"
        )


def refuse(path: Path, error: apsw.Error) -> NoReturn:
    """Raise our error for one of SQLite's; a bug rises as it is."""
    ours = _explain(path, error)
    if ours is None:
        raise error
    raise ours from error


def _explain(path: Path, error: apsw.Error) -> PipeError | None:
    match error:
        case apsw.BusyError() | apsw.LockedError():
            return DatabaseBusyError(f"{path}: another program holds the database ({HOLDER})")
        case apsw.FullError():
            return TryAgainError(
                f"{path}: the disk is full; make room, and the service goes on by itself"
            )
        case apsw.IOError() | apsw.CantOpenError() | apsw.ReadOnlyError() | apsw.PermissionsError():
            return TryAgainError(
                f"{path}: cannot be written ({error}); "
                "see that disk and folder are there and writable",
            )
        case apsw.CorruptError() | apsw.NotADBError():  # DAMAGE
            return damage_message(path, error)
        case _:
            return None


def damage_message(path: Path, error: apsw.Error | str) -> DatabaseDamagedError:
    """Return what to say of a file that SQLite cannot read."""
    return DatabaseDamagedError(
        f"{path}: is damaged or no SQLite database ({error}). Stop the service; then "
        "`aiimagepipe restore` puts the newest backup in its place, and `aiimagepipe salvage` "
        "saves into a new file what can be read of it. Without both, move it away and start "
        "again: all but missing files and what resolve learnt is read anew from the images.",
    )


@contextmanager
def explain_damage(path: Path) -> Iterator[None]:
    """Run a piece of work; where it meets damage in the file, raise DatabaseDamagedError."""
    try:
        yield
    except DAMAGE as error:
        raise damage_message(path, error) from error


@contextmanager
def immediate(connection: apsw.Connection) -> Iterator[None]:
    """Run a piece of work as one transaction that holds the write lock from its first moment.

    A transaction that begins by reading and then wants to write is refused at once, however long
    the busy timeout.
    """
    connection.execute("BEGIN IMMEDIATE").fetchall()
    try:
        yield
        connection.execute("COMMIT").fetchall()
    except BaseException:
        if connection.in_transaction:  # a full disk makes SQLite roll back by itself
            connection.execute("ROLLBACK").fetchall()
        raise
