"""One program at a time may write a database: a lock beside it.

The system frees the lock however its holder ends. The lock file itself is empty and remains; who
holds it is in a second file, because Windows lets nobody read a locked one.
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
    """Keep every other instance off this database until the block or the process ends.

    Also where SIGKILL ends it. Raises AlreadyRunningError, which names the holder, or StartError
    where there can be no lock at all.
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
        _write_holder(note)
        yield
    finally:
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _write_holder(note: Path) -> None:
    holder = Holder(pid=os.getpid(), host=platform.node(), since=datetime.now().astimezone())
    # The lock is what counts; without the note a second instance only knows less.
    with contextlib.suppress(OSError):
        note.write_text(holder.model_dump_json(), encoding="utf-8")


def _refusal(database: Path, note: Path) -> str:
    try:
        holder = str(Holder.model_validate_json(note.read_bytes()))
    except (OSError, ValidationError):
        holder = "another instance that left no name"
    return (
        f"{database} is held by {holder}. Stop that one (Ctrl+C where it runs, or stop the "
        "service), or give this one another database with --db."
    )
