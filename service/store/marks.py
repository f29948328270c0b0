"""The user's own marks: ``marks.db`` beside the database, made once and never written to again.

A mark belongs to a content (the SHA-256 of the whole file), so it stays with the picture when that
moves, is read again, or the images' database is made anew. A file of its own may be edited in DB
Browser for as long as its user likes: the service never waits for it.
"""

from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import apsw

from service.errors import StartError
from service.event_log import get_logger
from service.store.sql import sql
from service.store.whole_files import write_whole

log = get_logger(__name__)

FILE = "marks.db"

SCHEMA = "marks"
"""The name under which it is attached, here and in DB Browser's projects."""

COLUMNS = ("rating", "favourite", "tags", "note")
"""What a person writes into a mark."""

BUSY_MS = 5_000


def marks_beside(database: Path) -> Path:
    """Return where the marks of a database are. Databases in one folder share them."""
    return database.with_name(FILE)


def make_marks(database: Path) -> None:
    """Make the file of marks where there is none; what is there is the user's, whatever it is.

    An empty one is what a process left that was killed while it made it.
    """
    path = marks_beside(database)
    if path.exists() and (path.stat().st_size or not path.is_file()):
        return
    try:
        # One file, without a log beside it: the user may copy it by hand.
        with closing(apsw.Connection(str(path))) as connection:
            connection.execute(sql("make_marks")).fetchall()
    except apsw.Error as error:  # nothing that the service does needs it
        log.warning("marks_not_made", path=str(path), reason=str(error))


def attach_marks(connection: apsw.Connection, database: Path) -> None:
    """Let a reading connection name the table ``marks``; it is empty where there is no such file.

    Raises StartError where the file cannot be read, or has no such table.
    """
    path = marks_beside(database)
    if SCHEMA in connection.db_names():
        return
    if not path.is_file():
        only_reads = connection.pragma("query_only")
        connection.pragma("query_only", 0)  # it keeps from temporary tables, too
        connection.execute(sql("make_marks").replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
        connection.pragma("query_only", only_reads)
        return
    try:
        address = f"file:{quote(str(path.resolve()))}?mode=ro"
        connection.execute(sql("attach_marks"), (address,)).fetchall()
        connection.execute(sql("any_mark")).fetchall()
    except apsw.Error as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: apsw.Error) -> StartError:
    if isinstance(error, apsw.BusyError):
        return StartError(
            f"{path}: another program is writing your marks ({error}); try again, or press Write "
            "Changes there"
        )
    return StartError(
        f"{path}: your marks cannot be read ({error}); put back a copy of it from the backups, "
        "or move it away, and the service makes an empty one"
    )


def find_mark(database: Path, sha256: str | None) -> dict[str, object]:
    """Return the user's mark of a content, by column; nothing where there is none.

    Raises StartError where the file cannot be read.
    """
    path = marks_beside(database)
    if sha256 is None or not path.is_file():
        return {}
    try:
        with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
            row = connection.execute(sql("mark_of"), (sha256,)).fetchone()
    except apsw.Error as error:
        raise _refusal(path, error) from error
    return {} if row is None else dict(zip(COLUMNS, row, strict=True))


def copy_marks(source: Path, target: Path) -> bool:
    """Copy a file of marks, whole or not at all; tell whether there was one to be copied."""
    if not source.is_file():
        return False
    flags = apsw.SQLITE_OPEN_READONLY
    try:
        with (
            write_whole(target) as part,
            closing(apsw.Connection(str(source), flags=flags)) as old,
            closing(apsw.Connection(str(part))) as new,
        ):
            old.set_busy_timeout(BUSY_MS)
            old.execute("SELECT COUNT(*) FROM sqlite_schema").fetchall()  # copying gives no reason
            with new.backup("main", old, "main") as copying:
                copying.step()
            new.execute("SELECT COUNT(*) FROM sqlite_schema").fetchall()
    except (apsw.Error, OSError) as error:
        log.warning("marks_not_copied", path=str(source), reason=str(error))
        return False
    return True
