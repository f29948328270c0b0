"""A search planned from its terms, and the images that it finds, newest first."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
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
from service.store.search.conditions import (
    MARKS,
    Condition,
    any_condition,
    condition_of,
    fragment,
)
from service.store.search.lexing import Group, read_query, says, without_weights
from service.store.search.words import AskedWords, WordIndex, is_word, read_words, word_condition
from service.store.sql import Reading, sql


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """A search, ready to be put to the database."""

    lead: WordIndex | None
    """Whose index of words leads; None where no word must be there."""
    match: str
    """What it is asked."""
    conditions: tuple[Condition, ...]
    in_texts: tuple[Condition, ...] = ()
    """The same, the words looked for in the texts.

    For a search that something else leads to a few images.
    """

    @property
    def by_reading(self) -> "SearchPlan":
        """Return the search that asks no index of words."""
        return SearchPlan(None, "", self.in_texts)


def plan_search(asked: Iterable[Group]) -> SearchPlan:
    """Return the search of what is asked.

    Raises StartError that names the word which cannot be searched for.
    """
    words: list[AskedWords] = []
    conditions: list[Condition] = []
    names_a_state = False
    for group in asked:
        of_words = read_words(group)
        if of_words is not None:
            words.append(of_words)
        else:
            conditions.append(_condition_of_group(group))
        names_a_state = names_a_state or any(one.field == "state" for one in group)
    if not names_a_state:
        conditions.append(Condition(fragment("present")))
    lead = _choose_lead(words)
    match = ""
    if lead is not None:
        match = _match([one for one in words if one.prompt == lead])
    by_index = [*_conditions(words, lead), *conditions]
    by_reading = [*(one.in_the_text() for one in words), *conditions]
    return SearchPlan(lead, match, tuple(by_index), tuple(by_reading))


def _condition_of_group(group: Group) -> Condition:
    conditions = [word_condition(one) if is_word(one) else condition_of(one) for one in group]
    return conditions[0] if len(conditions) == 1 else any_condition(conditions)


def _choose_lead(words: Iterable[AskedWords]) -> WordIndex | None:
    """Return whose index leads: the positive one wherever a word of it must be there."""
    wanted = {one.prompt for one in words if not one.negated}
    if "positive" in wanted:
        return "positive"
    return "negative" if wanted else None


def _match(words: Iterable[AskedWords]) -> str:
    """Return a MATCH expression of all that one index can answer.

    A phrase that must not be there is none of it.
    """
    wanted, unwanted = [], []
    for one in words:
        if not one.negated:
            wanted.append(f"({one.match})")
        elif one.is_for_the_index:
            unwanted.append(one.match)
    return " NOT ".join([f"({' AND '.join(wanted)})", *unwanted])


def _conditions(words: Iterable[AskedWords], lead: WordIndex | None) -> Iterator[Condition]:
    """Yield what the words ask beside the index that leads."""
    for one in words:
        if one.prompt != lead and (one.is_for_the_index or not one.negated):
            yield one.in_the_index()
        if not one.is_for_the_index:
            yield one.in_the_text()


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

    def bound(self, window: Window, limit: int) -> list[Bound]:
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
        if any(one.field in MARKS for group in asked for one in group):
            self._reach_marks()
        found: list[int] = []
        try:
            query = self.query(search)
            for window in self._windows(everything=limit is None):
                left = -1 if limit is None else limit - len(found)
                rows = self._connection.execute(query.text, query.bound(window, left))
                found += [image_id for (image_id,) in rows]
                if len(found) == limit:
                    break
        except (apsw.SQLError, sqlite3.OperationalError) as error:
            shown = line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
            raise StartError(
                f"search: {shown}: SQLite cannot look for this ({error}); ask for less at once"
            ) from error
        return found

    def _windows(self, *, everything: bool) -> Iterator[Window]:
        last, size = int(self._connection.execute(fragment("last")).fetchone()[0] or 0), WINDOW
        while last > 0:
            first = 1 if everything else max(1, last - size + 1)
            yield Window(first, last)
            last, size = first - 1, size * GROWTH

    def query(self, search: SearchPlan) -> SearchQuery:
        """Return the SQL of a search.

        What few images meet is a list of ids in it, all else a test of one image.
        """
        counts = {one: self._count(one) for one in search.conditions if one.ids is not None}
        fewest = min((count for one, count in counts.items() if not one.negated), default=None)
        if fewest is not None and fewest <= LEADING:
            search = search.by_reading
        frame, id_ = fragment("newest"), "i.id"
        values: list[tuple[Bound, ...] | None] = [None]
        if search.lead:
            # the +: the index of words is not to be asked once for each id
            frame, id_ = fragment(f"newest_{search.lead}"), "+w.rowid"
            values = [(search.match,), None]
        tests: list[str] = []
        for one in search.conditions:
            is_list = counts.get(one, FEW + 1) <= FEW
            tests.append(_list_entries(one, id_) if is_list else one.sql)
            values.append(one.ids_bound if is_list else one.values)
            if one.within and not is_list:
                values.append(None)
        return SearchQuery(frame.replace("/* conditions */", " AND ".join(tests)), tuple(values))

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
