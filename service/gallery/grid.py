"""The first page: small pictures of all that a search finds."""

import sqlite3
from typing import Any

from datasette.utils.asgi import Request, Response

from service.errors import StartError
from service.gallery.answers import Answer, is_number, read_asked
from service.gallery.orders import ORDERS
from service.gallery.page import Gallery, Route
from service.gallery.tiles import read_tiles
from service.store.search.hints import explain_nothing
from service.store.search.query import Search

MOST = 500
"""Images of one answer."""

EXAMPLES = (
    ("castle", "a word of the prompt"),
    ('"long hair"', "words next to each other"),
    ("cast* -night", "words that begin so; a word that must not be there"),
    ("neg:blurry", "a word of the negative prompt"),
    ("castle OR tower", "one of the two"),
    ("model:pony lora:detail", "names that have this in them"),
    ("steps:20..40 cfg:..5", "numbers, from and to"),
    ("date:2025-03", "the month of the file; also today, 7d, before:2025"),
    ("rating:4.. fav:yes tag:keep", "your own marks"),
    ("status:no_metadata", "how well it was read"),
)
"""Searches to begin with, and what they find."""


def routes(gallery: Gallery) -> list[Route]:
    """Return the addresses of this page."""
    grid = _Grid(gallery)
    return [
        (r"^/$", grid.page),
        (r"^/grid\.json$", grid.images),
        (r"^/grid/changes$", grid.changes),
        (r"^/grid/ids\.json$", grid.ids),
        (r"^/grid/hints\.json$", grid.hints),
    ]


class _Grid:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery

    async def page(self, request: Request) -> Response:
        """Return the page without any image; its script asks for them."""
        shown = {"asked": read_asked(request.args), "orders": ORDERS, "examples": EXAMPLES}
        return await self._gallery.page(request, "grid.html", shown)

    async def images(self, request: Request) -> Response:
        """Return some images of a search, and how many there are.

        ``version``: of the answer that the page has, where that is still kept; ``near``: an image
        around which they are wanted, wherever it is now; ``quick``: the first ones at once, and
        the count null where that would have to be waited for.
        """
        try:
            answer = await self._find(request)
        except StartError as error:
            return Response.json({"error": str(error)}, status=400)
        first, count = _number(request, "from", 0), _count(request)
        found: dict[str, Any] = {"count": None, "version": answer.version}
        if answer.is_whole:
            found["count"] = len(answer.ids)
        if near := _number(request, "near", 0):
            found["at"] = _place(answer, near)
            first = max(0, (found["at"] or 0) - count // 2)
        ids = answer.ids[first : first + count]
        found["from"] = first
        found["images"] = await self._gallery.ask(lambda connection: read_tiles(connection, ids))
        return Response.json(found)

    async def _find(self, request: Request) -> Answer:
        asked, answers = read_asked(request.args), self._gallery.answers
        answer = answers.kept(asked, _number(request, "version", 0))
        if answer is None and request.args.get("quick"):
            answer = await answers.find_first(asked, _count(request))
        return answer or await answers.find(asked)

    async def ids(self, request: Request) -> Response:
        """Return the numbers of all images of a search, or of some in a row."""
        try:
            answer = await self._find(request)
        except StartError as error:
            return Response.json({"error": str(error)}, status=400)
        first = _number(request, "from", 0)
        count = _number(request, "count", len(answer.ids))
        return Response.json({"version": answer.version, "ids": list(answer.ids[first:][:count])})

    async def hints(self, request: Request) -> Response:
        """Return why nothing is found, and what would be, in sentences."""
        line = read_asked(request.args).line

        def explain(connection: sqlite3.Connection) -> list[str]:
            search = Search(connection, self._gallery.config.database.path)
            try:
                return list(explain_nothing(search, line))
            except (StartError, sqlite3.OperationalError):
                return []

        return Response.json({"hints": await self._gallery.ask(explain)})

    async def changes(self, request: Request) -> Response:
        """Return how many images a search finds now, and how many of them are new to a page."""
        asked, version = read_asked(request.args), _number(request, "version", 0)
        try:
            # The order is asked first, so that it is kept for the page that still shows it.
            before = self._gallery.answers.kept(asked, version)
            answer = await self._gallery.answers.find_lately(asked)
        except StartError as error:
            return Response.json({"error": str(error)}, status=400)
        return Response.json(_compare(before, answer))


def _compare(before: Answer | None, answer: Answer) -> dict[str, int | None]:
    found: dict[str, int | None] = {"count": len(answer.ids), "version": answer.version}
    if before is None:
        return {**found, "new": None}
    if before is answer or before.ids == answer.ids:
        return {**found, "new": 0}
    return {**found, "new": len(set(answer.ids).difference(before.ids))}


def _place(answer: Answer, image_id: int) -> int | None:
    try:
        return answer.ids.index(image_id)
    except ValueError:
        return None


def _count(request: Request) -> int:
    return min(MOST, _number(request, "count", MOST))


def _number(request: Request, name: str, otherwise: int) -> int:
    """Return a number of an address; what is none counts as not said."""
    value = request.args.get(name) or ""
    return int(value) if is_number(value) else otherwise
