"""What can be asked about by name (``field:value``), and each as a condition in SQL.

A condition's text is in search.sql, its values are parameters.
"""

import difflib
from collections.abc import Sequence
from typing import NamedTuple, get_args

from service.light_dataclasses import dataclass
from service.records import ResourceKind, Status
from service.records.image_fields import IMAGES_COLUMNS
from service.store.images_row import Bound
from service.store.search.lexing import Term
from service.store.search.values import SearchForm, read_values
from service.store.sql import statements


class SearchField(NamedTuple):
    """How a field's values are read. Its condition is in search.sql under its name."""

    form: SearchForm
    indexed: bool = False
    """Whether an index finds the images, so that few of them may lead the search."""
    choices: tuple[str, ...] = ()


_NUMBERS = {one.word or one.name: one.name for one in IMAGES_COLUMNS if one.column_type != "TEXT"}
"""The numbers that can be asked about, and their columns."""

FIELDS: dict[str, SearchField] = {
    "pos": SearchField("words"),
    "neg": SearchField("words"),
    "token": SearchField("exact", indexed=True),
    "negtoken": SearchField("exact", indexed=True),
    "model": SearchField("part", indexed=True),
    "lora": SearchField("weighted"),
    "embedding": SearchField("listed"),
    "checkpoint": SearchField("listed"),
    "vae": SearchField("listed"),
    "upscaler": SearchField("listed"),
    "resource": SearchField("weighted"),
    "kind": SearchField("choice", choices=get_args(ResourceKind)),
    "version": SearchField("exact", indexed=True),
    "air": SearchField("exact", indexed=True),
    "sampler": SearchField("whole", indexed=True),
    "scheduler": SearchField("whole"),
    "generator": SearchField("beginning", indexed=True),
    **dict.fromkeys(_NUMBERS, SearchField("range")),
    "seed": SearchField("exact", indexed=True),
    "before": SearchField("time", indexed=True),
    "after": SearchField("time", indexed=True),
    "date": SearchField("time", indexed=True),
    "status": SearchField("choice", indexed=True, choices=get_args(Status)),
    "state": SearchField("choice", choices=("present", "missing", "any")),
    "size": SearchField("bytes"),
    "hash": SearchField("digits"),
    "file": SearchField("part"),
    "path": SearchField("part"),
    "folder": SearchField("part"),
    "root": SearchField("whole"),
    "mime": SearchField("part"),
    "id": SearchField("exact", indexed=True),
    "duplicate": SearchField("choice", choices=("yes", "no")),
    "rating": SearchField("range", indexed=True),
    "tag": SearchField("whole", indexed=True),
    "fav": SearchField("choice", choices=("yes", "no")),
}

MARKS = frozenset({"rating", "tag", "fav"})
"""The fields that ask the user's own marks."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of an image ``i``."""

    test: str
    values: tuple[Bound, ...] = ()
    negated: bool = False
    ids: str | None = None
    """The query by which an index finds all images that meet it.

    None where there is no such index.
    """
    within: bool = False
    """Whether the test also takes the first and the last id of the images in hand."""
    id_values: tuple[Bound, ...] | None = None
    """The parameters of ``ids``, where they are others than those of the test."""

    @property
    def ids_bound(self) -> tuple[Bound, ...]:
        """Return the parameters of ``ids``."""
        return self.values if self.id_values is None else self.id_values

    @property
    def sql(self) -> str:
        """Return the test of one image.

        What is not known meets no condition, and so every negated one.
        """
        return f"({self.test}) IS NOT TRUE" if self.negated else f"({self.test})"


def fragment(name: str) -> str:
    """Return one text of search.sql, or the condition of a number that has none of its own."""
    texts = statements("search.sql")
    if name not in texts and name in _NUMBERS:
        return texts["in_range"].replace("/* column */", _NUMBERS[name])
    return texts[name]


def condition_of(asked: Term) -> Condition:
    """Return the condition of ``field:value``.

    Raises StartError that names the word and what was expected.
    """
    field = known_field(asked)
    if not asked.alternatives:
        raise asked.refusal("a value is missing behind the colon")
    if field.form == "choice":
        return _choice(asked, field)
    return _any_of(asked, field, read_values(asked, field.form))


def _any_of(asked: Term, field: SearchField, bound: tuple[Bound, ...]) -> Condition:
    """Return the condition that one of the values asked for meets."""
    count = len(asked.alternatives)
    is_whole = asked.whole and f"{asked.field}_whole" in statements("search.sql")
    test = " OR ".join([fragment(f"{asked.field}_whole" if is_whole else asked.field)] * count)
    if not field.indexed:
        return Condition(test, bound, asked.negated)
    own_ids = statements("search.sql").get(f"{asked.field}_ids")
    if own_ids is not None:
        ids = " UNION ALL ".join([own_ids] * count)
    else:
        ids = fragment("meeting").replace("/* condition */", test)
    return Condition(test, bound, asked.negated, ids)


def any_condition(conditions: Sequence[Condition]) -> Condition:
    """Return the condition that one of several, at least, is met."""
    values: list[Bound] = []
    of_ids: list[Bound] = []
    for one in conditions:
        values += one.values
        of_ids += one.ids_bound
    test = " OR ".join(one.sql for one in conditions)
    ids = [one.ids for one in conditions if one.ids is not None and not one.negated]
    if len(ids) < len(conditions):
        return Condition(test, tuple(values))
    return Condition(test, tuple(values), ids=" UNION ALL ".join(ids), id_values=tuple(of_ids))


def known_field(asked: Term) -> SearchField:
    """Return the field that is named. Raises StartError where there is none of this name."""
    if found := FIELDS.get(asked.field):
        return found
    hint = f"there are {', '.join(FIELDS)}."
    for near in difflib.get_close_matches(asked.field, FIELDS, 1):
        hint = f"did you mean {near}?"
    raise asked.refusal(
        f'there is no field {asked.field!r}; {hint} Put "…" around a word that has a colon in it'
    )


def _choice(asked: Term, field: SearchField) -> Condition:
    values = tuple(value.lower() for value in asked.alternatives)
    for value in values:
        if value not in field.choices:
            raise asked.refusal(f"{value!r} is none of {', '.join(field.choices)}")
    if asked.field != "state":
        return _any_of(asked, field, values)
    tests = ["TRUE" if value == "any" else fragment(value) for value in values]
    return Condition(" OR ".join(tests), (), asked.negated)
