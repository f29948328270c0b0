"""The images that a search finds, newest first."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import apsw
import orjson

from service.errors import StartError
from service.store.binding import text
from service.store.connection import open_readonly
from service.store.search.conditions import Bound, Condition, fragment
from service.store.search.lexing import asked
from service.store.search.sought import Sought, sought
from service.store.search.wording import says, unweighted
from service.store.shown import Value
from service.store.sql import sql

FEW = 5_000
"""Images whose ids are gathered before the search, which takes some milliseconds."""

LEADING = 1_000
"""Images of which it is quicker to read the prompts than to ask the index of words."""

WINDOW, GROWTH = 20_000, 8
"""Images looked through at first, and how many times as many next: what is common is found among the newest."""

PAGE = 500

SHOWN = 60
"""Characters of a line that is too much for SQLite."""


class Window(NamedTuple):
    """Ids from the first to the last, both included."""

    first: int
    last: int


class Query(NamedTuple):
    """A search in SQL, but for the window and the number of images to find."""

    text: str
    values: tuple[tuple[Bound, ...] | None, ...]
    """Parameters in their order; None: those of the window stand here."""

    def bound(self, window: Window, limit: int) -> list[Bound]:
        """Return all parameters."""
        return [*(one for own in self.values for one in (window if own is None else own)), limit]


class Search:
    """Asks one database."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        connection.create_scalar_function("says", _says, 2, deterministic=True)
        connection.create_scalar_function("unweighted", _unweighted, 1, deterministic=True)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return a search of an existing database. Raises StartError where there is none that can be read."""
        return cls(open_readonly(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ids(self, line: str, limit: int | None = None) -> list[int]:
        """Return the images that meet all of a line, newest first. Raises StartError that names the wrong word."""
        line = text(line)  # a byte that is no UTF-8 stands in the database so, too
        search = sought(asked(line))
        found: list[int] = []
        try:
            query = self.query(search)
            for window in self._windows(everything=limit is None):
                left = -1 if limit is None else limit - len(found)
                found += [id_ for (id_,) in self._connection.execute(query.text, query.bound(window, left))]
                if len(found) == limit:
                    break
        except apsw.SQLError as error:
            shown = line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
            raise StartError(f"search: {shown}: SQLite cannot look for this ({error}); ask for less at once") from error
        return found

    def _windows(self, *, everything: bool) -> Iterator[Window]:
        last, size = int(self._connection.execute(fragment("last")).get or 0), WINDOW
        while last > 0:
            first = 1 if everything else max(1, last - size + 1)
            yield Window(first, last)
            last, size = first - 1, size * GROWTH

    def query(self, search: Sought) -> Query:
        """Return the SQL of a search. What few images meet is a list of ids in it, all else a test of one image."""
        counts = {one: self._count(one) for one in search.conditions if one.ids is not None}
        if min((count for one, count in counts.items() if not one.negated), default=LEADING + 1) <= LEADING:
            search = search.by_reading
        frame = fragment(f"newest_{search.lead}" if search.lead else "newest")
        id_ = "+w.rowid" if search.lead else "i.id"  # the +: the index of words is not to be asked once for each id
        tests: list[str] = []
        values: list[tuple[Bound, ...] | None] = [(search.match,), None] if search.lead else [None]
        for one in search.conditions:
            few = counts.get(one, FEW + 1) <= FEW
            tests.append(_listed(one, id_) if few else one.sql)
            values += [one.values, None] if one.within and not few else [one.values]
        return Query(frame.replace("/* conditions */", " AND ".join(tests)), tuple(values))

    def _count(self, one: Condition) -> int:
        """Return how many images meet a condition, ``FEW + 1`` where they are more than few."""
        query = fragment("count").replace("/* ids */", one.ids or "")
        return int(self._connection.execute(query, (*one.values, FEW + 1)).get or 0)

    def locations(self) -> dict[str, str]:
        """Return where each root lay when it was watched last."""
        return {name: location for name, location, *_ in self._connection.execute(sql("roots"))}

    def lines(self, ids: Sequence[int]) -> Iterator[dict[str, Value]]:
        """Yield the lines of ``v_images_search`` of these images, newest first."""
        for start in range(0, len(ids), PAGE):
            cursor = self._connection.execute(fragment("lines"), (orjson.dumps(ids[start : start + PAGE]).decode(),))
            names: list[str] = []
            for row in cursor:
                names = names or [column[0] for column in cursor.get_description()]
                yield dict(zip(names, row, strict=True))


def _says(*arguments: object) -> int:
    text, phrase = arguments
    return int(isinstance(text, str) and says(text, str(phrase)))


def _unweighted(*arguments: object) -> str | None:
    (entries,) = arguments
    return unweighted(entries) if isinstance(entries, str) else None


def _listed(one: Condition, id_: str) -> str:
    return f"{id_} {'NOT ' if one.negated else ''}IN ({one.ids})"
