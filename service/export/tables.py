"""Every image's row as Parquet, for DuckDB, pandas and their like."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from service.errors import StartError
from service.export.atomic import updating
from service.export.records import Value
from service.export.written import Written

ROWS = 5_000
"""In memory at once, and in a row group of the file."""
INTEGERS = frozenset({"image_id", "steps", "width", "height", "clip_skip"})
REALS = frozenset({"cfg_scale", "denoise"})


def write_parquet(rows: Iterable[Mapping[str, Value]], target: Path, columns: Sequence[str]) -> Written:
    """Write a table with these columns, also of no row at all. Raises StartError where pyarrow is not installed."""
    arrow, parquet = _arrow()
    types = {name: arrow.int64() if name in INTEGERS else arrow.float64() for name in INTEGERS | REALS}
    schema = arrow.schema([(name, types.get(name, arrow.string())) for name in columns])
    count = 0
    with updating(target) as update, parquet.ParquetWriter(update.out, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            columns = [arrow.array(_column(batch, name), schema.field(name).type) for name in schema.names]
            writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
            count += len(batch)
    return Written(count, changed=update.changed)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: ICN001, PLC0415  # an extra, and slow to import
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise StartError("Parquet needs the package pyarrow: pip install 'aiimagemetapipe[scale]'") from None
    return pyarrow, pyarrow.parquet


def _batches(rows: Iterable[Mapping[str, Value]]) -> Iterator[list[Mapping[str, Value]]]:
    source = iter(rows)
    while batch := list(islice(source, ROWS)):
        yield batch


def _column(rows: Iterable[Mapping[str, Value]], name: str) -> list[Value]:
    """Return a column whose numbers have its type: an integer past 64 bits was stored as a float."""
    values = [row[name] for row in rows]
    if name in INTEGERS:
        return [value if isinstance(value, int) else None for value in values]
    if name in REALS:
        return [float(value) if isinstance(value, int | float) else None for value in values]
    return [value if value is None or isinstance(value, str) else str(value) for value in values]
