"""One export from its settings to its file: what the database is asked, and who writes the answer."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import apsw

from service.config import Export
from service.errors import StartError
from service.export.gathering import Item
from service.export.lists import StoppedError, until, write_list
from service.export.records import write_csv, write_jsonl
from service.export.slugs import place
from service.export.tables import write_parquet
from service.export.written import Written
from service.store.asked import first_column
from service.store.connection import open_readonly
from service.store.listing import Listed, Listing, Split
from service.store.locks import refuse
from service.store.reading import Reader

OPCODES = 100_000
"""Steps of SQLite's machine between two questions whether to stop; about a millisecond."""


def run_export(export: Export, database: Path, is_cancelled: Callable[[], bool] = lambda: False) -> Written:
    """Write one export by a reading connection of its own, which stands in nobody's way.

    Raises StartError with the mend, TryAgainError where it cannot be done now; the old file stays then.
    """
    if export.kind == "records":
        return _records(export, database, is_cancelled)
    if export.kind == "sql":
        texts = first_column(database, export.sql, is_cancelled=is_cancelled)
        return write_list(export, (Item("", text, 1) for text in texts), is_cancelled)
    with closing(open_readonly(database)) as connection:
        connection.set_progress_handler(is_cancelled, OPCODES)
        try:
            return write_list(export, _items(export, connection), is_cancelled)
        except apsw.InterruptError as error:
            raise StoppedError("the export was stopped before its end") from error
        except apsw.Error as error:
            refuse(database, error)


def _items(export: Export, connection: apsw.Connection) -> Iterator[Item]:
    listing = Listing(connection, Split(export.by_model, export.by_month))
    for row in _rows(export, listing):
        where = place(row.model, row.month, by_model=export.by_model, by_month=export.by_month)
        yield Item(where, _tag(row.text) if export.form == "tag" else row.text, row.times)


def _rows(export: Export, listing: Listing) -> Iterable[Listed]:
    match export.kind:
        case "tokens":
            return listing.tokens(export.side)
        case "prompts":
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
        raise StartError(f"key: no image has {key!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
    return rows


def _tag(label: str) -> str:
    """Return a LoRA's label as a prompt names it."""
    name = label.replace("\\", "/").rsplit("/", 1)[-1]
    return f"<lora:{name.removesuffix('.safetensors')}:1>"


def _records(export: Export, database: Path, is_cancelled: Callable[[], bool]) -> Written:
    with Reader.open(database) as reader:
        rows = until(is_cancelled, reader.search_rows())
        match export.out.suffix.lower():
            case ".jsonl":
                return write_jsonl(rows, export.out)
            case ".csv":
                return write_csv(rows, export.out, excel_safe=export.excel_safe)
            case _:
                return write_parquet(rows, export.out)
