"""One program at a time may write a database.

A lock beside it, freed by the system however its holder ends.

The lock file itself stays empty and stays behind; who holds it stands in a second file, because
Windows lets nobody read a locked one.
"""

import contextlib
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, ValidationError

from service.errors import AlreadyRunningError, StartError


class Holder(BaseModel, frozen=True):
    """The program that holds a database."""

    pid: int
    host: str
    since: AwareDatetime

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M:%S}"


@contextmanager
def hold_instance(database: Path) -> Iterator[None]:
    """Keep every other instance off this database until the block ends, or the process, even by SIGKILL.

    Raises AlreadyRunningError, which names the holder, or StartError where no lock can be had at
    all.
    """
    # Two names of one file (a link to it) must meet the same lock.
    real = Path(os.path.realpath(database))
    lock = FileLock(real.with_name(f"{real.name}.lock"), timeout=0, thread_local=False)
    note = real.with_name(f"{real.name}.holder")
    try:
        lock.acquire()
    except Timeout:
        raise AlreadyRunningError(_refusal(real, note)) from None
    except (OSError, NotImplementedError) as error:
        raise StartError(
            f"{lock.lock_file}: cannot be locked ({error}); put the database on a local disk"
        ) from error
    try:
        _leave(note)
        yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _leave(note: Path) -> None:
    holder = Holder(pid=os.getpid(), host=platform.node(), since=datetime.now().astimezone())
    with contextlib.suppress(
        OSError
    ):  # the lock is what counts; without a note the second instance only knows less
        note.write_text(holder.model_dump_json(), encoding="utf-8")


def _refusal(database: Path, note: Path) -> str:
    try:
        holder = str(Holder.model_validate_json(note.read_bytes()))
    except (OSError, ValidationError):
        holder = "another instance that left no name"
    return (
        f"{database} is held by {holder}. Stop that one (Ctrl+C where it runs, or stop the service), "
        "or give this one another database with --db."
    )
