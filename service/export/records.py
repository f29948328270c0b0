"""Every image's row as JSON lines or CSV, for other programs.

Every image's row as Parquet, for DuckDB, pandas and their like.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from service.errors import StartError
from service.export.atomic import update_file
from service.export.report import Written
from service.records.image_fields import INTEGER_COLUMNS, REAL_COLUMNS

Value = str | int | float | None

FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""First characters that make a spreadsheet take a text for a formula (OWASP: CSV injection); the
last four are the full-width forms of the first four."""


def write_jsonl(rows: Iterable[Mapping[str, Value]], target: Path) -> Written:
    """Write one JSON object a row, exactly as given."""
    count = 0
    with update_file(target) as update:
        for row in rows:
            update.out.write(orjson.dumps(dict(row), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return Written(count, changed=update.changed)


def write_csv(
    rows: Iterable[Mapping[str, Value]],
    target: Path,
    columns: Sequence[str],
    *,
    excel_safe: bool = True,
) -> Written:
    """Write a header of the columns, also above no row at all, and one line a row, UTF-8 with BOM for Excel.

    A text that a spreadsheet would take for a formula gets a leading ``'``, unless ``excel_safe``
    is False.
    """
    count = 0
    with update_file(target) as update:
        text = io.TextIOWrapper(update.out, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(columns)
        for row in rows:
            writer.writerow(_safe(row.values()) if excel_safe else row.values())
            count += 1
        text.detach()
    return Written(count, changed=update.changed)


def _safe(values: Iterable[Value]) -> list[Value]:
    return [
        f"'{value}" if isinstance(value, str) and value[:1] in FORMULA else value
        for value in values
    ]


ROWS = 5_000
"""In memory at once, and in a row group of the file."""
INTEGERS = INTEGER_COLUMNS | {"image_id"}
REALS = REAL_COLUMNS


def write_parquet(
    rows: Iterable[Mapping[str, Value]], target: Path, columns: Sequence[str]
) -> Written:
    """Write a table with these columns, also of no row at all.

    Raises StartError where pyarrow is not installed.
    """
    arrow, parquet = _arrow()
    types = {
        name: arrow.int64() if name in INTEGERS else arrow.float64() for name in INTEGERS | REALS
    }
    schema = arrow.schema([(name, types.get(name, arrow.string())) for name in columns])
    count = 0
    with (
        update_file(target) as update,
        parquet.ParquetWriter(update.out, schema, compression="zstd") as writer,
    ):
        for batch in _batches(rows):
            columns = [
                arrow.array(_column(batch, name), schema.field(name).type) for name in schema.names
            ]
            writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
            count += len(batch)
    return Written(count, changed=update.changed)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: ICN001, PLC0415  # an extra, and slow to import
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise StartError(
            "Parquet needs the package pyarrow: pip install 'aiimagemetapipe[scale]'"
        ) from None
    return pyarrow, pyarrow.parquet


def _batches(rows: Iterable[Mapping[str, Value]]) -> Iterator[list[Mapping[str, Value]]]:
    source = iter(rows)
    while batch := list(islice(source, ROWS)):
        yield batch


def _column(rows: Iterable[Mapping[str, Value]], name: str) -> list[Value]:
    """Return a column whose numbers have its type.

    An integer past 64 bits was stored as a float.
    """
    values = [row[name] for row in rows]
    if name in INTEGERS:
        return [value if isinstance(value, int) else None for value in values]
    if name in REALS:
        return [float(value) if isinstance(value, int | float) else None for value in values]
    return [value if value is None or isinstance(value, str) else str(value) for value in values]
