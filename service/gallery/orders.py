"""The orders in which pages show what a search has found."""

import re
import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from random import Random

import orjson

from service.errors import StartError
from service.store.sql import statements

NEWEST = "newest"

ORDERS: Mapping[str, str] = {
    NEWEST: "Newest first",
    "oldest": "Oldest first",
    "name": "Name",
    "size": "Largest first",
    "rating": "Best rated first",
    "seed": "Seed",
    "model": "Model",
}
"""As addresses have them, and in words. ``random-N`` is one, too."""

_RANDOM = re.compile(r"random-(\d{1,9})")

FEW = 5_000
"""Images that are looked up one by one; of more, all are put in order and the others left out."""

PRIME = 2_147_483_647


def check_order(order: str) -> str:
    """Return the order. Raises StartError where there is none of this name."""
    if order not in ORDERS and not _RANDOM.fullmatch(order):
        raise StartError(f"sort: {order!r} is none of {', '.join(ORDERS)}, random-1")
    return order


def which_images(ids: Sequence[int] | None) -> tuple[str, dict[str, str]]:
    """Return a condition that holds of some images, and its values; None: whose files are there."""
    texts = statements("gallery.sql")
    if ids is None:
        return texts["not_gone"], {}
    condition = texts["these" if len(ids) <= FEW else "among"]
    return condition, {"ids": orjson.dumps(list(ids)).decode()}


def put_in_order(
    connection: sqlite3.Connection,
    order: str,
    found: Sequence[int] | None,
    known: Sequence[int] = (),
) -> "array[int]":
    """Return the images in an order; ``found`` None: all whose files are there.

    What the order says nothing of (images without a rating, by rating) follows, newest first.
    ``known``: all whose files are there, in this order, where they were asked for before.
    """
    if found is not None and len(found) <= FEW:
        return _complete(connection, order, found)
    if found is not None:
        ids = array("q", filter(set(found).__contains__, known))
        if len(ids) == len(found):
            return ids
    ids = _complete(connection, order, None)
    if found is not None:
        return array("q", filter(set(found).__contains__, ids))
    gone = {id_ for (id_,) in connection.execute(statements("gallery.sql")["gone"])}
    return array("q", (id_ for id_ in ids if id_ not in gone)) if gone else ids


def _complete(
    connection: sqlite3.Connection, order: str, among: Sequence[int] | None
) -> "array[int]":
    ids = _ask(connection, order, among)
    if order in _PARTIAL:
        named = set(ids)
        ids.extend(id_ for id_ in _ask(connection, NEWEST, among) if id_ not in named)
    return ids


_PARTIAL = frozenset({"rating", "seed", "model"})
"""Orders that name only some images."""


def _ask(connection: sqlite3.Connection, order: str, among: Sequence[int] | None) -> "array[int]":
    texts = statements("gallery.sql")
    values: dict[str, str | int] = {}
    if number := _RANDOM.fullmatch(order):
        order = "random"
        values = _dice(int(number[1]))
    of = "TRUE"
    if among is not None:
        of = texts["these"]
        values["ids"] = orjson.dumps(list(among)).decode()
    text = texts[f"order_{order}"].replace("/* of */", of)
    return array("q", (id_ for (id_,) in connection.execute(text, values)))


def _dice(number: int) -> dict[str, str | int]:
    """Return the two numbers that an order by chance is made of."""
    dice = Random(number)  # noqa: S311  # nobody is to be kept from guessing it
    return {"factor": dice.randrange(1, PRIME), "shift": dice.randrange(PRIME)}
