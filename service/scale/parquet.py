"""The rows of a small database as one Parquet file a table."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import apsw

from service.export.records import write_parquet
from service.store.one_image import ColumnValue
from service.store.sql import statements

ROWS = 20_000
"""In memory at once, and in a row group of a file."""

KEY = "image_id"
DIGITS = 15
"""Of a stable_id in hexadecimal: 60 bits.

Among ten million images two share a number once in 20,000 collections.
"""


def number_of(stable_id: str) -> int:
    """Return the number by which Parquet knows an image, the same in every table and every run."""
    return int(stable_id[:DIGITS], 16)


def write_tables(connection: apsw.Connection, folder: Path, part: int) -> None:
    """Write each table of a database as ``TABLE/part-00017.parquet``, those without rows, too."""
    for table, query in statements("bulk.sql").items():
        names, rows = _run_query(connection, query)
        columns = list(_row(names, ["0", *names[1:]]))
        target = folder / table / f"part-{part:05d}.parquet"
        write_parquet((_row(names, row) for row in rows), target, columns, at_once=ROWS)


def _run_query(
    connection: apsw.Connection, query: str
) -> tuple[list[str], Iterator[tuple[ColumnValue, ...]]]:
    """Return a query's columns and rows."""
    names: list[str] = []

    def note_columns(cursor: apsw.Cursor, _query: str, _values: object) -> bool:
        names.extend(column[0] for column in cursor.get_description())
        return True

    cursor = connection.cursor()
    # While it runs: a cursor that found nothing describes nothing any more.
    cursor.exec_trace = note_columns
    return names, cursor.execute(query)


def _row(names: Sequence[str], row: Sequence[ColumnValue]) -> dict[str, ColumnValue]:
    """Return a row by column name, the image's number in the place of its id."""
    named = dict(zip(names, row, strict=True))
    found: dict[str, ColumnValue] = {KEY: number_of(str(named.pop("stable_id")))}
    if "own" in named:  # the table images has the whole name, too
        found["stable_id"] = named.pop("own")
    named.pop(KEY, None)
    return found | named
