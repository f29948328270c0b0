"""How the database is opened: whose file it is, how old it is, and how SQLite is to treat it.

Nothing in this process may open the same file with Python's own ``sqlite3``: that is a second SQLite library, POSIX
locks belong to the process, and so neither would see the other's (sqlite.org/howtocorrupt.html, section 2.2.1).
"""

from pathlib import Path
from urllib.parse import quote

import apsw

from service.errors import StartError
from service.file_systems import network_type
from service.store.locks import damaged, immediate, refuse
from service.store.migrate import upgrade
from service.store.schema import Schema, current, number, objects

BUSY_MS = 250
"""How long a lock is waited for. Short: the worker tries again by itself, and says why it waits."""

LOG_LIMIT = 64 * 1024 * 1024
"""Bytes that the log file keeps once it was emptied."""

LOCAL_9P = "9p"
"""Sandboxes mount their own disk so; its locks hold among all the programs inside."""

PRAGMAS = f"""
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;  -- a power cut may undo the last commits, which the next rescan writes again
PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = {LOG_LIMIT};
PRAGMA wal_autocheckpoint = 0;  -- checkpoint.py decides, between batches
PRAGMA mmap_size = 0;  -- with mmap a stray write of any library in the process reaches the file
PRAGMA cache_size = -16384;  -- KiB; twice that took 18 MB more and saved 1 % of the CPU at 40,000 images
PRAGMA temp_store = MEMORY;
"""


def open_writer(path: Path, schema: Schema | None = None) -> apsw.Connection:
    """Return the writing connection, having created or upgraded the database. Raises StartError with the mend.

    Raises TryAgainError where another program holds a lock that creating or upgrading needs.
    """
    if (kind := network_type(path.parent)) not in (None, LOCAL_9P):
        raise StartError(
            f"{path}: lies on a network drive ({kind}), where two programs cannot share a database safely; "
            "set [database] path (or --db) to a local disk",
        )
    schema = schema or current()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = apsw.Connection(str(path))
    except (OSError, apsw.CantOpenError) as error:
        raise StartError(f"{path}: cannot be opened ({error}); see that the folder is writable") from error
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
    connection.execute(PRAGMAS).fetchall()
    if objects(connection):
        upgrade(connection, schema, path)
    if not schema.is_complete(objects(connection)):
        with immediate(connection):
            connection.execute(schema.text).fetchall()


def check_owner(connection: apsw.Connection, path: Path, schema: Schema) -> None:
    """Raise StartError where the file is no database of ours, or of a newer program than this."""
    try:
        owner, version, found = _signature(connection)
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise damaged(path, error) from error
    if owner != schema.application_id and (owner or found):
        raise StartError(
            f"{path}: belongs to another program (application_id {owner}); "
            "set [database] path (or --db) to a file of its own",
        )
    if version > schema.version:
        raise StartError(
            f"{path}: was made by a newer version of this program (schema {version}, known is {schema.version}); "
            "install that version, or set [database] path (or --db) to another file",
        )


def _signature(connection: apsw.Connection) -> tuple[int, int, bool]:
    return (
        number(connection, "application_id"),
        number(connection, "user_version"),
        bool(objects(connection)),
    )


def open_readonly(path: Path, schema: Schema | None = None) -> apsw.Connection:
    """Return a connection that only reads. Raises StartError where there is no database of ours to read."""
    if not path.is_file():
        raise StartError(f"{path}: there is no database yet; `aiimagepipe run` or `all` makes it")
    schema = schema or current()
    try:
        connection = _opened(path)
        connection.set_busy_timeout(BUSY_MS)
        check_owner(connection, path, schema)
    except apsw.Error as error:
        refuse(path, error)
    if number(connection, "user_version") < schema.version:
        raise StartError(f"{path}: was made by an older version; `aiimagepipe run` or `all` upgrades it")
    return connection


def _opened(path: Path) -> apsw.Connection:
    address = f"file:{quote(str(path.resolve()))}"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    connection = apsw.Connection(f"{address}?mode=ro", flags=flags)
    try:
        objects(connection)
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        # A WAL database in a folder that cannot be written has nowhere to put the log's index. Nobody else can be
        # writing it either, so it may be read as a file that never changes (sqlite.org/wal.html, section 5).
        connection.close()
        connection = apsw.Connection(f"{address}?immutable=1", flags=flags)
    return connection
