"""A search put to the database, and the images that it finds, newest first."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import apsw
import orjson

from service.errors import StartError
from service.store.binding import text
from service.store.connection import open_readonly
from service.store.images_row import Bound
from service.store.locks import DAMAGE, damage_message
from service.store.marks import attach_marks
from service.store.one_image import ColumnValue
from service.store.search.conditions import MARKS, Condition, fragment
from service.store.search.lexing import Group, read_query, says, without_weights
from service.store.search.plan import SearchPlan, plan_search
from service.store.sql import Reading, sql

FEW = 5_000
"""Images whose ids are gathered before the search, which takes some milliseconds."""

LEADING = 1_000
"""Images of which it is quicker to read the prompts than to ask the index of words."""

WINDOW, GROWTH = 20_000, 8
"""Images looked through at first, and how many times as many next.

What is common is found among the newest.
"""

PAGE = 500

SHOWN = 60
"""Characters of a line that is too much for SQLite."""


class Window(NamedTuple):
    """Ids from the first to the last, both included."""

    first: int
    last: int


class SearchQuery(NamedTuple):
    """A search in SQL, but for the window and the number of images to find."""

    text: str
    values: tuple[tuple[Bound, ...] | None, ...]
    """Parameters in their order; None stands for those of the window."""

    def bound(self, window: Sequence[int] = (), *, limit: int) -> list[Bound]:
        """Return all parameters."""
        bound: list[Bound] = []
        for values in self.values:
            bound += window if values is None else values
        return [*bound, limit]


class Search:
    """Asks one database, by a connection that has ``FUNCTIONS``.

    ``reach_marks`` is called before a search that names the user's marks.
    """

    def __init__(
        self, connection: Reading, path: Path, reach_marks: Callable[[], None] = lambda: None
    ) -> None:
        self._connection = connection
        self._path = path
        self._reach_marks = reach_marks

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return a search of an existing database.

        Raises StartError where there is none that can be read.
        """
        return cls.on(open_readonly(path), path)

    @classmethod
    def on(cls, connection: apsw.Connection, path: Path) -> Self:
        """Return a search through a connection of apsw, which gets ``FUNCTIONS``."""
        for name, (function, arguments) in FUNCTIONS.items():
            connection.create_scalar_function(name, function, arguments, deterministic=True)
        return cls(connection, path, lambda: attach_marks(connection, path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._connection.close()
        if isinstance(error, DAMAGE):
            raise damage_message(self._path, error) from error

    def ids(self, line: str, limit: int | None = None) -> list[int]:
        """Return the images that meet all of a line, newest first.

        Raises StartError that names the wrong word.
        """
        line = text(line)  # a byte that is no UTF-8 is so in the database, too
        return self.find(read_query(line), limit, line)

    def find(self, asked: Sequence[Group], limit: int | None, line: str) -> list[int]:
        """Return the images that meet all that is asked; ``line`` is how it was asked."""
        search = plan_search(asked)
        self._reach(asked)
        found: list[int] = []
        try:
            query = self.query(search)
            for window in self._windows(everything=limit is None):
                left = -1 if limit is None else limit - len(found)
                rows = self._connection.execute(query.text, query.bound(window, limit=left))
                found += [image_id for (image_id,) in rows]
                if len(found) == limit:
                    break
        except (apsw.SQLError, sqlite3.OperationalError) as error:
            shown = line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
            raise StartError(
                f"search: {shown}: SQLite cannot look for this ({error}); ask for less at once"
            ) from error
        return found

    def recent(self, line: str, limit: int) -> list[int]:
        """Return some images that meet all of a line, those first that were written last.

        They are looked through along the times, so it ends soon where many meet the line, and takes
        long where few do.
        """
        line = text(line)
        asked = read_query(line)
        self._reach(asked)
        query = self.query(plan_search(asked).by_reading, "recent")
        return [id_ for (id_,) in self._connection.execute(query.text, query.bound(limit=limit))]

    def _reach(self, asked: Sequence[Group]) -> None:
        if any(one.field in MARKS for group in asked for one in group):
            self._reach_marks()

    def _windows(self, *, everything: bool) -> Iterator[Window]:
        last, size = int(self._connection.execute(fragment("last")).fetchone()[0] or 0), WINDOW
        while last > 0:
            first = 1 if everything else max(1, last - size + 1)
            yield Window(first, last)
            last, size = first - 1, size * GROWTH

    def query(self, search: SearchPlan, frame: str = "newest") -> SearchQuery:
        """Return the SQL of a search; ``frame`` is its text in search.sql without words that lead.

        What few images meet is a list of ids in it, all else a test of one image.
        """
        counts = {one: self._count(one) for one in search.conditions if one.ids is not None}
        fewest = min((count for one, count in counts.items() if not one.negated), default=None)
        if fewest is not None and fewest <= LEADING:
            search = search.by_reading
        id_ = "i.id"
        values: list[tuple[Bound, ...] | None] = [None] if frame == "newest" else []
        if search.lead:
            # the +: the index of words is not to be asked once for each id
            frame, id_ = f"newest_{search.lead}", "+w.rowid"
            values = [(search.match,), None]
        tests: list[str] = []
        for one in search.conditions:
            is_list = counts.get(one, FEW + 1) <= FEW
            tests.append(_list_entries(one, id_) if is_list else one.sql)
            values.append(one.ids_bound if is_list else one.values)
            if one.within and not is_list:
                values.append(None)
        text = fragment(frame).replace("/* conditions */", " AND ".join(tests))
        return SearchQuery(text, tuple(values))

    def _count(self, one: Condition) -> int:
        """Return how many images meet a condition, ``FEW + 1`` where they are more than few."""
        query = fragment("count").replace("/* ids */", one.ids or "")
        return int(self._connection.execute(query, (*one.ids_bound, FEW + 1)).fetchone()[0])

    def locations(self) -> dict[str, str]:
        """Return where each root was when it was watched last."""
        return {name: location for name, location, *_ in self._connection.execute(sql("roots"))}

    def tokens(self, beginning: str, limit: int) -> list[str]:
        """Return some of the tokens that begin so."""
        asked = (beginning, f"{beginning}\U0010ffff", limit)
        return [term for (term,) in self._connection.execute(fragment("tokens_like"), asked)]

    def values(self, column: str, limit: int) -> list[str]:
        """Return some of the different values that images have in a column."""
        query = fragment("values_of").replace("/* column */", column)
        return [value for (value,) in self._connection.execute(query, (limit,))]

    def resources(self, limit: int) -> list[str]:
        """Return some of the names of models, LoRAs and the like."""
        found = self._connection.execute(fragment("names_of_resources"), (limit,))
        return [name for (name,) in found]

    def columns(self) -> list[str]:
        """Return the names of the columns of ``lines``."""
        return [name for (name,) in self._connection.execute(sql("search_columns"))]

    def lines(self, ids: Sequence[int]) -> Iterator[dict[str, ColumnValue]]:
        """Yield the lines of ``v_images_search`` of these images, newest first."""
        for start in range(0, len(ids), PAGE):
            page = orjson.dumps(ids[start : start + PAGE]).decode()
            cursor = self._connection.execute(fragment("lines"), (page,))
            names: list[str] = []
            for row in cursor:
                names = names or [column[0] for column in cursor.description]
                yield dict(zip(names, row, strict=True))


def _says(*arguments: object) -> int:
    text, phrase = arguments
    return int(isinstance(text, str) and says(text, str(phrase)))


def _unweighted(*arguments: object) -> str | None:
    (entries,) = arguments
    return without_weights(entries) if isinstance(entries, str) else None


FUNCTIONS: dict[str, tuple[Callable[..., Any], int]] = {
    "says": (_says, 2),
    "unweighted": (_unweighted, 1),
}
"""What the conditions of searches call: the name in SQL, the function, how many arguments."""


def _list_entries(one: Condition, id_: str) -> str:
    operator = "NOT IN" if one.negated else "IN"
    return f"{id_} {operator} ({one.ids})"
