"""What there is in the images of a search, and how often: each is a word to search for, too."""

import re
import sqlite3
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from datasette.utils.asgi import Request, Response

from service.errors import StartError
from service.gallery.answers import Asked, read_asked
from service.gallery.mark_file import split_tags
from service.gallery.odd_values import as_text
from service.gallery.orders import which_images
from service.gallery.page import Gallery, Route
from service.store.sql import statements

SECONDS = 2.0
"""For one facet. Where it is not enough the page says so."""

OPCODES = 5_000

SHOWN = 60
"""Values of one facet; how many more there are is said."""

KEPT = 100
"""Facets that are kept as long as nobody writes to the database."""

_WEIGHT = re.compile(r":-?[\d.]+\Z")

Counts = Iterable[tuple[Any, int]]


class Facet(NamedTuple):
    """One of them. Its query is in gallery.sql under its name."""

    title: str
    term: str
    """What finds the images of a value."""
    part: Callable[[Any], Iterable[str]] | None = None
    """Returns the values in a column that joins several."""


def _part_loras(joined: object) -> Iterable[str]:
    return (_WEIGHT.sub("", entry) for entry in (as_text(joined) or "").split(", "))


FACETS: dict[str, Facet] = {
    "generator": Facet("Generator", 'generator:="{}"'),
    "model": Facet("Model", 'model:="{}"'),
    "lora": Facet("LoRA", 'lora:="{}"', _part_loras),
    "sampler": Facet("Sampler", 'sampler:"{}"'),
    "month": Facet("Month", "date:{}"),
    "folder": Facet("Folder", 'folder:="{}"'),
    "status": Facet("Metadata", "status:{}"),
    "rating": Facet("Rating", "rating:{}"),
    "favourite": Facet("Favourites", "fav:{}"),
    "tag": Facet("Tag", 'tag:"{}"', split_tags),
    "duplicate": Facet("Duplicates", "duplicate:{}"),
}


def routes(gallery: Gallery) -> list[Route]:
    """Return the address of facets."""
    return [(r"^/facets\.json$", _Facets(gallery).show)]


class _Facets:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._kept: OrderedDict[tuple[Asked, int, str], dict[str, Any]] = OrderedDict()

    async def show(self, request: Request) -> Response:
        """Return the facets of a search (``q``), or one of them (``facet``)."""
        asked, named = read_asked(request.args), request.args.get("facet")
        if named and named not in FACETS:
            return Response.json({"error": f"facet: {named!r} is none of {', '.join(FACETS)}"}, 400)
        found = {}
        try:
            for name in [named] if named else FACETS:
                found[name] = await self._find(asked, name)
        except StartError as error:
            return Response.json({"error": str(error)}, status=400)
        return Response.json({"facets": found})

    async def _find(self, asked: Asked, name: str) -> dict[str, Any]:
        answer = await self._gallery.answers.find_lately(asked)
        key = (asked, answer.version, name)
        if key not in self._kept:
            ids = answer.ids if asked.line else None
            async with self._gallery.answers.slow:
                self._kept[key] = await self._gallery.ask(lambda c: count_values(c, name, ids))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


def count_values(
    connection: sqlite3.Connection, name: str, ids: Sequence[int] | None, seconds: float = SECONDS
) -> dict[str, Any]:
    """Return the values of a facet in some images, or in all (None), the commonest first."""
    facet, end = FACETS[name], time.thread_time() + seconds
    found: dict[str, Any] = {"title": facet.title, "values": [], "more": 0, "is_late": False}
    connection.set_progress_handler(lambda: time.thread_time() > end, OPCODES)
    try:
        rows = _ask(connection, name, ids)
    except sqlite3.OperationalError:
        return {**found, "is_late": True}
    finally:
        connection.set_progress_handler(None, OPCODES)
    counts = rows if facet.part is None else _part(rows, facet.part)
    found["more"] = max(0, len(counts) - SHOWN)
    for stored, images in counts[:SHOWN]:
        value = as_text(stored)
        # A name with a quote in it cannot be searched for as a whole.
        term = None if '"' in str(value) else facet.term.format(value)
        found["values"].append({"value": str(value), "images": images, "term": term})
    return found


def _ask(
    connection: sqlite3.Connection, name: str, ids: Sequence[int] | None
) -> list[tuple[Any, int]]:
    of, values = which_images(ids)
    text = statements("gallery.sql")[f"facet_{name}"].replace("/* of */", of)
    return connection.execute(text, values).fetchall()


def _part(rows: Counts, part: Callable[[Any], Iterable[str]]) -> list[tuple[str, int]]:
    """Return the counts of single values, of which each row has some."""
    counts: Counter[str] = Counter()
    for joined, images in rows:
        for value in set(part(joined)):
            counts[value] += images
    return counts.most_common()
