"""Every image's row as Parquet, for DuckDB, pandas and their like."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
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


def write_parquet(rows: Iterable[Mapping[str, Value]], target: Path) -> Written:
    """Write a table with the columns of the first row. Raises StartError where pyarrow is not installed."""
    arrow, parquet = _arrow()
    batches = _batches(rows)
    first = next(batches, [])
    types = {name: arrow.int64() if name in INTEGERS else arrow.float64() for name in INTEGERS | REALS}
    schema = arrow.schema([(name, types.get(name, arrow.string())) for name in (first[0] if first else ())])
    count = 0
    with updating(target) as update, parquet.ParquetWriter(update.out, schema, compression="zstd") as writer:
        for batch in chain((first,), batches):
            writer.write_table(arrow.Table.from_pylist([_fitting(row) for row in batch], schema=schema))
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


def _fitting(row: Mapping[str, Value]) -> dict[str, Value]:
    """Return a row whose numbers have their column's type: an integer past 64 bits was stored as a float."""
    return {name: _typed(name, value) for name, value in row.items()}


def _typed(name: str, value: Value) -> Value:
    if name in INTEGERS:
        return value if isinstance(value, int) else None
    if name in REALS:
        return float(value) if isinstance(value, int | float) else None
    return None if value is None else str(value)
