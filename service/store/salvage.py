"""What can be read of a damaged database, copied row by row into a new one.

Damage is in pages of the file. A table is read up to the damaged page and then on behind it: by
number where its rows have one, else from its other end. What was lost and can be made again is
marked so: rows from the stored records, and the images without such a record from their files.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw

from service.errors import StartError
from service.light_dataclasses import dataclass
from service.store.connection import open_as_it_is
from service.store.locks import DAMAGE, damage_message
from service.store.schema import current
from service.store.sql import sql
from service.store.whole_files import write_whole

LAST_NUMBER = 2**62

NUMBERS = ("id", "image_id")
"""Columns of whole numbers by which a table is in order, where its key begins with them."""

OWN_TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was saved."""

    rows: dict[str, int]
    """Of each table."""
    damaged: tuple[str, ...]
    """The tables of which something could not be read."""


def salvage_into(source: Path, target: Path) -> Salvaged:
    """Copy what can be read of a database into a new file. The caller holds the database's lock.

    The file is there when it is whole. Raises StartError where it is there already, or nothing at
    all can be read.
    """
    if target.exists():
        raise StartError(f"{target}: is there already; name another file with --into")
    try:
        with write_whole(target) as part:
            return _salvage_into_part(source, part)
    except DAMAGE as error:
        raise damage_message(source, error) from error


def _salvage_into_part(source: Path, part: Path) -> Salvaged:
    with closing(open_as_it_is(source)) as old, closing(apsw.Connection(str(part))) as new:
        new.execute(current().text).fetchall()
        saved = _copy_tables(old, new)
        _tidy(new, is_damaged=bool(saved.damaged))
        return saved


def _copy_tables(old: apsw.Connection, new: apsw.Connection) -> Salvaged:
    rows: dict[str, int] = {}
    damaged: list[str] = []
    known = set(_tables(old))
    new.execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF").fetchall()
    for name in _tables(new):
        if name not in known:
            continue
        table = _DamagedTable(old, new, name)
        with new:
            rows[name] = table.copy_into(new)
        if table.is_damaged:
            damaged.append(name)
    return Salvaged(rows, tuple(damaged))


class _DamagedTable:
    """Reads a table around what is damaged of it."""

    def __init__(self, old: apsw.Connection, new: apsw.Connection, name: str) -> None:
        self._old = old
        self._name = name
        columns = {column for _, column, *_ in old.execute(f'PRAGMA table_info("{name}")')}
        stated = list(new.execute(f'PRAGMA table_info("{name}")'))
        self._columns = [column for _, column, *_ in stated if column in columns]
        keys = sorted((place, column) for _, column, *_, place in stated if place)
        self._keys = [column for _, column in keys]
        self.is_damaged = False

    def copy_into(self, new: apsw.Connection) -> int:
        """Write every row that can be read into the new table; return how many."""
        columns = ", ".join(f'"{column}"' for column in self._columns)
        places = ", ".join("?" for _ in self._columns)
        # A row may have been read with other values than it was written with.
        insert = f'INSERT OR REPLACE INTO "{self._name}" ({columns}) VALUES ({places})'  # noqa: S608  # our own names
        count = 0
        for row in self._rows(columns):
            try:
                new.execute(insert, row).fetchall()
                count += 1
            except apsw.ConstraintError:
                self.is_damaged = True
        return count

    def _rows(self, columns: str) -> Iterator["apsw.SQLiteValues"]:
        if self._keys[0] in NUMBERS:
            yield from self._rows_by_number(columns, self._keys[0])
            return
        for direction in ("ASC", "DESC"):
            order = ", ".join(f'"{key}" {direction}' for key in self._keys)
            try:
                query = f'SELECT {columns} FROM "{self._name}" ORDER BY {order}'  # noqa: S608  # our own names
                yield from self._old.execute(query)
            except DAMAGE:
                self.is_damaged = True
            else:
                return

    def _rows_by_number(self, columns: str, number: str) -> Iterator["apsw.SQLiteValues"]:
        query = (
            f'SELECT "{number}", {columns} FROM "{self._name}" '  # noqa: S608  # our own names
            f'WHERE "{number}" > ? ORDER BY "{number}"'
        )
        after: int | None = -1
        while after is not None:
            try:
                for found, *row in self._old.execute(query, (after,)):
                    yield row
                    after = int(found)
            except DAMAGE:
                self.is_damaged = True
                after = self._find_readable(query, after)
            else:
                return

    def _find_readable(self, query: str, after: int) -> int | None:
        """Return the next number behind which a row can be read; None where there is none."""
        step = 1
        while not self._is_readable(query, after + step):
            step *= 2
            if after + step > LAST_NUMBER:
                return None
        low, high = after + step // 2, after + step
        while high - low > 1:
            middle = (low + high) // 2
            if self._is_readable(query, middle):
                high = middle
            else:
                low = middle
        return high

    def _is_readable(self, query: str, after: int) -> bool:
        try:
            self._old.execute(query, (after,)).fetchone()
        except DAMAGE:
            return False
        return True


def _tidy(new: apsw.Connection, *, is_damaged: bool) -> None:
    """Delete the rows whose image or text was lost, and mark what is to be made again."""
    with new:
        for table in _tables(new):
            for key in new.execute(f'PRAGMA foreign_key_list("{table}")').fetchall():
                new.execute(_delete_orphans(table, *map(str, key[2:5]))).fetchall()
        if is_damaged:
            new.execute(sql("mark_salvaged_rows")).fetchall()
            new.execute(sql("mark_salvaged_files")).fetchall()


def _delete_orphans(table: str, parent: str, column: str, of_parent: str) -> str:
    return (
        f'DELETE FROM "{table}" WHERE "{column}" IS NOT NULL AND "{column}" NOT IN '  # noqa: S608  # our own names
        f'(SELECT "{of_parent}" FROM "{parent}")'
    )


def _tables(connection: apsw.Connection) -> list[str]:
    """Return the tables of a database, without those that SQLite makes itself."""
    names = [str(name) for (name,) in connection.execute(OWN_TABLES)]
    return [name for name in names if not name.startswith("sqlite_")]
