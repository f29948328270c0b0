"""The user's marks, read and written by the pages: rating, favourite, tags, note."""

import csv
import io
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import orjson
from datasette.utils.asgi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from service.errors import PipeError, StartError, TryAgainError
from service.export.records import harmless
from service.gallery.answers import Asked, read_ids
from service.gallery.live_database import has_marks
from service.gallery.mark_file import Change, Content, MarkFile, split_tags
from service.gallery.odd_values import as_number, as_text
from service.gallery.page import Gallery, Route
from service.store.marks import COLUMNS
from service.store.sql import statements

SHOWN = 500
"""Marks in one answer. Of more, the page asks again for those that it shows."""

LARGEST_ID = 2**63 - 1
"""SQLite's numbers end there."""

LONGEST_TAG, LONGEST_NOTE, MOST_TAGS, MOST_IMAGES = 100, 10_000, 50, 2_000_000

Mark = dict[str, Any]
"""``rating``, ``favourite``, ``tags`` as a list, ``note``."""

NO_CONTENT = "its content is not known, and a mark belongs to a content; the service reads it again"


class Asking(BaseModel):
    """What a page asks for: what is not said stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ids: list[Annotated[int, Field(ge=0, le=LARGEST_ID)]] = Field(
        default=[], max_length=MOST_IMAGES
    )
    q: str | None = Field(default=None, max_length=10_000)
    """Instead of ``ids``: all that a search finds."""
    undo: int | None = None
    """Instead of both: a change that is to be taken back."""
    rating: int | None = Field(default=None, ge=0, le=5)
    favourite: bool = False
    add_tags: list[str] = Field(default=[], max_length=MOST_TAGS)
    remove_tags: list[str] = Field(default=[], max_length=MOST_TAGS)
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)

    @field_validator("add_tags", "remove_tags")
    @classmethod
    def _check_tags(cls, tags: list[str]) -> list[str]:
        for tag in tags:
            if split_tags(tag) != [tag.strip()]:
                raise ValueError(f"{tag!r} is no tag: it is empty, or has a comma or a line's end")
            if len(tag) > LONGEST_TAG:
                raise ValueError(f"{tag[:20]}… is longer than {LONGEST_TAG} characters")
        return [tag.strip() for tag in tags]

    @property
    def change(self) -> Change:
        """Return what becomes of each mark."""
        said = self.model_dump(include={"rating", "favourite", "note"}, exclude_unset=True)
        if "favourite" in said:
            said["favourite"] = int(self.favourite)
        if "note" in said:
            said["note"] = self.note or None
        return Change(said, self.add_tags, self.remove_tags)


def routes(gallery: Gallery) -> list[Route]:
    """Return the addresses of marks."""
    marks = _Marks(gallery)
    return [
        (r"^/marks$", marks.change),
        (r"^/marks\.json$", marks.show),
        (r"^/marks\.csv$", marks.table),
    ]


class _Marks:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._file = MarkFile(gallery.config.database.path)

    async def change(self, request: Request) -> Response:
        """Change marks, or take a change back; return them as they are afterwards."""
        if request.method != "POST":
            return Response.json({"error": "marks are changed by POST"}, status=405)
        try:
            asking = Asking.model_validate_json(await request.post_body())
            return Response.json(await self._change(asking))
        except ValidationError as error:
            return Response.json({"error": _in_words(error)}, status=400)
        except TryAgainError as error:
            return Response.json({"error": str(error)}, status=409)
        except PipeError as error:
            return Response.json({"error": str(error)}, status=400)

    async def _change(self, asking: Asking) -> dict[str, Any]:
        if asking.undo is not None:
            contents = await self._file.undo(asking.undo)
            return {"changed": len(contents)}
        ids: Sequence[int] = asking.ids
        if asking.q is not None:
            ids = (await self._gallery.answers.find(Asked(asking.q.strip()))).ids
        contents_of = await self._gallery.ask(lambda c: _contents(c, ids))
        known = {id_: content for id_, content in contents_of.items() if content is not None}
        if not known:
            raise StartError(f"marks: {NO_CONTENT if contents_of else 'no such image is there'}")
        number = await self._file.change(known.values(), asking.change)
        if not await self._gallery.ask(has_marks):
            self._gallery.renew()  # the file, or its table, has only just been made
        shown = list(known)[:SHOWN]
        return {
            "marks": await self._gallery.ask(lambda c: read_marks(c, shown)),
            "changed": len(known),
            "refused": {id_: NO_CONTENT for id_ in list(contents_of)[:SHOWN] if id_ not in known},
            "undo": number,
        }

    async def show(self, request: Request) -> Response:
        """Return the marks of images (``ids``, between commas)."""
        ids = read_ids(request.args.get("ids"))[:SHOWN]
        marks = await self._gallery.ask(lambda connection: read_marks(connection, ids))
        return Response.json({"marks": marks})

    async def table(self) -> Response:
        """Return all marks as CSV."""
        text = await self._gallery.ask(_table)
        headers = {"content-disposition": 'attachment; filename="marks.csv"'}
        return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "marks"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"


def _contents(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Content | None]:
    rows = connection.execute(statements("gallery.sql")["contents"], _bind(ids))
    return {
        id_: Content(sha256, str(as_text(name))) if sha256 and isinstance(sha256, str) else None
        for id_, sha256, name in rows
    }


def read_marks(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Mark]:
    """Return the marks of images; of one without any, an empty one."""
    contents = _contents(connection, ids)
    hashes = [content.sha256 for content in contents.values() if content]
    asked = {"contents": orjson.dumps(hashes).decode()}
    rows = connection.execute(statements("gallery.sql")["marks_of"], asked)
    found = {sha256: _shown(dict(zip(COLUMNS, rest, strict=True))) for sha256, *rest in rows}
    nothing = _shown(dict.fromkeys(COLUMNS))
    return {id_: found.get(one.sha256, nothing) for id_, one in contents.items() if one}


def _shown(mark: Mark) -> Mark:
    return {
        "rating": as_number(mark["rating"]),
        "favourite": bool(mark["favourite"]),
        "tags": split_tags(mark["tags"]),
        "note": as_text(mark["note"]),
    }


def _table(connection: sqlite3.Connection) -> str:
    rows = connection.execute(statements("gallery.sql")["all_marks"])
    return csv_text([column[0] for column in rows.description], rows)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as CSV that no spreadsheet takes for formulas, with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return f"\ufeff{text.getvalue()}"


def _bind(ids: Sequence[int]) -> dict[str, str]:
    return {"ids": orjson.dumps(list(ids)).decode()}
