"""What can be asked about by name: ``field:value``.

Each thing asked as a condition in SQL: its text from search.sql, its values as parameters.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple, get_args

from service.normalize import samplers
from service.records import ResourceKind, Status
from service.store.search.lexing import Term
from service.store.sql import statements

Form = Literal["words", "part", "listed", "weighted", "whole", "exact", "choice", "range", "time"]
"""How a value is read.

words: of a prompt. part: found anywhere in it, unless a ``*`` says where. listed: in any entry of a
list; with ``*`` an entry begins so. weighted: listed, and the weight at an entry's end is no part
of its name. whole: all of it, or with ``*``. exact: as it stands, through an index. choice: one of
a few. range: ``20``, ``20..40``, ``20..``, ``..40``. time: ``2025``, ``2025-01``, ``2025-01-31``.
"""


class Field(NamedTuple):
    """How a field's values are read. Its condition stands in search.sql under its name."""

    form: Form
    indexed: bool = False
    """Whether an index finds the images, so that few of them may lead the search."""
    choices: tuple[str, ...] = ()


FIELDS: dict[str, Field] = {
    "pos": Field("words"),
    "neg": Field("words"),
    "token": Field("exact", indexed=True),
    "negtoken": Field("exact", indexed=True),
    "model": Field("part", indexed=True),
    "lora": Field("weighted"),
    "embedding": Field("listed"),
    "checkpoint": Field("listed"),
    "vae": Field("listed"),
    "upscaler": Field("listed"),
    "resource": Field("weighted"),
    "kind": Field("choice", choices=get_args(ResourceKind)),
    "version": Field("exact", indexed=True),
    "air": Field("exact", indexed=True),
    "sampler": Field("whole", indexed=True),
    "scheduler": Field("whole"),
    "generator": Field("whole", indexed=True),
    "steps": Field("range"),
    "cfg": Field("range"),
    "width": Field("range"),
    "height": Field("range"),
    "denoise": Field("range"),
    "clip_skip": Field("range"),
    "seed": Field("exact", indexed=True),
    "before": Field("time", indexed=True),
    "after": Field("time", indexed=True),
    "date": Field("time", indexed=True),
    "status": Field("choice", indexed=True, choices=get_args(Status)),
    "state": Field("choice", choices=("present", "missing", "any")),
    "file": Field("part"),
    "path": Field("part"),
    "root": Field("whole"),
    "mime": Field("part"),
    "id": Field("exact", indexed=True),
}


Bound = str | int | float | None

WHOLE_NUMBERS = ("version", "id")
_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"(?P<only>{_NUMBER})|(?P<low>{_NUMBER})?\.\.(?P<high>{_NUMBER})?")
_NAME_AND_WEIGHT = re.compile(rf".*[^*:\s].*:{_NUMBER}\*?")
_MOMENT = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T\d\d(:\d\d(:\d\dZ?)?)?)?)?)?", re.IGNORECASE
)
_LONGEST = 18
"""Digits of a whole number that SQLite surely holds."""


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
    """Return one text of search.sql."""
    return statements("search.sql")[name]


def condition_of(asked: Term) -> Condition:
    """Return the condition of ``field:value``.

    Raises StartError that names the word and what was expected.
    """
    field = known_field(asked)
    if not asked.alternatives:
        raise asked.refused("a value is missing behind the colon")
    if field.form == "choice":
        return _choice(asked, field)
    values = [_READ[field.form](replace(asked, value=value)) for value in asked.alternatives]
    bound = tuple(one for value in values for one in value)
    return _any_of(asked, field, bound, len(values))


def _any_of(asked: Term, field: Field, bound: tuple[Bound, ...], count: int) -> Condition:
    """Return the condition that one of so many values meets."""
    test = " OR ".join([fragment(asked.field)] * count)
    if not field.indexed:
        return Condition(test, bound, asked.negated)
    if own := statements("search.sql").get(f"{asked.field}_ids"):
        return Condition(test, bound, asked.negated, " UNION ALL ".join([own] * count))
    return Condition(
        test, bound, asked.negated, fragment("meeting").replace("/* condition */", test)
    )


