"""The page of one image: the picture, and all that is known of how it was made."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, NamedTuple
from urllib.parse import quote

from datasette.utils.asgi import NotFound, Request, Response

from service import pipeline
from service.errors import StartError
from service.gallery.answers import Asked, read_asked
from service.gallery.file_texts import FileTexts, read_raw, read_texts
from service.gallery.infotext import write_infotext
from service.gallery.page import Gallery, Route
from service.gallery.shown import ShownImage, show_image
from service.store.marks import COLUMNS
from service.store.one_image import ColumnValue, ImageRecord, read_image
from service.store.sql import Reading, sql, statements

UNKNOWN = "There is no such image."


class Turn(NamedTuple):
    """Where an image is among those of a search."""

    position: int | None = None
    """From 1; None where it is none of them."""
    total: int = 0
    previous: int | None = None
    next: int | None = None


class OneImage(NamedTuple):
    """An image as its page needs it."""

    shown: ShownImage
    texts: FileTexts
    place: str
    mark: dict[str, ColumnValue]

    @property
    def record(self) -> ImageRecord:
        """Return all its rows."""
        return self.shown.image


def read_one(connection: Reading, image_id: int) -> OneImage | None:
    """Return an image; None where there is none of this id."""
    image = read_image(connection, image_id)
    if image is None:
        return None
    (place,) = connection.execute(
        statements("gallery_image.sql")["image_place"], (image_id,)
    ).fetchone()
    texts = read_texts(read_raw(connection, image_id))
    mark = connection.execute(sql("mark_of"), (image.image["sha256"],)).fetchone()
    known = dict(zip(COLUMNS, mark, strict=True)) if mark else {}
    return OneImage(show_image(image, place), texts, place, known)


def read_raw_text(connection: Reading, image_id: int) -> dict[str, Any] | None:
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


async def find_turn(gallery: Gallery, asked: Asked, image_id: int) -> Turn:
    """Return where an image is in an answer; nowhere, where nothing can be asked so."""
    try:
        ids = (await gallery.answers.find(asked)).ids
        at = ids.index(image_id)
    except (StartError, ValueError):
        return Turn()
    before = ids[at - 1] if at else None
    after = ids[at + 1] if at + 1 < len(ids) else None
    return Turn(at + 1, len(ids), before, after)


def routes(gallery: Gallery) -> list[Route]:
    """Return the addresses of this page."""

    async def read(request: Request) -> OneImage | None:
        image_id = int(request.url_vars["id"])
        return await gallery.ask(lambda connection: read_one(connection, image_id))

    async def page(request: Request) -> Response:
        one, asked = await read(request), read_asked(request.args)
        if one is None:
            raise NotFound(UNKNOWN)
        turn = await find_turn(gallery, asked, int(request.url_vars["id"]))
        what = {"one": one, "shown": one.shown, "row": one.record.image, "asked": asked}
        return await gallery.page(request, "image.html", {**what, "turn": turn})

    async def as_json(request: Request) -> Response:
        one = await read(request)
        if one is None:
            return Response.json({"error": UNKNOWN}, status=404)
        asked = read_asked(request.args)
        turn = await find_turn(gallery, asked, int(request.url_vars["id"]))
        return Response.json(all_known(one, turn))

    async def raw(request: Request) -> Response:
        image_id = int(request.url_vars["id"])
        found = await gallery.ask(lambda connection: read_raw_text(connection, image_id))
        if found is None:
            return Response.json({"error": "There is no stored record of it."}, status=404)
        return Response.json(found)

    page_of = r"^/image/(?P<id>\d{1,18})"
    return [
        (rf"{page_of}$", page),
        (rf"{page_of}\.json$", as_json),
        (rf"{page_of}/raw\.json$", raw),
        (rf"{page_of}/workflow\.json$", _text_route(read, _workflow)),
        (rf"{page_of}/infotext\.txt$", _text_route(read, _infotext)),
    ]


def _workflow(one: OneImage) -> Response | None:
    """Return what ComfyUI opens, as a file; written in ASCII, which keeps whatever it holds."""
    if one.texts.workflow is None:
        return None
    name = quote(f"{one.record.image['file_name']}.json")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(json.dumps(one.texts.workflow), 200, headers, "application/json")


def _infotext(one: OneImage) -> Response | None:
    text = one.texts.infotext or write_infotext(one.record)
    return None if text is None else Response.text(text)


def _text_route(
    read: Callable[[Request], Awaitable[OneImage | None]],
    write: Callable[[OneImage], Response | None],
) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers with a text of an image."""

    async def answer(request: Request) -> Response:
        one = await read(request)
        written = None if one is None else write(one)
        return written or Response.text("The image has none.", status=404)

    return answer
