"""Prompts that differ in one tag alone → a template with a group in its place: ``red fox, __lighting__``.

A prompt is cut at its commas. For each of its tags, what is left without that tag is made a number; prompts that share
one differ there and nowhere else. That takes one step a tag, and the numbers are sorted on disk. Templates are then
looked through in the same way, so that prompts which vary in two or three tags become one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from sys import intern

import apsw

from service.export.oneline import sameness
from service.export.wording import name_of

MARK = "\0"
"""Begins a tag that is a group: no prompt has it, as ``one_line`` takes it out."""
ROUNDS = 4
"""Groups that one template has at most."""
LONGEST = 150
"""Tags of a prompt; longer ones are looked at, too, but nobody varies them."""
OPCODES = 100_000
PRIME, BASE = (1 << 61) - 1, 1_000_003
POWERS = tuple(pow(BASE, at, PRIME) for at in range(LONGEST + 2))

SETUP = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
CREATE TABLE prompts (id INTEGER PRIMARY KEY, text TEXT, times INTEGER);
CREATE TABLE slots (frame INTEGER, id INTEGER, place INTEGER);
BEGIN;
"""
ADD_PROMPT = "INSERT INTO prompts (id, text, times) VALUES (?, ?, ?)"
ADD_SLOTS = "INSERT INTO slots (frame, id, place) VALUES (?, ?, ?)"
VARIED = """
SELECT s.frame, s.place, p.text, p.times FROM slots s JOIN prompts p ON p.id = s.id
WHERE s.frame IN (SELECT frame FROM slots GROUP BY frame HAVING COUNT(*) >= ?) ORDER BY s.frame, s.id
"""

Tags = tuple[str, ...]
Tagged = tuple[Tags, int]
"""A prompt or template, and how often it comes."""

_WEIGHTED = re.compile(r"[(\[{]+(.*?)(?::\s*[\d.]+)?[)\]}]+")


@dataclass(slots=True)
class Found:
    """Templates, and what their groups hold."""

    templates: dict[Tags, int] = field(default_factory=dict)
    groups: dict[str, Counter[str]] = field(default_factory=dict)
    """Name → what stands in its place, and how often."""


def find(prompts: Iterable[tuple[str, int]], least: int, is_cancelled: Callable[[], bool] = lambda: False) -> Found:
    """Return the templates of different prompts, in whose groups at least so many tags stand."""
    found = Found()
    current: Iterable[Tagged] = ((tags_of(text), times) for text, times in prompts)
    for _ in range(ROUNDS):
        made: dict[Tags, int] = {}
        for tags, place, fillers, members in _varied(current, least, is_cancelled):
            name = name_of(ordered(fillers))
            found.groups.setdefault(name, Counter()).update(fillers)
            template = tuple(map(intern, (*tags[:place], MARK + name, *tags[place + 1 :])))
            made[template] = max(made.get(template, 0), fillers.total())
            for member in members:  # of a template nothing is left that the new one does not make
                found.templates.pop(member, None)
        found.templates |= made
        current = sorted(made.items())
    return found


def tags_of(text: str) -> Tags:
    """Return what stands between a prompt's commas."""
    return tuple(filter(None, map(str.strip, text.split(","))))


def _varied(
    prompts: Iterable[Tagged], least: int, is_cancelled: Callable[[], bool]
) -> Iterator[tuple[Tags, int, Counter[str], list[Tags]]]:
    """Yield the tags of one of several that differ in one place, that place, what stands there, and all of them."""
    with closing(apsw.Connection("")) as connection:
        connection.execute(SETUP).fetchall()
        connection.set_progress_handler(is_cancelled, OPCODES)
        connection.executemany(ADD_SLOTS, _slots(connection, prompts))
        rows = connection.execute(VARIED, (least,))
        for _, alike in groupby(rows, key=itemgetter(0)):
            members = [(tuple(text.split(",")), times, place) for _, place, text, times in alike]
            place = members[0][2]
            around = _around(members[0][0], place)
            members = [one for one in members if _around(one[0], place) == around]
            fillers = _fillers([(tags[place], times) for tags, times, _ in members])
            if len(fillers) >= least:
                yield members[0][0], place, fillers, [tags for tags, _, _ in members]


def _slots(connection: apsw.Connection, prompts: Iterable[Tagged]) -> Iterator[tuple[int, int, int]]:
    """Yield every place of every prompt, by all that stands around it; the prompts are written meanwhile."""
    for id_, (tags, times) in enumerate(prompts):
        if 1 < len(tags) <= LONGEST:
            connection.execute(ADD_PROMPT, (id_, ",".join(tags), times))
            for at, frame in _frames(tags):
                yield frame, id_, at


def _around(tags: Tags, place: int) -> Tags:
    return tuple(sameness(tag) for at, tag in enumerate(tags) if at != place)


def _frames(tags: Tags) -> Iterator[tuple[int, int]]:
    """Yield for each place of a text the number of all that stands around it."""
    numbers = [_number(tag) * power for tag, power in zip(tags, POWERS, strict=False)]
    whole = sum(numbers)
    for at, (tag, number) in enumerate(zip(tags, numbers, strict=True)):
        if not tag.startswith(MARK):
            yield at, (whole - number + (len(tags) * LONGEST + at) * POWERS[-1]) % PRIME


@lru_cache(maxsize=50_000)
def _number(tag: str) -> int:
    return int.from_bytes(blake2b(sameness(tag).encode(), digest_size=7).digest())


def _fillers(found: list[tuple[str, int]]) -> Counter[str]:
    """Return the different tags of a place; of those that differ by case or weight alone, the commonest."""
    different: dict[str, Counter[str]] = {}
    for tag, times in found:
        if is_whole(tag):
            bare = _WEIGHTED.fullmatch(tag)
            different.setdefault(sameness(bare[1] if bare else tag), Counter())[tag] += times
    return Counter({counts.most_common(1)[0][0]: counts.total() for counts in different.values()})


def ordered(fillers: Counter[str]) -> list[str]:
    """Return the tags of a group, the commonest first, then by text."""
    return sorted(fillers, key=lambda filler: (-fillers[filler], filler))


def is_whole(tag: str) -> bool:
    """Tell whether a tag can stand alone: ``(a`` is the beginning of a bracket that a comma cut in two."""
    return all(tag.count(opening) == tag.count(closing) for opening, closing in ("()", "[]", "{}", "<>"))
