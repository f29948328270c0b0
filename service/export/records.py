"""Rows as JSON lines, CSV or Parquet, for other programs."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from service.errors import StartError
from service.export.atomic import update_file
from service.export.report import Written
from service.paths import how_to_install
from service.records.image_fields import INTEGER_COLUMNS, REAL_COLUMNS

Cell = str | int | float | None

FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""First characters that make a spreadsheet take a text for a formula (OWASP: CSV injection); the
last four are the full-width forms of the first four."""


UNSHOWN = frozenset({"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"})
"""Unicode's categories of what has no width, and of blanks."""


def write_jsonl(rows: Iterable[Mapping[str, Cell]], target: Path) -> Written:
    """Write one JSON object a row, exactly as given."""
    count = 0
    with update_file(target) as update:
        for row in rows:
            update.out.write(orjson.dumps(dict(row), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return Written(count, changed=update.changed)


def write_csv(
    rows: Iterable[Mapping[str, Cell]],
    target: Path,
    columns: Sequence[str],
    *,
    excel_safe: bool = True,
) -> Written:
    """Write a line of the columns' names, also above no row, and one line a row.

    UTF-8 with a byte order mark, for Excel. A text that a spreadsheet would take for a formula gets
    a leading ``'``, unless ``excel_safe`` is False.
    """
    count = 0
    with update_file(target) as update:
        text = io.TextIOWrapper(update.out, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(columns)
        for row in rows:
            writer.writerow(map(harmless, row.values()) if excel_safe else row.values())
            count += 1
        text.detach()
    return Written(count, changed=update.changed)


def harmless(value: Cell) -> Cell:
    """Return a value that no spreadsheet takes for a formula."""
    is_formula = isinstance(value, str) and _first_shown(value) in FORMULA
    return f"'{value}" if is_formula else value


def _first_shown(text: str) -> str:
    """Return the first character that a spreadsheet would read, '' where there is none.

    Some pass over what has no width (U+200B, U+FEFF, a variation selector) and over blanks.
    """
    for char in text:
        if char.isalnum() or char in FORMULA or unicodedata.category(char) not in UNSHOWN:
            return char
    return ""


ROWS = 5_000
"""In memory at once, and in a row group of a Parquet file."""

INTEGERS = INTEGER_COLUMNS | {
    "image_id",
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
"""Columns that hold numbers, in any table or view. All others hold texts."""


def write_parquet(
    rows: Iterable[Mapping[str, Cell]],
    target: Path,
    columns: Sequence[str],
    *,
    at_once: int = ROWS,
) -> Written:
    """Write a table with these columns, also of no row at all.

    Raises StartError where pyarrow is not installed.
    """
    arrow, parquet = _import_arrow()
    schema = arrow.schema([(name, _arrow_type(arrow, name)) for name in columns])
    count = 0
    source = iter(rows)
    with (
        update_file(target) as update,
        parquet.ParquetWriter(update.out, schema, compression="zstd") as writer,
    ):
        while batch := list(islice(source, at_once)):
            arrays = []
            for field in schema:
                values = [_typed(field.name, row[field.name]) for row in batch]
                arrays.append(arrow.array(values, field.type))
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
            count += len(batch)
    return Written(count, changed=update.changed)


def _import_arrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: ICN001, PLC0415  # an extra, and slow to import
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise StartError(
            f"Parquet needs the package pyarrow; {how_to_install('scale', 'pyarrow')}"
        ) from None
    return pyarrow, pyarrow.parquet


def _arrow_type(arrow: Any, column: str) -> Any:
    if column in INTEGERS:
        return arrow.int64()
    return arrow.float64() if column in REALS else arrow.string()


def _typed(column: str, value: Cell) -> Cell:
    """Return a value of its column's type: an integer past 64 bits was stored as a float."""
    if column in INTEGERS:
        return value if isinstance(value, int) else None
    if column in REALS:
        return float(value) if isinstance(value, int | float) else None
    return value if value is None else str(value)
