"""A user's own query, which can change nothing, start nothing, and not run for ever.

A read-only connection is not enough: on one, ATTACH makes new files and VACUUM INTO writes copies
(both tried). So an authorizer allows reading and calling harmless functions, and refuses everything
else when the query is prepared.

SQLite's functions on texts that take as long as one text times the other are replaced by our own:
``instr(hex(zeroblob(7000000)), hex(zeroblob(3000000)) || '1')`` runs for an hour inside one step of
SQLite's machine, where no clock is looked at (tried). Python's own search does not.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import apsw

from service.errors import PipeError, StartError, TryAgainError
from service.light_dataclasses import dataclass
from service.store.connection import open_readonly
from service.store.locks import DAMAGE, damage_message
from service.store.schema import current

Argument = str | bytes | int | float | None

LONGEST = 16_000_000
"""Characters or bytes of one text; a longer one would take its memory from everybody."""


def register_functions(connection: apsw.Connection) -> None:
    """Let the connection use these instead of SQLite's."""
    for name, (function, arguments) in FUNCTIONS.items():
        connection.create_scalar_function(name, function, arguments, deterministic=True)


def instr(*arguments: Argument) -> int | None:
    """Return at which character, from 1, the second text begins in the first.

    0 where it does not.
    """
    text, part = arguments
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _text(text).find(_text(part)) + 1


def replace(*arguments: Argument) -> str | None:
    """Return the first text with the third in every place of the second."""
    if None in arguments:
        return None
    text, part, instead = map(_text, arguments)
    if not part:
        return text
    if len(text) + text.count(part) * (len(instead) - len(part)) > LONGEST:
        raise apsw.TooBigError("string or blob too big")
    return text.replace(part, instead)


class _Trim:
    """Takes the characters of the second text, or blanks, off the first."""

    def __init__(self, ends: str) -> None:
        self._ends = ends

    def __call__(self, *arguments: Argument) -> str | None:
        if not 1 <= len(arguments) <= 2:  # noqa: PLR2004  # as SQLite
            raise apsw.SQLError("wrong number of arguments to function trim()")
        if None in arguments:
            return None
        text = _text(arguments[0])
        # A set, since str.strip() looks through all unwanted characters for each of the text.
        unwanted = frozenset(_text(arguments[1]) if len(arguments) > 1 else " ")
        start, end = 0, len(text)
        if self._ends != "right":
            while start < end and text[start] in unwanted:
                start += 1
        if self._ends != "left":
            while start < end and text[end - 1] in unwanted:
                end -= 1
        return text[start:end]


def _text(value: Argument) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


FUNCTIONS: dict[str, tuple[Callable[..., Any], int]] = {
    "instr": (instr, 2),
    "replace": (replace, 3),
    "trim": (_Trim("both"), -1),
    "ltrim": (_Trim("left"), -1),
    "rtrim": (_Trim("right"), -1),
}
"""What is called instead of SQLite's functions: the function, and how many arguments it has."""


ALLOWED = frozenset(
    {apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_FUNCTION, apsw.SQLITE_RECURSIVE},
)
FORBIDDEN_FUNCTIONS = frozenset(
    {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}
)
UNBOUNDED_FUNCTIONS = ("json_patch", "jsonb_patch", "unhex", "geopoly_")
"""How the names of functions begin that can take hours within one step, as those replaced here did.
Nobody makes lists with them."""

OPCODES = 20_000
"""Steps of SQLite's machine between two looks at the clock; less than a millisecond."""

