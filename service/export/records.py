"""Every image's row as JSON lines or CSV, for other programs."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from service.export.atomic import replacing

Value = str | int | float | None

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters that make a spreadsheet take a text for a formula (OWASP: CSV injection); the last four are the
full-width forms of the first four."""


def write_jsonl(rows: Iterable[Mapping[str, Value]], target: Path) -> int:
    """Write one JSON object a row, exactly as given; return how many."""
    count = 0
    with replacing(target) as out:
        for row in rows:
            out.write(orjson.dumps(dict(row), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def write_csv(rows: Iterable[Mapping[str, Value]], target: Path) -> int:
    """Write a header and one line a row, UTF-8 with BOM for Excel; return how many rows.

    A text that a spreadsheet would take for a formula gets a leading ``'``.
    """
    count = 0
    with replacing(target) as out:
        text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        for row in rows:
            if not count:
                writer.writerow(row)
            writer.writerow(_safe(value) for value in row.values())
            count += 1
        text.detach()
    return count


def _safe(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
