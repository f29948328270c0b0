"""What can be asked about by name (``field:value``), and each as a condition in SQL.

A condition's text is in search.sql, its values are parameters.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple, get_args

from service.normalize import samplers
from service.records import ResourceKind, Status
from service.records.image_fields import IMAGES_COLUMNS
from service.store.images_row import Bound
from service.store.search.lexing import Term
from service.store.sql import statements

SearchForm = Literal[
    "words", "part", "listed", "weighted", "whole", "exact", "choice", "range", "time"
]
"""How a value is read.

words: of a prompt. part: found anywhere in it, unless a ``*`` says where. listed: in any entry of a
list; with ``*`` an entry begins so. weighted: listed, and the weight at an entry's end is no part
of its name. whole: all of it, or with ``*``. exact: as it is, through an index. choice: one of
a few. range: ``20``, ``20..40``, ``20..``, ``..40``. time: ``2025``, ``2025-01``, ``2025-01-31``.
"""


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
    "generator": SearchField("whole", indexed=True),
    **dict.fromkeys(_NUMBERS, SearchField("range")),
    "seed": SearchField("exact", indexed=True),
    "before": SearchField("time", indexed=True),
    "after": SearchField("time", indexed=True),
    "date": SearchField("time", indexed=True),
    "status": SearchField("choice", indexed=True, choices=get_args(Status)),
    "state": SearchField("choice", choices=("present", "missing", "any")),
    "file": SearchField("part"),
    "path": SearchField("part"),
    "root": SearchField("whole"),
    "mime": SearchField("part"),
    "id": SearchField("exact", indexed=True),
    "rating": SearchField("range", indexed=True),
    "tag": SearchField("whole", indexed=True),
    "fav": SearchField("choice", choices=("yes", "no")),
}

MARKS = frozenset({"rating", "tag", "fav"})
"""The fields that ask the user's own marks."""

WHOLE_NUMBERS = ("version", "id")
_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"(?P<only>{_NUMBER})|(?P<low>{_NUMBER})?\.\.(?P<high>{_NUMBER})?")
_NAME_AND_WEIGHT = re.compile(rf".*[^*:\s].*:{_NUMBER}\*?")
_MOMENT = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T\d\d(:\d\d(:\d\dZ?)?)?)?)?)?", re.IGNORECASE
)
_ID = re.compile(r"\d{1,18}")
"""As many digits as SQLite's integers surely hold."""


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
    bound: list[Bound] = []
    for value in asked.alternatives:
        bound += _READ[field.form](replace(asked, value=value))
    return _any_of(asked, field, tuple(bound))


def _any_of(asked: Term, field: SearchField, bound: tuple[Bound, ...]) -> Condition:
    """Return the condition that one of the values asked for meets."""
    count = len(asked.alternatives)
    test = " OR ".join([fragment(asked.field)] * count)
    if not field.indexed:
        return Condition(test, bound, asked.negated)
    own_ids = statements("search.sql").get(f"{asked.field}_ids")
    if own_ids is not None:
        ids = " UNION ALL ".join([own_ids] * count)
    else:
        ids = fragment("meeting").replace("/* condition */", test)
    return Condition(test, bound, asked.negated, ids)


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


def _part(asked: Term) -> Sequence[Bound]:
    like = pattern(asked.value)
    return (like if "*" in asked.value else f"%{like}%",)


def _listed_pattern(asked: Term) -> Sequence[Bound]:
    like = pattern(asked.value)
    return (f"%, {like}%" if "*" in asked.value else f"%{like}%",)


def _weighted_pattern(asked: Term) -> Sequence[Bound]:
    """Return the pattern for the entries with their weights, and for those without.

    A weight alone is no name.
    """
    (entry,) = _listed_pattern(asked)
    has_weight = _NAME_AND_WEIGHT.fullmatch(asked.value) is not None
    return (entry, "%" if has_weight else entry)


def _whole(asked: Term) -> Sequence[Bound]:
    norm = None
    if asked.field == "sampler":
        norm, _ = samplers.split_sampler(asked.value, None)
    elif asked.field == "scheduler":
        norm = samplers.scheduler_norm(asked.value)
    return (pattern(norm or asked.value),)


def pattern(text: str) -> str:
    r"""Return a LIKE pattern: ``*`` stands for anything, all else for itself."""
    return re.sub(r"([\\%_])", r"\\\1", text).replace("*", "%")


def _exact(asked: Term) -> Sequence[Bound]:
    if "token" in asked.field:
        return (" ".join(asked.value.lower().replace("_", " ").split()),)
    if asked.field in WHOLE_NUMBERS and not _ID.fullmatch(asked.value):
        raise asked.refusal("a whole number is expected")
    return (asked.value,)


def _range(asked: Term) -> Sequence[Bound]:
    found = _RANGE.fullmatch(asked.value)
    if found is None or asked.value == "..":
        raise asked.refusal("a number or a range is expected: 20, 20..40, 20.. or ..40")
    if found["only"]:
        return (float(found["only"]), float(found["only"]))
    low = _open_end(found["low"])
    high = _open_end(found["high"])
    if low is not None and high is not None and low > high:
        stated_low, stated_high = found["low"], found["high"]
        hint = f"{stated_low} is more than {stated_high}; write {stated_high}..{stated_low}"
        raise asked.refusal(hint)
    return (low, high)


def _open_end(digits: str | None) -> float | None:
    return None if digits is None else float(digits)


def _time(asked: Term) -> Sequence[Bound]:
    if not _MOMENT.fullmatch(asked.value) or not _is_day(asked.value[:10]):
        raise asked.refusal("a date is expected: 2025, 2025-01, 2025-01-31 or 2025-01-31T12:00")
    moment = asked.value.upper()
    return (moment, f"{moment}~") if asked.field == "date" else (moment,)


def _is_day(text: str) -> bool:
    """Tell whether a date is in the calendar; a month or a year alone always is."""
    try:
        date.fromisoformat(text + "0001-01-01"[len(text) :])
    except ValueError:
        return False
    return True


_READ: dict[SearchForm, Callable[[Term], Sequence[Bound]]] = {
    "part": _part,
    "listed": _listed_pattern,
    "weighted": _weighted_pattern,
    "whole": _whole,
    "exact": _exact,
    "range": _range,
    "time": _time,
}
