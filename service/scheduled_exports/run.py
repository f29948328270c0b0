"""One export: what the database is asked, and who writes the answer into the file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path

import apsw

from service.config.export import Export, Style
from service.errors import StartError
from service.export.categories import Categories
from service.export.gathering import FoundText
from service.export.lists import STOPPED, StoppedError, until, write_list
from service.export.records import write_csv, write_jsonl, write_parquet
from service.export.report import Written
from service.export.slugs import place
from service.export.template_files import write_templates
from service.records import TokenKind
from service.scheduled_exports.loras import list_lora_tags
from service.store.connection import open_readonly
from service.store.database_reader import DatabaseReader
from service.store.export_rows import Listed, ListReader, Split
from service.store.locks import refuse
from service.store.user_query import first_column
from service.tokens.spelling import fold_token

OPCODES = 100_000
"""Steps of SQLite's machine between two questions whether to stop; about a millisecond."""

SOME = 8
"""Keys that are named to somebody who asked for one that no image has."""


def run_export(
    export: Export, database: Path, is_cancelled: Callable[[], bool] = lambda: False
) -> Written:
    """Write one export by a reading connection of its own, which is in nobody's way.

    Raises StartError, whose message says what to do, and TryAgainError where it cannot be done now;
    the old file stays then.
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
            return write(export, _read_into(export, connection, database), is_cancelled)
        except apsw.InterruptError as error:
            raise StoppedError(STOPPED) from error
        except apsw.Error as error:
            refuse(database, error)


def _read_into(export: Export, connection: apsw.Connection, database: Path) -> Iterator[FoundText]:
    """Yield the texts that an export asks for, each with the list that it belongs to."""
    split = Split(export.by_model, export.by_month)
    images = None
    if export.search:
        # Searches know how generators name things, which no other export needs.
        from service.store.search.query import Search  # noqa: PLC0415

        images = Search.on(connection, database).ids(export.search)
    rows = _rows(export, ListReader(connection, split, images))
    if not export.is_split:
        return (("", row.text, row.times) for row in rows)
    # Thousands of rows in a row have the same place.
    find_place = lru_cache(maxsize=64)(
        partial(place, by_model=export.by_model, by_month=export.by_month)
    )
    placed = ((find_place(row.model, row.month), row.text, row.times) for row in rows)
    if export.by != "category":
        return placed
    categories = Categories(export.categories)
    return (
        ("/".join(filter(None, (where, categories.find(fold_token(text))))), text, times)
        for where, text, times in placed
    )


KINDS_OF_STYLE: dict[Style | None, tuple[TokenKind, ...]] = {
    "tags": ("tag", "embedding"),
    "phrases": ("phrase",),
    None: ("tag", "embedding", "phrase"),
    "all": ("tag", "embedding", "phrase", "clause"),
}
"""What only prompts' grammar needs is in none of them."""


def _rows(export: Export, listing: ListReader) -> Iterable[Listed]:
    match export.kind:
        case "tokens":
            return listing.tokens(
                export.side,
                KINDS_OF_STYLE[export.style],
                written=export.form != "norm",
                by_uses=export.count == "uses",
            )
        case "prompts" | "templates":
            return listing.prompts(export.which)
        case "kv":
            return _values(listing, export.key)
        case "resources" if export.form == "tag":
            return list_lora_tags(listing, export.with_words)
        case _:
            return listing.resources(export.resource_kind, labels=export.form == "label")


def _values(listing: ListReader, key: str) -> Iterator[Listed]:
    """Yield a key's values. Raises StartError where the key is none that any image has."""
    rows = listing.values(key)
    first = next(rows, None)
    if first is not None:
        return chain((first,), rows)
    known = listing.keys()
    if known and key not in known:
        raise StartError(f"key: no image has {key!r}; {_suggest(key, known)}")
    return rows


def _suggest(key: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only a mistake needs it

    for close in get_close_matches(key, known, n=1):
        return f"did you mean {close!r}?"
    return f"there are {', '.join(known[:SOME])} …; the column key of kv has them all"


def _records(export: Export, database: Path, is_cancelled: Callable[[], bool]) -> Written:
    with DatabaseReader.open(database) as reader:
        rows = until(is_cancelled, reader.search_rows())
        suffix = export.out.suffix.lower()
        if suffix == ".jsonl":
            return write_jsonl(rows, export.out)
        columns = reader.search_columns()
        if suffix == ".csv":
            return write_csv(rows, export.out, columns, excel_safe=export.excel_safe)
        return write_parquet(rows, export.out, columns)
