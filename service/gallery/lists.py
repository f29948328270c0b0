"""What a search or a selection has in it, as a list: words for wildcards, prompts, a table."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, get_args

import orjson
from datasette.utils.asgi import Request, Response

from service.config.export import Dialect, Export, ListKind
from service.errors import PipeError, StartError
from service.export.lists import write_list
from service.gallery.answers import Asked, read_asked, read_ids
from service.gallery.marks import csv_text
from service.gallery.page import Gallery, Route
from service.records import Side, TokenKind
from service.store.export_rows import ListReader
from service.store.sql import statements

KINDS: tuple[TokenKind, ...] = ("tag", "embedding", "phrase")

DIALECTS = {
    "plain": "any program",
    "dynamicprompts": "Dynamic Prompts",
    "impact": "Impact Pack",
    "swarm": "SwarmUI",
    "a1111": "A1111, Forge",
}

PREVIEW = 200
"""Lines that the page shows."""

MOST_NAMED = 200
"""Images that a search can name one by one; of more, the export has to be of a search."""

MOST_ROWS = 100_000
"""Lines of one table. `aiimagepipe export records` writes all there are."""


class Wanted(NamedTuple):
    """A list, as the address of a page states it."""

    asked: Asked
    ids: tuple[int, ...]
    """A selection; none: all that is found."""
    side: Side
    least: int
    dialect: Dialect

    @property
    def line(self) -> str:
        """Return the search that finds the same images. Raises StartError where there is none."""
        if not self.ids:
            return self.asked.line
        if len(self.ids) > MOST_NAMED:
            raise StartError(
                f"lists: an export can name {MOST_NAMED} images; select fewer, or give them a tag "
                "and search for that"
            )
        return f"id:{','.join(map(str, self.ids))} state:any"


def routes(gallery: Gallery) -> list[Route]:
    """Return the addresses of lists."""
    lists = _Lists(gallery)
    return [
        (r"^/lists$", lists.page),
        (r"^/lists/wildcards\.txt$", lists.wildcards),
        (r"^/lists/prompts\.txt$", lists.prompts),
        (r"^/lists/images\.csv$", lists.table),
        (r"^/lists/export\.toml$", lists.export),
    ]


class _Lists:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery

    async def page(self, request: Request) -> Response:
        """Return the page; its script asks for the lists."""
        wanted = _read(request)
        shown: dict[str, Any] = {"wanted": wanted, "dialects": DIALECTS, "preview": PREVIEW}
        shown["ids"] = ",".join(map(str, wanted.ids))
        shown["query"] = request.query_string
        try:
            shown["count"] = len(await self._find(wanted))
        except StartError as error:
            shown["fault"] = str(error)
        return await self._gallery.page(request, "lists.html", shown)

    async def wildcards(self, request: Request) -> Response:
        """Return the words of the prompts, the commonest first."""
        return await self._answer(request, "tokens", "wildcards.txt")

    async def prompts(self, request: Request) -> Response:
        """Return the prompts, one a line, the commonest first."""
        return await self._answer(request, "prompts", "prompts.txt")

    async def _answer(self, request: Request, kind: ListKind, name: str) -> Response:
        wanted = _read(request)
        try:
            ids = await self._find(wanted)
            async with self._gallery.answers.slow:
                text, unsafe = await self._gallery.ask(lambda c: _write(c, kind, wanted, ids))
        except PipeError as error:
            return Response.text(f"{error}\n", status=400)
        headers = {"x-left-out": str(unsafe)}
        return _text(request, text, name, "text/plain", headers)

    async def table(self, request: Request) -> Response:
        """Return the images as CSV, as `export records` writes them."""
        try:
            ids = (await self._find(_read(request)))[:MOST_ROWS]
        except PipeError as error:
            return Response.text(f"{error}\n", status=400)
        async with self._gallery.answers.slow:
            text = await self._gallery.ask(lambda connection: _table(connection, ids))
        return _text(request, text, "images.csv", "text/csv")

    async def export(self, request: Request) -> Response:
        """Return the lines for config.toml that keep the list of words up to date."""
        try:
            wanted = _read(request)
            await self._find(wanted)
            text = snippet(wanted)
        except PipeError as error:
            return Response.text(f"{error}\n", status=400)
        return _text(request, text, "export.toml", "application/toml")

    async def _find(self, wanted: Wanted) -> Sequence[int]:
        return wanted.ids or (await self._gallery.answers.find(wanted.asked)).ids


def snippet(wanted: Wanted) -> str:
    """Return an ``[[export]]`` that makes the same list of words. Raises StartError as ``line``."""
    settings: dict[str, object] = {"kind": "tokens", "out": "out/wildcards/from_gallery.txt"}
    settings["side"] = wanted.side
    settings["min_count"] = wanted.least
    settings["dialect"] = wanted.dialect
    if wanted.line:
        settings["search"] = wanted.line
    # What TOML calls a basic string is as JSON has it.
    lines = [f"{name} = {orjson.dumps(value).decode()}" for name, value in settings.items()]
    return "\n".join(["[[export]]", *lines, ""]).replace("\x7f", "\\u007F")


def _read(request: Request) -> Wanted:
    ids = tuple(read_ids(request.args.get("ids")))
    side: Side = "neg" if request.args.get("side") == "neg" else "pos"
    least = request.args.get("min") or ""
    dialect = request.args.get("dialect")
    return Wanted(
        read_asked(request.args),
        ids,
        side,
        max(1, int(least)) if least.isdecimal() and len(least) < 9 else 1,  # noqa: PLR2004
        dialect if dialect in get_args(Dialect) else "plain",
    )


def _write(
    connection: sqlite3.Connection, kind: ListKind, wanted: Wanted, ids: Sequence[int]
) -> tuple[str, int]:
    """Return the list, and how many texts its reader could not read as they are."""
    listing = ListReader(connection, images=ids)
    if kind == "prompts":
        found = listing.prompts(wanted.side)
    else:
        found = listing.tokens(wanted.side, KINDS)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "list.txt"
        export = Export(kind=kind, out=out, min_count=wanted.least, dialect=wanted.dialect)
        written = write_list(export, (("", row.text, row.times) for row in found))
        return out.read_text(encoding="utf-8"), written.unsafe


def _table(connection: sqlite3.Connection, ids: Sequence[int]) -> str:
    asked = {"ids": orjson.dumps(list(ids)).decode()}
    rows = connection.execute(statements("gallery.sql")["table_of"], asked)
    return csv_text([column[0] for column in rows.description], rows)


def _text(
    request: Request, text: str, name: str, kind: str, headers: dict[str, str] | None = None
) -> Response:
    headers = headers or {}
    if request.args.get("download"):
        headers["content-disposition"] = f'attachment; filename="{name}"'
    return Response(text, headers=headers, content_type=f"{kind}; charset=utf-8")
