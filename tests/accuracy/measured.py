"""Files of known truth, told apart by generator and container.

How many fields of each are read right.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

Row = Mapping[str, Any]


@dataclass(slots=True)
class Cell:
    """One generator in one container."""

    files: int = 0
    core_right: int = 0
    core_known: int = 0
    right: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)


def found(database: Path) -> dict[str, Row]:
    """Return the rows users see, by the last two parts of the path, as the truth names files."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM v_images_search")]
    return {"/".join(row["path"].split("/")[-2:]): row for row in rows}


def cells(
    truth: list[dict[str, Any]], rows: Mapping[str, Row], rules: ModuleType
) -> dict[tuple[str, str], Cell]:
    """Return a cell for each pair of generator (as the database names it) and container."""
    table: dict[tuple[str, str], Cell] = {}
    for want in truth:
        got = rows.get(want["path"], {})
        generator = (
            got.get("generator") if rules.generator_equal(want, got.get("generator")) else None
        )
        cell = table.setdefault((str(generator or want["generator"]), want["format"]), Cell())
        cell.files += 1
        for name, ok in judged(want, got, rules):
            cell.known[name] += 1
            cell.right[name] += ok
            cell.core_known += name in rules.CORE
            cell.core_right += ok and name in rules.CORE
    return table


def judged(want: Row, got: Row, rules: ModuleType) -> Iterator[tuple[str, bool]]:
    """Yield each field that the file states, and whether it was read right."""
    if want["generator"] in rules.NO_METADATA:
        return
    yield "generator", rules.generator_equal(want, got.get("generator"))
    if not want["scored"] or want["generator"].endswith("c2pa"):
        return
    for name, column in rules.COLUMN.items():
        if (
            name == "generator"
            or want[name] in (None, "")
            or (name == "denoise" and want[name] == 1)
        ):
            continue
        yield (
            name,
            any(rules.equal(name, value, got.get(column)) for value in rules.accepted(want, name)),
        )


def together(first: Cell | None, second: Cell) -> Cell:
    """Return two sets' counts of the same generator and container as one."""
    if first is None:
        return second
    return Cell(
        first.files + second.files,
        first.core_right + second.core_right,
        first.core_known + second.core_known,
        first.right + second.right,
        first.known + second.known,
    )
