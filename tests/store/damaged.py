"""Damage as a failing disk does it: pages of the database's file that hold something else."""

from contextlib import closing
from pathlib import Path

import apsw

PAGE_SIZE = 4096


def damage(database: Path, page: int, content: bytes = b"\xa5") -> None:
    """Overwrite a page, counted from 1 as SQLite does."""
    with database.open("rb+") as file:
        file.seek((page - 1) * PAGE_SIZE)
        file.write(content * (PAGE_SIZE // len(content)))


def pages_of(database: Path, table: str) -> list[int]:
    """Return the pages of a table that hold rows."""
    with closing(apsw.Connection(str(database))) as connection:
        rows = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = ? AND pagetype IN ('leaf', 'overflow')",
            (table,),
        )
        return [int(str(page)) for (page,) in rows]


def damage_table(database: Path, table: str, which: int = 0) -> None:
    """Overwrite one of the pages that hold a table's rows."""
    damage(database, pages_of(database, table)[which])
