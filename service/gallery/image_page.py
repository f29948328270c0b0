"""The page of one image: the picture, and all that is known of how it was made."""

import json
import sqlite3
from dataclasses import asdict
from typing import Any, NamedTuple
from urllib.parse import quote

from datasette.utils.asgi import NotFound, Request, Response

from service import pipeline
from service.errors import StartError
from service.gallery.answers import Asked, read_asked
from service.gallery.marks import Mark, read_marks
from service.gallery.neighbours import find_neighbours
from service.gallery.odd_values import as_text, read_readable
from service.gallery.page import Gallery, Route
from service.gallery.shown import ShownImage, show_image
from service.gallery.texts import FileTexts, read_raw, read_texts, write_infotext
from service.store.one_image import ImageRecord
from service.store.sql import statements


class Turn(NamedTuple):
    """Where an image is among those of a search."""

    position: int | None = None
    """From 1; None where it is none of them."""
    total: int = 0
    previous: int | None = None
    next: int | None = None


class OneImage(NamedTuple):
    """An image as its page needs it."""

    id: int
    shown: ShownImage
    texts: FileTexts
    place: str
    mark: Mark
    failure: str = ""
    """Why its file could not be read."""

    @property
    def record(self) -> ImageRecord:
        """Return all its rows."""
        return self.shown.image


def read_one(connection: sqlite3.Connection, image_id: int) -> OneImage | None:
    """Return an image; None where there is none of this id."""
    image = read_readable(connection, image_id)
    if image is None:
        return None
    place = _find_text(connection, "image_place", image_id)
    failure = _find_text(connection, "failure_of", image_id)
    texts = read_texts(read_raw(connection, image_id))
    marks = read_marks(connection, [image_id])
    shown = show_image(image, place)
    return OneImage(image_id, shown, texts, place, marks.get(image_id, {}), failure)


def _find_text(connection: sqlite3.Connection, name: str, image_id: int) -> str:
    """Return the text that a statement finds of an image; '' where it finds none."""
    row = connection.execute(statements("gallery_image.sql")[name], (image_id,)).fetchone()
    return (as_text(row[0]) if row else None) or ""


def read_raw_known(connection: sqlite3.Connection, image_id: int) -> dict[str, Any] | None:
    """Return the stored record, and why it was read as it was."""
    raw = read_raw(connection, image_id)
    if raw is None:
        return None
    why = list(map(asdict, pipeline.explain_reading(raw)))
    return {"extractor": raw.extractor, "tags": raw.tags, "why": why}


def all_known(one: OneImage, turn: Turn) -> dict[str, Any]:
    """Return everything that is known of an image, without what is not."""
    record = asdict(one.record)
    known: dict[str, Any] = {"image": _stated(record.pop("image")), "place": one.place}
    for name, rows in record.items():
        known[name] = [_stated(row) for row in rows]
    return {**known, "mark": _stated(one.mark), "turn": turn._asdict()}


def _stated(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def routes(gallery: Gallery) -> list[Route]:
    """Return the addresses of this page."""
    pages = _ImagePages(gallery)
    page_of = r"^/image/(?P<id>\d{1,18})"
    return [
        (rf"{page_of}$", pages.page),
        (rf"{page_of}\.json$", pages.as_json),
        (rf"{page_of}/neighbours\.json$", pages.neighbours),
        (rf"{page_of}/raw\.json$", pages.raw),
        (rf"{page_of}/workflow\.json$", pages.workflow),
        (rf"{page_of}/infotext\.txt$", pages.infotext),
    ]


class _ImagePages:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery

    async def page(self, request: Request) -> Response:
        """Return the page."""
        one, asked = await self._read(request), read_asked(request.args)
        turn = await self._find_turn(asked, one.id)
        what = {"one": one, "shown": one.shown, "row": one.record.image}
        return await self._gallery.page(
            request, "image.html", {**what, "asked": asked, "turn": turn}
        )

    async def as_json(self, request: Request) -> Response:
        """Return all that is known."""
        one = await self._read(request)
        turn = await self._find_turn(read_asked(request.args), one.id)
        return Response.json(all_known(one, turn), default=as_text)

    async def neighbours(self, request: Request) -> Response:
        """Return the images that have something in common with it."""
        image_id = _id_of(request)
        strips = await self._gallery.ask(lambda connection: find_neighbours(connection, image_id))
        return Response.json({"strips": strips})

    async def raw(self, request: Request) -> Response:
        """Return the stored record, to be read by people."""
        image_id = _id_of(request)
        found = await self._gallery.ask(lambda connection: read_raw_known(connection, image_id))
        if found is None:
            raise NotFound("There is no stored record of it.")
        return Response(json.dumps(found, indent=1), content_type="application/json")

    async def workflow(self, request: Request) -> Response:
        """Return what ComfyUI opens, as a file; in ASCII, which keeps whatever it holds."""
        one = await self._read(request)
        if one.texts.workflow is None:
            raise NotFound("The file holds no workflow.")
        name = quote(f"{one.record.image['file_name']}.json")
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(json.dumps(one.texts.workflow), 200, headers, "application/json")

    async def infotext(self, request: Request) -> Response:
        """Return A1111's text, as the file has it, or else made of its row."""
        one = await self._read(request)
        text = one.texts.infotext or write_infotext(one.record)
        if text is None:
            raise NotFound("Nothing is known of how it was made.")
        return Response.text(text)

    async def _read(self, request: Request) -> OneImage:
        image_id = _id_of(request)
        one = await self._gallery.ask(lambda connection: read_one(connection, image_id))
        if one is None:
            raise NotFound(f"There is no image {image_id}.")
        return one

    async def _find_turn(self, asked: Asked, image_id: int) -> Turn:
        """Return where an image is in an answer; nowhere, where nothing can be asked so."""
        try:
            ids = (await self._gallery.answers.find(asked)).ids
            at = ids.index(image_id)
        except (StartError, ValueError):
            return Turn()
        before = ids[at - 1] if at else None
        after = ids[at + 1] if at + 1 < len(ids) else None
        return Turn(at + 1, len(ids), before, after)


def _id_of(request: Request) -> int:
    return int(request.url_vars["id"])
