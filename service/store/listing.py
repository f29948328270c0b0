"""What an export lists, straight from the compact tables: a text, and how often it was met.

Counted is every image the database knows, those included whose file is gone.
"""

from collections.abc import Iterator
from typing import NamedTuple

import apsw

from service.records import ResourceKind, Side
from service.store.binding import text
from service.store.sql import sql

COMPUTED_KEYS = ("positive_prompt", "negative_prompt", "seed", "Seed", "prompt_tokens", "neg_tokens")
"""Keys of ``kv`` whose values may stand elsewhere; the view knows where."""


class Listed(NamedTuple):
    """One text of a list. The same text may come several times; whoever gathers them adds up."""

    model: str
    """'' where lists are not split by model, or none is known."""
    month: str
    """``2026-01``; '' where lists are not split by month."""
    text: str
    times: int


class Split(NamedTuple):
    """By what a list is split into several."""

    by_model: bool = False
    by_month: bool = False


UNSPLIT = Split()


class Listing:
    """The lists of one database. Rows come one at a time; a list of any length takes the same memory."""

    def __init__(self, connection: apsw.Connection, split: Split = UNSPLIT) -> None:
        self._connection = connection
        self._split = {"by_model": split.by_model, "by_month": split.by_month}
        self._is_split = any(split)

    def tokens(self, side: Side) -> Iterator[Listed]:
        """Yield tags and embeddings in their normalized form; what only prompts' grammar needs is left out."""
        if self._is_split:
            return self._rows("list_tokens_split", side=side, **self._split)
        return self._rows("list_tokens", side=side)

    def prompts(self, which: Side) -> Iterator[Listed]:
        """Yield the prompts of the base passes, as the files have them."""
        return self._rows("list_prompts", which=which, **self._split)

    def values(self, key: str) -> Iterator[Listed]:
        """Yield the values of a key of ``kv``."""
        name = "list_values_computed" if key in COMPUTED_KEYS else "list_values"
        return self._rows(name, key=text(key), **self._split)

    def resources(self, kind: ResourceKind | None, *, labels: bool = False) -> Iterator[Listed]:
        """Yield the names of the resources that had an effect (AIR URNs where known), or their labels."""
        return self._rows("list_resources", kind=kind, labels=labels, **self._split)

    def keys(self) -> list[str]:
        """Return the keys of ``kv``, our own first."""
        return [key for (key,) in self._connection.execute(sql("list_keys"))]

    def _rows(self, name: str, **arguments: object) -> Iterator[Listed]:
        bound = {key: int(value) if isinstance(value, bool) else value for key, value in arguments.items()}
        return (Listed(*row) for row in self._connection.execute(sql(name), bound))
