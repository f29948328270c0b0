"""What the grid shows of an image: a line of words where there is no picture, its mark."""

import sqlite3
from collections.abc import Sequence
from typing import Any

import orjson

from service.extract.thumbnails import DRAWN
from service.extract.video_pictures import VIDEOS, find_ffmpeg
from service.gallery.odd_values import as_number, as_text
from service.store.sql import statements

Tile = dict[str, Any]
"""``id, name, width, height, state, kind, drawn, sha256, rating, favourite``.

Of what is not ``drawn`` ``/thumb/ID`` has no picture, so there is no use in asking for it."""


def read_tiles(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Tile]:
    """Return the tiles of images, in the order of their ids."""
    asked = {"ids": orjson.dumps(list(ids)).decode()}
    drawn = DRAWN | VIDEOS if find_ffmpeg() else DRAWN
    found: dict[int, Tile] = {}
    for row in connection.execute(statements("gallery.sql")["tiles"], asked):
        found[row[0]] = _tile(*row) | {"drawn": row[4] in drawn}
    return [found[id_] for id_ in ids if id_ in found]


def _tile(  # noqa: PLR0917  # a row, in the order of its columns
    id_: int,
    name: Any,
    width: Any,
    height: Any,
    mime_type: Any,
    status: str,
    missing_since: Any,
    sha256: Any,
    rating: Any,
    favourite: Any,
) -> Tile:
    return {
        "id": id_,
        "name": as_text(name),
        "width": as_number(width),
        "height": as_number(height),
        "state": status if missing_since is None else "missing",
        "kind": _kind(as_text(mime_type) or ""),
        "sha256": as_text(sha256),
        "rating": as_number(rating),
        "favourite": bool(favourite),
    }


def _kind(mime_type: str) -> str:
    if mime_type in {"image/gif", "image/apng"}:
        return "animation"
    main = mime_type.partition("/")[0]
    return main if main in {"image", "video"} else "other"
