"""One export from its settings to its file.

What the database is asked, and who writes the answer.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path

import apsw

from service.config import Export
from service.errors import StartError
from service.export.gathering import Heard
from service.export.lists import STOPPED, StoppedError, until, write_list
from service.export.records import write_csv, write_jsonl, write_parquet
from service.export.report import Written
from service.export.slugs import place
from service.export.template_files import write_templates
from service.records.model_names import base_name
from service.store.connection import open_readonly
from service.store.database_reader import DatabaseReader
from service.store.export_rows import Listed, Listing, Split
from service.store.locks import refuse
from service.store.user_query import first_column

OPCODES = 100_000
"""Steps of SQLite's machine between two questions whether to stop; about a millisecond."""

SOME = 8
"""Keys that are named to somebody who asked for one that there is not."""


def run_export(
    export: Export, database: Path, is_cancelled: Callable[[], bool] = lambda: False
) -> Written:
    """Write one export by a reading connection of its own, which stands in nobody's way.

    Raises StartError with the mend, TryAgainError where it cannot be done now; the old file stays
    then.
    """
    if export.kind == "records":
        return _records(export, database, is_cancelled)
    if export.kind == "sql":
        texts = first_column(database, export.sql, is_cancelled=is_cancelled)
        return write_list(export, (("", text, 1) for text in texts), is_cancelled)
    with closing(open_readonly(database)) as connection:
        connection.set_progress_handler(is_cancelled, OPCODES)
        try:
            write = write_templates if export.kind == "templates" else write_list
            return write(export, _read_into(export, connection), is_cancelled)
        except apsw.InterruptError as error:
            raise StoppedError(STOPPED) from error
        except apsw.Error as error:
            refuse(database, error)


def _read_into(export: Export, connection: apsw.Connection) -> Iterator[Heard]:
    rows = _rows(export, Listing(connection, Split(export.by_model, export.by_month)))
    if export.form == "tag":
        rows = (row._replace(text=_tag(row.text)) for row in rows)
    if not export.is_split:
        return (("", text, times) for _, _, text, times in rows)
    # Thousands of rows in a row have the same place.
    where = lru_cache(maxsize=64)(
        partial(place, by_model=export.by_model, by_month=export.by_month)
    )
    return ((where(model, month), text, times) for model, month, text, times in rows)


def _rows(export: Export, listing: Listing) -> Iterable[Listed]:
    match export.kind:
        case "tokens":
            return listing.tokens(export.side)
        case "prompts" | "templates":
            return listing.prompts(export.which)
        case "kv":
            return _values(listing, export.key)
        case _:
            return listing.resources(export.resource_kind, labels=export.form != "name")


def _values(listing: Listing, key: str) -> Iterator[Listed]:
    """Yield a key's values. Raises StartError where the key is none that any image has."""
    rows = listing.values(key)
    if (first := next(rows, None)) is not None:
        return chain((first,), rows)
    known = listing.keys()
    if known and key not in known:
        from difflib import get_close_matches  # noqa: PLC0415  # only a mistake needs it

        close = get_close_matches(key, known, n=1)
        some = ", ".join(known[:SOME])
        mend = (
            f"did you mean {close[0]!r}?"
            if close
            else f"there are {some} …; the column key of kv has them all"
        )
        raise StartError(f"key: no image has {key!r}; {mend}")
    return rows


def _tag(label: str) -> str:
    """Return a LoRA's label as a prompt names it: its file without folders and ending."""
    return f"<lora:{base_name(label)}:1>"


def _records(export: Export, database: Path, is_cancelled: Callable[[], bool]) -> Written:
    with DatabaseReader.open(database) as reader:
        rows = until(is_cancelled, reader.search_rows())
        match export.out.suffix.lower():
            case ".jsonl":
                return write_jsonl(rows, export.out)
            case ".csv":
                return write_csv(
                    rows, export.out, reader.search_columns(), excel_safe=export.excel_safe
                )
            case _:
                return write_parquet(rows, export.out, reader.search_columns())