def known_field(asked: Term) -> Field:
    """Return the field that is named. Raises StartError where there is none of this name."""
    if found := FIELDS.get(asked.field):
        return found
    near = difflib.get_close_matches(asked.field, FIELDS, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FIELDS)}."
    raise asked.refused(
        f'there is no field {asked.field!r}; {hint} Put "…" around a word that has a colon in it'
    )


def _choice(asked: Term, field: Field) -> Condition:
    values = tuple(value.lower() for value in asked.alternatives)
    if unknown := [value for value in values if value not in field.choices]:
        raise asked.refused(f"{unknown[0]!r} is none of {', '.join(field.choices)}")
    if asked.field == "state":
        test = " OR ".join("TRUE" if value == "any" else fragment(value) for value in values)
        return Condition(test, (), asked.negated)
    return _any_of(asked, field, values, len(values))


def _part(asked: Term) -> Sequence[Bound]:
    return (pattern(asked.value) if "*" in asked.value else f"%{pattern(asked.value)}%",)


def _list_condition(asked: Term) -> Sequence[Bound]:
    return (f"%, {pattern(asked.value)}%" if "*" in asked.value else f"%{pattern(asked.value)}%",)


def _weighted_pattern(asked: Term) -> Sequence[Bound]:
    """Return the pattern for the entries with their weights, and for those without.

    A weight alone is no name.
    """
    (entry,) = _list_condition(asked)
    return (entry, "%" if _NAME_AND_WEIGHT.fullmatch(asked.value) else entry)


def _whole(asked: Term) -> Sequence[Bound]:
    if asked.field == "sampler":
        return (pattern(samplers.split_sampler(asked.value, None)[0] or asked.value),)
    if asked.field == "scheduler":
        return (pattern(samplers.scheduler_norm(asked.value) or asked.value),)
    return (pattern(asked.value),)


def pattern(text: str) -> str:
    r"""Return a LIKE pattern: ``*`` stands for anything, all else for itself."""
    return re.sub(r"([\\%_])", r"\\\1", text).replace("*", "%")


def _exact(asked: Term) -> Sequence[Bound]:
    if asked.field in WHOLE_NUMBERS and not re.fullmatch(rf"\d{{1,{_LONGEST}}}", asked.value):
        raise asked.refused("a whole number is expected")
    return (
        " ".join(asked.value.lower().replace("_", " ").split())
        if "token" in asked.field
        else asked.value,
    )


def _range(asked: Term) -> Sequence[Bound]:
    found = _RANGE.fullmatch(asked.value)
    if found is None or asked.value == "..":
        raise asked.refused("a number or a range is expected: 20, 20..40, 20.. or ..40")
    low, high = (found["only"] or found["low"], found["only"] or found["high"])
    if low is not None and high is not None and float(low) > float(high):
        raise asked.refused(f"{low} is more than {high}; write {high}..{low}")
    return (None if low is None else float(low), None if high is None else float(high))


def _time(asked: Term) -> Sequence[Bound]:
    if not _MOMENT.fullmatch(asked.value) or not _is_day(asked.value[:10]):
        raise asked.refused("a date is expected: 2025, 2025-01, 2025-01-31 or 2025-01-31T12:00")
    moment = asked.value.upper()
    return (moment, f"{moment}~") if asked.field == "date" else (moment,)


def _is_day(text: str) -> bool:
    """Tell whether a date is in the calendar; a month or a year alone always is."""
    try:
        date.fromisoformat(text + "0001-01-01"[len(text) :])
    except ValueError:
        return False
    return True


_READ: dict[Form, Callable[[Term], Sequence[Bound]]] = {
    "part": _part,
    "listed": _list_condition,
    "weighted": _weighted_pattern,
    "whole": _whole,
    "exact": _exact,
    "range": _range,
    "time": _time,
}
