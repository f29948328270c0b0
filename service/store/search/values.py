"""A field's value, as it is typed, as the parameters of its condition."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from service.normalize import samplers
from service.records.model_names import name_norm
from service.store.images_row import Bound
from service.store.search.lexing import Term
from service.store.search.moments import read_moments

SearchForm = Literal[
    "words",
    "part",
    "listed",
    "weighted",
    "whole",
    "beginning",
    "exact",
    "choice",
    "range",
    "bytes",
    "digits",
    "time",
]
"""How a value is read.

words: of a prompt. part: found anywhere in it, unless a ``*`` says where. listed: in any entry of a
list; with ``*`` an entry begins so. weighted: listed, and the weight at an entry's end is no part
of its name. whole: all of it, or with ``*``. beginning: it begins so, or in quotes it is so.
exact: as it is, through an index. choice: one of a few. range: ``20``, ``20..40``, ``20..``,
``..40``. bytes: a range, as ``500kb..2mb``. digits: a hash begins so. time: ``2025``, ``2025-01``,
``2025-01-31``, ``today``, ``7d``.
"""


WHOLE_NUMBERS = ("version", "id")
_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"(?P<only>{_NUMBER})|(?P<low>{_NUMBER})?\.\.(?P<high>{_NUMBER})?")
_NAME_AND_WEIGHT = re.compile(rf".*[^*:\s].*:{_NUMBER}\*?")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([kmg]?)b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_DIGITS = re.compile(r"[0-9a-f]{4,64}")
_ID = re.compile(r"\d{1,18}")
"""As many digits as SQLite's integers surely hold."""


def read_values(asked: Term, form: SearchForm) -> tuple[Bound, ...]:
    """Return the parameters of all alternatives of a term, one behind the other.

    Raises StartError that names the word and what was expected.
    """
    bound: list[Bound] = []
    for value in asked.alternatives:
        bound += _READ[form](replace(asked, value=value))
    return tuple(bound)


def _part(asked: Term) -> Sequence[Bound]:
    if asked.whole:
        return (name_norm(asked.value) if asked.field == "model" else literal(asked.value),)
    like = pattern(asked.value)
    return (like if "*" in asked.value else f"%{like}%",)


def _listed_pattern(asked: Term) -> Sequence[Bound]:
    if asked.whole:
        return (f"%, {literal(asked.value)},%",)
    like = pattern(asked.value)
    return (f"%, {like}%" if "*" in asked.value else f"%{like}%",)


def _weighted_pattern(asked: Term) -> Sequence[Bound]:
    """Return the pattern for the entries with their weights, and for those without.

    A weight alone is no name.
    """
    name, _, weight = asked.value.rpartition(":")
    if name.strip(":") and not asked.quoted and not _is_name_with_colon(name, weight):
        raise asked.refusal(
            f"a weight is expected behind {name}: as in {name}:0.8. Quotes around all of it look "
            "for a name with a colon"
        )
    (entry,) = _listed_pattern(asked)
    if _NAME_AND_WEIGHT.fullmatch(asked.value):
        return (entry, "%")
    return (f"%{literal(asked.value)}%" if asked.whole else entry, entry)


def _is_name_with_colon(name: str, rest: str) -> bool:
    """Tell whether what is behind a name's last colon is its weight, or part of an AIR."""
    return re.fullmatch(rf"(?:{_NUMBER}|\.\d+|\d+\.)?\*?", rest) is not None or "urn:air" in name


def _beginning(asked: Term) -> Sequence[Bound]:
    like = pattern(asked.value)
    return (like if asked.whole or asked.quoted or "*" in asked.value else f"{like}%",)


def _whole(asked: Term) -> Sequence[Bound]:
    norm = None
    if asked.field == "sampler":
        norm, _ = samplers.split_sampler(asked.value, None)
    elif asked.field == "scheduler":
        norm = samplers.scheduler_norm(asked.value)
    return (pattern(norm or asked.value),)


def pattern(text: str) -> str:
    r"""Return a LIKE pattern: ``*`` stands for anything, all else for itself."""
    return literal(text).replace("*", "%")


def literal(text: str) -> str:
    """Return a LIKE pattern in which all stands for itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)


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


def _bytes(asked: Term) -> Sequence[Bound]:
    low, dots, high = asked.value.partition("..")
    ends = [low, high] if dots else [low, low]
    found = [_SIZE.fullmatch(end) for end in ends]
    if not low + high or any(end and match is None for end, match in zip(ends, found, strict=True)):
        hint = "width: and height: ask for pixels"
        raise asked.refusal(f"a file's size is expected: 500kb.., ..2mb or 1mb..2mb; {hint}")
    return [match and float(match[1]) * _UNITS[match[2].lower()] for match in found]


def _hash_digits(asked: Term) -> Sequence[Bound]:
    digits = asked.value.lower()
    if not _DIGITS.fullmatch(digits):
        raise asked.refusal("the first digits of a hash are expected, at least four of 0-9a-f")
    return (digits, f"{digits}~") * 3


def _time(asked: Term) -> Sequence[Bound]:
    found = read_moments(asked.value, datetime.now().astimezone())
    if found is None:
        raise asked.refusal(
            "a date is expected: 2025, 2025-01, 2025-01-31, 2025-01-31T12:00, today, yesterday "
            "or 7d (24h, 2w), which is so long ago"
        )
    first, last = found
    return (first, f"{last}~") if asked.field == "date" else (first,)


_READ: dict[SearchForm, Callable[[Term], Sequence[Bound]]] = {
    "part": _part,
    "listed": _listed_pattern,
    "weighted": _weighted_pattern,
    "whole": _whole,
    "beginning": _beginning,
    "exact": _exact,
    "range": _range,
    "bytes": _bytes,
    "digits": _hash_digits,
    "time": _time,
}
