"""Images that have something in common with one: its content, prompt, seed or model."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from datasette.utils import sqlite_timelimit

from service.gallery.odd_values import readable
from service.gallery.searches import Search, field_search, words_search
from service.store.search.lexing import cut_words
from service.store.sql import statements

MOST = 12
"""Pictures of a strip."""

PATIENCE_MS = 250
"""For one strip; what was found until then is shown."""

LEADING_WORDS = 6
"""Words of a prompt that the index of words is asked for: its longest, which few others have."""


class Strip(NamedTuple):
    """Some images, and what finds all of them."""

    title: str
    search: Search
    ids: list[int]


Common = Mapping[str, Any]
"""What the image has of it, by column."""


def find_neighbours(connection: sqlite3.Connection, image_id: int) -> list[dict[str, Any]]:
    """Return the strips that have an image, each with the names of its files."""
    cursor = connection.execute(_sql("neighbours_of"), (image_id,))
    row = cursor.fetchone()
    if row is None:
        return []
    columns = [column[0] for column in cursor.description]
    common = {**dict(zip(columns, map(readable, row), strict=True)), "id": image_id}
    strips = [one for one in _strips(connection, common) if one.ids]
    every = orjson.dumps([id_ for one in strips for id_ in one.ids]).decode()
    names = dict(connection.execute(_sql("names_of"), (every,)).fetchall())
    return [
        {
            "title": one.title,
            "search": one.search,
            "images": [{"id": id_, "name": names.get(id_, "")} for id_ in one.ids],
        }
        for one in strips
    ]


def _strips(connection: sqlite3.Connection, common: Common) -> Iterator[Strip]:
    if common["sha256"]:
        ids = _find(connection, "same_content", common)
        copies = ",".join(map(str, (common["id"], *ids)))
        yield Strip("Same content", f"id:{copies}", ids)
    words = _leading_words(common["positive_prompt"] or "")
    if words:
        ids = _find(connection, "same_prompt", {**common, "words": words})
        yield Strip("Same prompt, other seeds", words_search(common["positive_prompt"]), ids)
    if common["seed"]:
        ids = _find(connection, "same_seed", common)
        yield Strip("Same seed", field_search("seed", common["seed"]), ids)
    if common["model_norm"]:
        ids = _find(connection, "same_model", common)
        yield Strip("Same model", field_search("model", common["model"]), ids)


def _leading_words(prompt: str) -> str:
    """Return an expression for MATCH that the prompt satisfies, and few others do."""
    wording = cut_words(prompt)
    words = sorted(set(wording.words), key=len, reverse=True) if wording else []
    return " AND ".join(f'"{word}"' for word in words[:LEADING_WORDS])


def _find(connection: sqlite3.Connection, name: str, common: Common) -> list[int]:
    """Return the first images of a statement, as many as there are until patience ends."""
    found: list[int] = []
    try:
        with sqlite_timelimit(connection, PATIENCE_MS):
            for (image_id,) in connection.execute(_sql(name), common):
                found.append(image_id)
                if len(found) == MOST:
                    break
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
    return found


def _sql(name: str) -> str:
    return statements("gallery_image.sql")[name]
