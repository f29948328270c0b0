"""The rows of a small database as one Parquet file a table."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from service.errors import StartError
from service.export.atomic import update_file
from service.records.image_fields import INTEGER_COLUMNS, REAL_COLUMNS
from service.store.one_image import Value
from service.store.sql import statements

ROWS = 20_000
"""In memory at once, and in a row group of a file."""

KEY = "image_id"
DIGITS = 15
"""Of a stable_id in hexadecimal: 60 bits.

Among ten million images two share a number once in 20,000 collections.
"""

INTEGERS = INTEGER_COLUMNS | {
    KEY,
    "size_bytes",
    "mtime_ns",
    "file_width",
    "file_height",
    "position",
    "ordinal",
    "is_primary",
    "model_version_id",
    "used",
}
REALS = REAL_COLUMNS | {"weight", "clip_weight"}


def number_of(stable_id: str) -> int:
    """Return the number by which Parquet knows an image, the same in every table and every run."""
    return int(stable_id[:DIGITS], 16)


def write_tables(connection: apsw.Connection, folder: Path, part: int) -> None:
    """Write each table of a database as ``TABLE/part-00017.parquet``, those without rows, too."""
    for table, query in statements("bulk.sql").items():
        names, rows = _run_query(connection, query)
        columns = list(_row(names, ["0", *names[1:]]))
        _write(
            columns, (_row(names, row) for row in rows), folder / table / f"part-{part:05d}.parquet"
        )


def _run_query(
    connection: apsw.Connection, query: str
) -> tuple[list[str], Iterator[tuple[Value, ...]]]:
    """Return a query's columns and rows."""
    names: list[str] = []

    def note(cursor: apsw.Cursor, _query: str, _values: object) -> bool:
        names.extend(column[0] for column in cursor.get_description())
        return True

    cursor = connection.cursor()
    cursor.exec_trace = (
        note  # while it runs: a cursor that found nothing describes nothing any more
    )
    return names, cursor.execute(query)


def _row(names: Sequence[str], row: Sequence[Value]) -> dict[str, Value]:
    """Return a row by column name, the image's number in the place of its id."""
    named = dict(zip(names, row, strict=True))
    number = number_of(str(named.pop("stable_id")))
    if "own" in named:  # the table images tells the whole name, too
        named = {"stable_id": named.pop("own"), **named}
    return {
        KEY: number,
        **{name: _as_type(name, value) for name, value in named.items() if name != KEY},
    }


def _as_type(name: str, value: Value) -> Value:
    """Return a value of its column's type: an integer past 64 bits was stored as a float."""
    if name in INTEGERS:
        return value if isinstance(value, int) else None
    if name in REALS:
        return float(value) if isinstance(value, int | float) else None
    return value if value is None else str(value)


def _write(columns: Sequence[str], rows: Iterator[dict[str, Value]], target: Path) -> None:
    arrow, parquet = _arrow()
    types = {name: arrow.int64() for name in INTEGERS} | {name: arrow.float64() for name in REALS}
    schema = arrow.schema([(name, types.get(name, arrow.string())) for name in columns])
    with (
        update_file(target) as update,
        parquet.ParquetWriter(update.out, schema, compression="zstd") as writer,
    ):
        while batch := list(islice(rows, ROWS)):
            writer.write_table(arrow.Table.from_pylist(batch, schema=schema))


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: ICN001, PLC0415  # an extra, and slow to import
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise StartError(
            "Parquet needs the package pyarrow: pip install 'aiimagemetapipe[scale]'"
        ) from None
    return pyarrow, pyarrow.parquet