LIMITS = {
    # bytes of one text: zeroblob(1e9) would take them from everybody
    apsw.SQLITE_LIMIT_LENGTH: 16_000_000,
    # LIKE runs inside one opcode, where no clock is looked at
    apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
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
    path: Path,
    query: str,
    *,
    bounds: Bounds = Bounds(),
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[str]:
    """Yield the first column of a query's rows as texts, without NULLs.

    Raises StartError for what is refused.
    """
    end = time.monotonic() + bounds.seconds
    connection = guard(open_readonly(path), lambda: is_cancelled() or time.monotonic() > end)
    try:
        with interrupting(connection, bounds.seconds):
            yield from _bound_texts(_texts(connection, query), bounds)
    except apsw.AuthError as error:
        raise StartError(f"sql: only reading is allowed here; give one SELECT ({error})") from error
    except apsw.InterruptError as error:
        if is_cancelled():
            raise TryAgainError("sql: stopped before its end") from error
        raise StartError(
            f"sql: took longer than {bounds.seconds:g} s; ask for less, or add a LIMIT"
        ) from error
    except DAMAGE as error:
        raise damage_message(path, error) from error
    except apsw.Error as error:
        raise StartError(f"sql: SQLite refuses the query: {error}") from error
    except UnicodeDecodeError as error:
        raise StartError(
            "sql: the query gives bytes that are no text in UTF-8; ask for hex() of them"
        ) from error
    finally:
        connection.close()


class Interruptible(Protocol):
    """A connection of either library."""

    def interrupt(self) -> None:
        """End what runs on it."""


@contextmanager
def interrupting(connection: Interruptible, seconds: float) -> Iterator[None]:
    """Interrupt what runs after so many seconds.

    ``OPCODES`` steps of SQLite's machine may take long: a step that calls a function on a long text
    is one.
    """
    alarm = threading.Timer(seconds, connection.interrupt)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        alarm.join()  # so that it never meets the next question


def find_fault(path: Path, query: str) -> str:
    """Return why a query would be refused, without running it; '' where it would not.

    It is prepared on the database, where there is one that can be read, else on an empty one.
    """
    try:
        connection = open_readonly(path)
    except PipeError:
        connection = apsw.Connection(":memory:")
        connection.execute(current().text).fetchall()
    try:
        # explain=2: as EXPLAIN QUERY PLAN, of each statement in it
        guard(connection, lambda: False).execute(query, explain=2).fetchall()
    except apsw.AuthError as error:
        return f"only reading is allowed here; give one SELECT ({error})"
    except (apsw.Error, StartError) as error:
        return str(error).removeprefix("sql: ")
    finally:
        connection.close()
    return ""


def guard(connection: apsw.Connection, is_over: Callable[[], bool]) -> apsw.Connection:
    """Return the connection with everything forbidden but bounded reading."""
    for limit, value in LIMITS.items():
        connection.limit(limit, value)
    register_functions(connection)
    connection.set_authorizer(is_allowed)
    connection.set_progress_handler(is_over, OPCODES)
    connection.exec_trace = _Once()
    return connection


def is_allowed(
    action: int, one: str | None, two: str | None, _database: str | None, _inner: str | None
) -> int:
    """Return SQLite's answer (of either library) to what a statement wants to do: read, or else."""
    if action == apsw.SQLITE_PRAGMA and (one, two) == ("data_version", None):
        return apsw.SQLITE_OK  # what the full-text indexes ask before they answer; it only reads
    if action not in ALLOWED:
        return apsw.SQLITE_DENY
    if action == apsw.SQLITE_FUNCTION and _is_harmful(two or ""):
        return apsw.SQLITE_DENY
    return apsw.SQLITE_OK


def _is_harmful(function: str) -> bool:
    name = function.lower()
    return name in FORBIDDEN_FUNCTIONS or name.startswith(UNBOUNDED_FUNCTIONS)


class _Once:
    """Refuses a second statement: what is hidden behind a semicolon was not meant to be run."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, cursor: apsw.Cursor, _statement: str, _bindings: object) -> bool:
        # A comment alone is called a statement, too, and has no program.
        self.count += cursor.has_vdbe
        if self.count > 1:
            raise StartError(
                "sql: one statement at a time; there is a second one behind the semicolon"
            )
        return True


def _texts(connection: apsw.Connection, query: str) -> Iterator[str]:
    for row in connection.execute(query):
        if isinstance(row[0], bytes):
            raise StartError(
                "sql: the first column holds blobs; lists are made of texts and numbers"
            )
        if row[0] is not None:
            yield str(row[0])
    once = connection.exec_trace
    if isinstance(once, _Once) and once.count == 0:
        raise StartError("sql: there is no statement in it; give one SELECT")


def _bound_texts(texts: Iterator[str], bounds: Bounds) -> Iterator[str]:
    size = 0
    for count, found in enumerate(texts, 1):
        size += len(found)
        if count > bounds.rows or size > bounds.bytes:
            limits = f"{bounds.rows:,} rows or {bounds.bytes:,} characters"
            raise StartError(f"sql: gives more than {limits}; add a LIMIT")
        yield found
