"""What the grid shows of an image: a line of words where there is no picture, its mark."""

import sqlite3
from collections.abc import Sequence
from typing import Any

import orjson

from service.store.sql import statements

Tile = dict[str, Any]
"""``id, name, width, height, state, kind, sha256, rating, favourite``."""


def read_tiles(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Tile]:
    """Return the tiles of images, in the order of their ids."""
    asked = {"ids": orjson.dumps(list(ids)).decode()}
    found: dict[int, Tile] = {}
    for row in connection.execute(statements("gallery.sql")["tiles"], asked):
        found[row[0]] = _tile(*row)
    return [found[id_] for id_ in ids if id_ in found]


def _tile(  # noqa: PLR0917  # a row, in the order of its columns
    id_: int,
    name: str,
    width: int | None,
    height: int | None,
    mime_type: str | None,
    status: str,
    missing_since: str | None,
    sha256: str | None,
    rating: Any,
    favourite: Any,
) -> Tile:
    return {
        "id": id_,
        "name": name,
        "width": width,
        "height": height,
        "state": status if missing_since is None else "missing",
        "kind": _kind(mime_type or ""),
        "sha256": sha256,
        # DB Browser lets anything be written there.
        "rating": rating if isinstance(rating, int | float) else None,
        "favourite": bool(favourite),
    }


def _kind(mime_type: str) -> str:
    if mime_type in {"image/gif", "image/apng"}:
        return "animation"
    main = mime_type.partition("/")[0]
    return main if main in {"image", "video"} else "other"
