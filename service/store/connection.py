"""How the database is opened and its log kept small: whose file it is, how SQLite is to treat it.

Nothing in this process may open the same file with Python's own ``sqlite3``: that is a second
SQLite library, POSIX locks belong to the process, and so neither would see the other's
(sqlite.org/howtocorrupt.html, section 2.2.1).
"""

from pathlib import Path
from urllib.parse import quote

import apsw

from service.errors import StartError
from service.event_log import get_logger
from service.file_systems import network_type
from service.store.characters import register_for_upgrade
from service.store.integrity import look_at_once
from service.store.locks import DAMAGE, damage_message, immediate, refuse
from service.store.schema import Schema, current, number, objects, upgrade

log = get_logger(__name__)

MIN_LOG = 16 * 1024 * 1024
"""Bytes of log from which a checkpoint is worth its fsync. A batch writes many pages that the next
one writes again: 4 MB cost 8 % more CPU an image, 32 MB 3 % less."""

MAX_LOG = 64 * 1024 * 1024
"""Bytes of log from which the user should know."""

PATIENCE_S = 60.0
"""Seconds without progress before a reader is called stuck; DB Browser's own queries end sooner."""

STUCK = "a reader holds an old snapshot (DB Browser: press Stop or Revert Changes)"


class Checkpointer:
    """Moves the log's pages into the database after batches, never waiting for anybody."""

    def __init__(
        self, connection: apsw.Connection, *, min_log: int = MIN_LOG, max_log: int = MAX_LOG
    ) -> None:
        self._connection = connection
        self._page_size = int(connection.pragma("page_size"))
        self._min_log = min_log
        self._max_log = max_log
        self._log_pages = 0
        self._moved = 0
        self._stuck_since: float | None = None
        connection.set_wal_hook(self._on_commit)

    def _on_commit(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._log_pages = pages
        return apsw.SQLITE_OK

    def run(self, now: float, *, quiet: bool = False) -> str | None:
        """Checkpoint if the log is long.

        Return a sentence where a reader has kept it from shrinking for long.

        ``quiet`` says that nothing waits to be written: then any log is worth it, so that the
        database's file alone, which is what people copy, holds all there is.
        """
        if self._log_pages * self._page_size >= (1 if quiet else self._min_log):
            self._passive(now)
        return self.complaint(now)

    def _passive(self, now: float) -> None:
        try:
            pages, moved = self._connection.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.BusyError:  # another program is checkpointing at this moment
            return
        except (apsw.FullError, apsw.IOError) as error:  # nothing is lost: it is all in the log
            log.warning("log_not_emptied", reason=str(error))
            return
        if moved >= pages:
            self._stuck_since = None
            self._log_pages = 0  # the next commit starts the log anew, unless its end is read
        elif moved != self._moved or self._stuck_since is None:
            self._stuck_since = now
        self._moved = moved

    def complaint(self, now: float) -> str | None:
        """Return a sentence for the status while a reader stops the log from shrinking."""
        long_log = self._log_pages * self._page_size > self._max_log
        stuck = self._stuck_since is not None and now - self._stuck_since >= PATIENCE_S
        return STUCK if long_log and stuck else None

    def finish(self) -> None:
        """Empty the log if nobody reads; do not wait if somebody does."""
        self._connection.set_busy_timeout(0)
        try:
            self._connection.wal_checkpoint("main", apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except (apsw.BusyError, apsw.LockedError, apsw.FullError, apsw.IOError):
            return


BUSY_MS = 250
"""How long a lock is waited for. Short: the worker tries again by itself, and says why it waits."""

STATEMENTS = 512
"""The most that apsw takes: executions until it forgets a prepared statement, since each takes the
next place of its ring, even of one that is known. A batch of new words executes hundreds; with
apsw's own 100 the long statements of many rows were prepared anew for each batch, which cost 7 to
13 % of writing it."""

LOG_LIMIT = 64 * 1024 * 1024
"""Bytes that the log file keeps once it was emptied."""

LOCAL_9P = "9p"
"""Sandboxes mount their own disk so; its locks hold among all the programs inside."""

PRAGMAS = f"""
PRAGMA journal_mode = WAL;
-- A power cut may undo the last commits, which the next rescan writes again.
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = {LOG_LIMIT};
-- Checkpointer decides, between batches.
PRAGMA wal_autocheckpoint = 0;
-- With mmap a stray write of any library in the process reaches the file.
PRAGMA mmap_size = 0;
-- KiB. Twice that took 18 MB more and saved 1 % of the CPU at 40,000 images.
PRAGMA cache_size = -16384;
PRAGMA temp_store = MEMORY;
"""


def open_writer(path: Path, schema: Schema | None = None) -> apsw.Connection:
    """Return the writing connection, having created or upgraded the database.

    Raises StartError, whose message says what to do, and TryAgainError where another program holds
    a lock that creating or upgrading needs.
    """
    if (kind := network_type(path.parent)) not in (None, LOCAL_9P):
        raise StartError(
            f"{path}: is on a network drive ({kind}), where two programs cannot share a "
            "database safely; set [database] path (or --db) to a local disk",
        )
    schema = schema or current()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = apsw.Connection(str(path), statementcachesize=STATEMENTS)
    except (OSError, apsw.CantOpenError) as error:
        raise StartError(
            f"{path}: cannot be opened ({error}); see that the folder is writable"
        ) from error
    try:
        _prepare(connection, path, schema)
    except apsw.Error as error:
        connection.close()
        refuse(path, error)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: apsw.Connection, path: Path, schema: Schema) -> None:
    connection.set_busy_timeout(BUSY_MS)
    if connection.readonly("main"):
        raise StartError(f"{path}: is read-only; give the service's user the right to write it")
    check_owner(connection, path, schema)
    look_at_once(connection, path)
    connection.execute(PRAGMAS).fetchall()
    if objects(connection):
        register_for_upgrade(connection)
        upgrade(connection, schema, path)
    if not schema.is_complete(objects(connection)):
        with immediate(connection):
            connection.execute(schema.text).fetchall()


def check_owner(connection: apsw.Connection, path: Path, schema: Schema) -> None:
    """Raise StartError where the file is no database of ours, or of a newer program than this."""
    try:
        reason, advice = find_stranger(connection, schema)
    except DAMAGE as error:
        raise damage_message(path, error) from error
    if reason:
        raise StartError(f"{path}: {reason}; {advice}")


def find_stranger(connection: apsw.Connection, schema: Schema) -> tuple[str, str]:
    """Return why a database is not ours to use, and what to do; two empty texts where it is."""
    owner, version, found = _signature(connection)
    if owner != schema.application_id and (owner or found):
        return (
            f"belongs to another program (application_id {owner})",
            "set [database] path (or --db) to a file of its own",
        )
    if version > schema.version:
        versions = f"(schema {version}, known is {schema.version})"
        return (
            f"was made by a newer version of this program {versions}",
            "install that version, or set [database] path (or --db) to another file",
        )
    return "", ""


def _signature(connection: apsw.Connection) -> tuple[int, int, bool]:
    return (
        number(connection, "application_id"),
        number(connection, "user_version"),
        bool(objects(connection)),
    )


def open_readonly(path: Path, schema: Schema | None = None) -> apsw.Connection:
    """Return a connection that only reads.

    Raises StartError where there is no database of ours to read.
    """
    require_database(path)
    schema = schema or current()
    try:
        connection = open_to_read(path)
        connection.set_busy_timeout(BUSY_MS)
        check_owner(connection, path, schema)
    except apsw.Error as error:
        refuse(path, error)
    if number(connection, "user_version") < schema.version:
        raise StartError(
            f"{path}: was made by an older version; `aiimagepipe run` or `all` upgrades it"
        )
    return connection


def require_database(path: Path) -> None:
    """Raise StartError where there is no file yet."""
    if not path.is_file():
        raise StartError(f"{path}: there is no database yet; `aiimagepipe run` or `all` makes it")


def open_to_read(path: Path) -> apsw.Connection:
    """Return a connection that changes nothing, of a sound database. Raises SQLite's errors.

    It is opened as if for writing: only such a one, where it is the last, takes the files of the
    log (``-wal``, ``-shm``) away again that SQLite makes for any reader.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI
    connection = apsw.Connection(f"{_address(path)}?mode=rw", flags=flags)
    try:
        connection.execute("PRAGMA query_only = ON")
        objects(connection)
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        connection.close()
        return open_still(path)
    return connection


def open_as_it_is(path: Path) -> apsw.Connection:
    """Return a connection that only reads, whatever the file holds, and leaves its log alone.

    Raises SQLite's errors.
    """
    connection = _open_address(path, "mode=ro")
    try:
        objects(connection)
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        connection.close()
        return open_still(path)
    return connection


def open_still(path: Path) -> apsw.Connection:
    """Return a connection to a file that nobody writes: SQLite puts nothing beside it.

    So is a WAL database in a folder that cannot be written, where the log's index has no place
    (sqlite.org/wal.html, section 5).
    """
    return _open_address(path, "immutable=1")


def _open_address(path: Path, how: str) -> apsw.Connection:
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    return apsw.Connection(f"{_address(path)}?{how}", flags=flags)


def _address(path: Path) -> str:
    return f"file:{quote(str(path.resolve()))}"
