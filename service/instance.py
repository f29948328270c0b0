"""One program at a time may write a database: a lock beside it, and one on the file itself.

The system frees both however their holder ends. The lock file is empty and remains; who holds it is
in a second file, because Windows lets nobody read a locked one. The second lock is for those who
know the same file by another name (a hard link, a mount of the one file), and so miss the first.
"""

import contextlib
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import AwareDatetime, BaseModel, ValidationError

from service.errors import AlreadyRunningError, StartError
from service.event_log import get_logger

log = get_logger(__name__)

Identity = tuple[int, int]
"""Device and inode of a file."""


class Holder(BaseModel, frozen=True, defer_build=True):
    """The program that holds a database."""

    pid: int
    host: str
    since: AwareDatetime

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M:%S}"


class InstanceLock:
    """The locks of one database, held until ``release``."""

    def __init__(self, database: Path) -> None:
        # Two names of one file (a link to it) must meet the same lock.
        self._database = Path(os.path.realpath(database))
        self._lock_file = self._database.with_name(f"{self._database.name}.lock")
        self._note = self._database.with_name(f"{self._database.name}.holder")
        self._locks: list[FileLock] = []
        self._descriptors: list[int] = []
        """Of the database's file. One is closed only in the end: to close it would free all locks
        that SQLite has on that file in this process."""
        self._of_lock_file: Identity | None = None
        self._of_database: Identity | None = None

    def verify(self) -> None:
        """Take the locks where they are not held, also because their file was deleted.

        Raises AlreadyRunningError, which names the holder, or StartError where there can be no lock
        at all.
        """
        if _identity(self._lock_file) != self._of_lock_file or self._of_lock_file is None:
            if self._of_lock_file is not None:
                log.warning("lock_taken_again", file=self._lock_file.name)
            self._take_lock_file()
        if sys.platform == "linux" and _identity(self._database) != self._of_database:
            self._lock_database()

    def _take_lock_file(self) -> None:
        lock = FileLock(self._lock_file, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise AlreadyRunningError(self._refusal()) from None
        except (OSError, NotImplementedError) as error:
            raise StartError(
                f"{lock.lock_file}: cannot be locked ({error}); put the database on a local disk"
            ) from error
        self._locks.append(lock)
        self._of_lock_file = _identity(self._lock_file)
        self._write_holder()

    def _lock_database(self) -> None:
        """Lock the database's file itself, where there is one; SQLite's own locks are others."""
        if sys.platform != "linux":
            return
        import fcntl  # noqa: PLC0415 (not on Windows; on macOS it would meet SQLite's locks)

        try:
            descriptor = os.open(self._database, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:  # it is not there yet
            self._of_database = None
            return
        self._descriptors.append(descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(
                f"{self._database} is held by another instance, under another name of that file. "
                "Stop that one, or give this one another database with --db."
            ) from None
        except OSError as error:
            log.debug("database_not_locked", reason=error.strerror)
        status = os.fstat(descriptor)
        self._of_database = (status.st_dev, status.st_ino)

    def _write_holder(self) -> None:
        holder = Holder(pid=os.getpid(), host=platform.node(), since=datetime.now().astimezone())
        # The lock is what counts; without the note a second instance only knows less.
        with contextlib.suppress(OSError):
            self._note.write_text(holder.model_dump_json(), encoding="utf-8")

    def _refusal(self) -> str:
        try:
            holder = str(Holder.model_validate_json(self._note.read_bytes()))
        except (OSError, ValidationError):
            holder = "another instance that left no name"
        return (
            f"{self._database} is held by {holder}. Stop that one (Ctrl+C where it runs, or stop "
            "the service), or give this one another database with --db."
        )

    def release(self) -> None:
        """Free the locks. The holder's note goes, where the lock is still ours."""
        is_ours = bool(self._locks) and _identity(self._lock_file) == self._of_lock_file
        if is_ours:
            with contextlib.suppress(OSError):
                self._note.unlink(missing_ok=True)
        for lock in self._locks:
            lock.release()
        for descriptor in self._descriptors:
            os.close(descriptor)


@contextmanager
def hold_instance(database: Path) -> Iterator[InstanceLock]:
    """Keep every other instance off this database until the block or the process ends.

    Also where SIGKILL ends it. Whoever holds it for long calls ``verify`` now and then. Raises what
    that raises.
    """
    lock = InstanceLock(database)
    try:
        lock.verify()
        yield lock
    finally:
        lock.release()


def _identity(file: Path) -> Identity | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
