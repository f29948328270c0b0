"""A user's own query, which can change nothing, start nothing, and not run for ever.

A read-only connection is not enough: on one, ATTACH makes new files and VACUUM INTO writes copies (both tried). So an
authorizer allows reading and calling harmless functions, and refuses everything else when the query is prepared.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw

from service.errors import StartError, TryAgainError
from service.store import bounded
from service.store.connection import open_readonly

ALLOWED = frozenset(
    {apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_FUNCTION, apsw.SQLITE_RECURSIVE},
)
FORBIDDEN_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
UNBOUNDED_FUNCTIONS = ("json_patch", "jsonb_patch", "unhex", "geopoly_")
"""How the names of functions begin that can take hours within one step, as those of ``bounded.py`` did. Nobody makes
lists with them."""

OPCODES = 20_000
"""Steps of SQLite's machine between two looks at the clock; less than a millisecond."""

LIMITS = {
    apsw.SQLITE_LIMIT_LENGTH: 16_000_000,  # bytes of one text: zeroblob(1e9) would take them from everybody
    apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,  # LIKE runs inside one opcode, where no clock is looked at
    apsw.SQLITE_LIMIT_ATTACHED: 0,
    apsw.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a query may take."""

    seconds: float = 60.0
    rows: int = 2_000_000
    bytes: int = 512_000_000


def first_column(
    path: Path, query: str, *, bounds: Bounds = Bounds(), is_cancelled: Callable[[], bool] = lambda: False
) -> Iterator[str]:
    """Yield the first column of a query's rows as texts, without NULLs. Raises StartError for what is refused."""
    end = time.monotonic() + bounds.seconds
    connection = guarded(open_readonly(path), lambda: is_cancelled() or time.monotonic() > end)
    try:
        yield from _bounded(_texts(connection, query), bounds)
    except apsw.AuthError as error:
        raise StartError(f"sql: only reading is allowed here; give one SELECT ({error})") from error
    except apsw.InterruptError as error:
        if is_cancelled():
            raise TryAgainError("sql: stopped before its end") from error
        raise StartError(f"sql: took longer than {bounds.seconds:g} s; ask for less, or add a LIMIT") from error
    except apsw.Error as error:
        raise StartError(f"sql: SQLite refuses the query: {error}") from error
    except UnicodeDecodeError as error:
        raise StartError("sql: the query gives bytes that are no text in UTF-8; ask for hex() of them") from error
    finally:
        connection.close()


def guarded(connection: apsw.Connection, is_over: Callable[[], bool]) -> apsw.Connection:
    """Return the connection with everything forbidden but bounded reading."""
    for limit, value in LIMITS.items():
        connection.limit(limit, value)
    bounded.bind(connection)
    connection.set_authorizer(_authorized)
    connection.set_progress_handler(is_over, OPCODES)
    connection.exec_trace = _Once()
    return connection


def _authorized(action: int, one: str | None, two: str | None, _database: str | None, _inner: str | None) -> int:
    if action == apsw.SQLITE_PRAGMA and (one, two) == ("data_version", None):
        return apsw.SQLITE_OK  # what the full-text indexes ask before they answer; it only reads
    if action not in ALLOWED:
        return apsw.SQLITE_DENY
    function = (two or "").lower() if action == apsw.SQLITE_FUNCTION else ""
    forbidden = function in FORBIDDEN_FUNCTIONS or function.startswith(UNBOUNDED_FUNCTIONS)
    return apsw.SQLITE_DENY if forbidden else apsw.SQLITE_OK


class _Once:
    """Refuses a second statement: what is hidden behind a semicolon was not meant to be run."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, cursor: apsw.Cursor, _statement: str, _bindings: object) -> bool:
        self.count += cursor.has_vdbe  # a comment alone is called a statement, too, and has no program
        if self.count > 1:
            raise StartError("sql: one statement at a time; there is a second one behind the semicolon")
        return True


def _texts(connection: apsw.Connection, query: str) -> Iterator[str]:
    for row in connection.execute(query):
        if isinstance(row[0], bytes):
            raise StartError("sql: the first column holds blobs; lists are made of texts and numbers")
        if row[0] is not None:
            yield str(row[0])
    if isinstance(once := connection.exec_trace, _Once) and not once.count:
        raise StartError("sql: there is no statement in it; give one SELECT")


def _bounded(texts: Iterator[str], bounds: Bounds) -> Iterator[str]:
    size = 0
    for count, found in enumerate(texts, 1):
        size += len(found)
        if count > bounds.rows or size > bounds.bytes:
            limits = f"{bounds.rows:,} rows or {bounds.bytes:,} characters"
            raise StartError(f"sql: gives more than {limits}; add a LIMIT")
        yield found
