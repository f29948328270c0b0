"""Every image's row as JSON lines or CSV, for other programs."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import orjson

from service.export.atomic import updating
from service.export.written import Written

Value = str | int | float | None

FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""First characters that make a spreadsheet take a text for a formula (OWASP: CSV injection); the last four are the
full-width forms of the first four."""


def write_jsonl(rows: Iterable[Mapping[str, Value]], target: Path) -> Written:
    """Write one JSON object a row, exactly as given."""
    count = 0
    with updating(target) as update:
        for row in rows:
            update.out.write(orjson.dumps(dict(row), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return Written(count, changed=update.changed)


def write_csv(
    rows: Iterable[Mapping[str, Value]], target: Path, columns: Sequence[str], *, excel_safe: bool = True
) -> Written:
    """Write a header of the columns, also above no row at all, and one line a row, UTF-8 with BOM for Excel.

    A text that a spreadsheet would take for a formula gets a leading ``'``, unless ``excel_safe`` is False.
    """
    count = 0
    with updating(target) as update:
        text = io.TextIOWrapper(update.out, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(columns)
        for row in rows:
            writer.writerow(_safe(row.values()) if excel_safe else row.values())
            count += 1
        text.detach()
    return Written(count, changed=update.changed)


def _safe(values: Iterable[Value]) -> list[Value]:
    return [f"'{value}" if isinstance(value, str) and value[:1] in FORMULA else value for value in values]
