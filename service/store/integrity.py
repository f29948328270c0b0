"""Is the database's file sound? SQLite's own check, in bounded parts."""

import time
from collections.abc import Callable
from pathlib import Path

import apsw

from service.store.locks import DAMAGE, damage_message
from service.store.schema import objects

FIRST_LOOK_S = 0.5
"""For the parts that are checked before the database is opened for writing: all of a database of
some 20,000 images. The rest is checked while the service works."""

OPCODES = 10_000
"""Steps of SQLite's machine between two questions whether to stop. The check asks once a page."""


def find_damage(
    connection: apsw.Connection, is_stopped: Callable[[], bool] = lambda: False, *, table: str = ""
) -> str:
    """Return what SQLite finds damaged in all of a database, or in one table, in its words.

    Empty where it is sound, or where the check was stopped before its end.
    """
    argument = f'("{table}")' if table else "(10)"
    connection.set_progress_handler(is_stopped, OPCODES)
    try:
        lines = [line for (line,) in connection.execute(f"PRAGMA quick_check{argument}")]
    except apsw.InterruptError:
        return ""
    except apsw.Error as error:  # where the damage is too great, the check itself fails
        return str(error)
    finally:
        connection.set_progress_handler(None)
    return "" if lines == ["ok"] else "; ".join(lines)


def look_at_once(connection: apsw.Connection, path: Path) -> None:
    """Check as many tables as fit into ``FIRST_LOOK_S``. Raises DatabaseDamagedError."""
    end = time.monotonic() + FIRST_LOOK_S
    try:
        tables = [name for kind, name in objects(connection) if kind == "table"]
    except DAMAGE as error:
        raise damage_message(path, error) from error
    for table in tables:
        if time.monotonic() >= end:
            return
        if damage := find_damage(connection, lambda: time.monotonic() >= end, table=table):
            raise damage_message(path, damage)
