"""All that a line asks: what the full-text indexes are asked, and the conditions besides.

The images that a search finds, newest first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Self

import apsw
import orjson

from service.errors import StartError
from service.store.binding import text
from service.store.connection import open_readonly
from service.store.one_image import Value
from service.store.search.conditions import Bound, Condition, condition_of, fragment, known_field
from service.store.search.lexing import (
    Term,
    WordPattern,
    cut_words,
    read_query,
    says,
    without_weights,
)
from service.store.sql import sql

Prompt = Literal["positive", "negative"]


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """A search, ready to be put to the database."""

    lead: Prompt | None
    """Whose index of words leads; None where none is asked for a word that must be there."""
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


@dataclass(frozen=True, slots=True)
class _TermPlan:
    """Words that stand, or do not stand, in a prompt."""

    prompt: Prompt
    wording: WordPattern
    negated: bool


def plan_search(asked: Iterable[Term]) -> SearchPlan:
    """Return the search of what is asked.

    Raises StartError that names the word which cannot be searched for.
    """
    said, conditions, states = [], [], 0
    for one in asked:
        if not one.field or known_field(one).form == "words":
            said.append(_plan_term(one))
        else:
            conditions.append(condition_of(one))
            states += one.field == "state"
    if not states:
        conditions.append(Condition(fragment("present")))
    lead = next(
        (
            one.prompt
            for one in sorted(said, key=lambda one: one.prompt != "positive")
            if not one.negated
        ),
        None,
    )
    match = "" if lead is None else _match(one for one in said if one.prompt == lead)
    in_texts = (*map(_in_the_text, said), *conditions)
    return SearchPlan(lead, match, (*_conditions(said, lead), *conditions), in_texts)


def _plan_term(asked: Term) -> _TermPlan:
    words = cut_words(asked.value)
    if words is None:
        raise asked.refused("there is no word in it")
    return _TermPlan("negative" if asked.field == "neg" else "positive", words, asked.negated)


def _match(said: Iterable[_TermPlan]) -> str:
    """Return a MATCH expression of all that one index can answer.

    A phrase that must not be there is none of it.
    """
    wanted, unwanted = [], []
    for one in said:
        if not one.negated:
            wanted.append(one.wording.match)
        elif len(one.wording.words) == 1:
            unwanted.append(one.wording.match)
    return " NOT ".join([f"({' AND '.join(wanted)})", *unwanted])


def _conditions(said: Iterable[_TermPlan], lead: Prompt | None) -> Iterator[Condition]:
    for one in said:
        single = len(one.wording.words) == 1
        in_the_index = Condition(
            fragment(f"{one.prompt}_within"),
            (one.wording.match,),
            one.negated,
            fragment(f"{one.prompt}_ids"),
            within=True,
        )
        if one.prompt != lead and (single or not one.negated):
            yield in_the_index
        if not single:
            yield _in_the_text(one)


def _in_the_text(one: _TermPlan) -> Condition:
    return Condition(fragment(f"{one.prompt}_says"), (one.wording.phrase,), one.negated)


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
        connection.create_scalar_function(
            "unweighted", _unweighted_condition, 1, deterministic=True
        )

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return a search of an existing database.

        Raises StartError where there is none that can be read.
        """
        return cls(open_readonly(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ids(self, line: str, limit: int | None = None) -> list[int]:
        """Return the images that meet all of a line, newest first.

        Raises StartError that names the wrong word.
        """
        line = text(line)  # a byte that is no UTF-8 stands in the database so, too
        search = plan_search(read_query(line))
        found: list[int] = []
        try:
            query = self.query(search)
            for window in self._windows(everything=limit is None):
                left = -1 if limit is None else limit - len(found)
                found += [
                    id_
                    for (id_,) in self._connection.execute(query.text, query.bound(window, left))
                ]
                if len(found) == limit:
                    break
        except apsw.SQLError as error:
            shown = line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
            raise StartError(
                f"search: {shown}: SQLite cannot look for this ({error}); ask for less at once"
            ) from error
        return found

    def _windows(self, *, everything: bool) -> Iterator[Window]:
        last, size = int(self._connection.execute(fragment("last")).get or 0), WINDOW
        while last > 0:
            first = 1 if everything else max(1, last - size + 1)
            yield Window(first, last)
            last, size = first - 1, size * GROWTH

    def query(self, search: SearchPlan) -> Query:
        """Return the SQL of a search.

        What few images meet is a list of ids in it, all else a test of one image.
        """
        counts = {one: self._count(one) for one in search.conditions if one.ids is not None}
        if (
            min((count for one, count in counts.items() if not one.negated), default=LEADING + 1)
            <= LEADING
        ):
            search = search.by_reading
        frame = fragment(f"newest_{search.lead}" if search.lead else "newest")
        id_ = (
            "+w.rowid" if search.lead else "i.id"
        )  # the +: the index of words is not to be asked once for each id
        tests: list[str] = []
        values: list[tuple[Bound, ...] | None] = [(search.match,), None] if search.lead else [None]
        for one in search.conditions:
            few = counts.get(one, FEW + 1) <= FEW
            tests.append(_list_entries(one, id_) if few else one.sql)
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
            cursor = self._connection.execute(
                fragment("lines"), (orjson.dumps(ids[start : start + PAGE]).decode(),)
            )
            names: list[str] = []
            for row in cursor:
                names = names or [column[0] for column in cursor.get_description()]
                yield dict(zip(names, row, strict=True))


def _says(*arguments: object) -> int:
    text, phrase = arguments
    return int(isinstance(text, str) and says(text, str(phrase)))


def _unweighted_condition(*arguments: object) -> str | None:
    (entries,) = arguments
    return without_weights(entries) if isinstance(entries, str) else None


def _list_entries(one: Condition, id_: str) -> str:
    return f"{id_} {'NOT ' if one.negated else ''}IN ({one.ids})"
