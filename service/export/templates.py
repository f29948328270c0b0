"""Templates of prompts that differ in one tag alone, with a group there: ``fox, __lighting__``.

A prompt is cut at its commas, and one of sentences into its words: ``a __color__ dress``. For each
of its tags, what is left without that tag is made a number; prompts that share one differ there and
nowhere else. That takes one step a tag, and the numbers are sorted on disk. Templates are then
looked through in the same way, so that prompts which vary in two or three tags become one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import field
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from sys import intern
from typing import NamedTuple

import apsw

from service.export.one_line import sameness
from service.export.template_names import name_group
from service.light_dataclasses import dataclass
from service.tokens.spelling import fold_token

MARK = "\0"
"""Begins a tag that is a group: no prompt has it, as ``one_line`` takes it out."""
ROUNDS = 4
"""Groups that one template has at most."""
LONGEST = 150
"""PromptTags of a prompt; longer ones are looked at, too, but nobody varies them."""
PARTED = "\x1f"
"""Between the tags of a prompt that is put aside: ``one_line`` takes it out of prompts, too."""
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
WHERE s.frame IN (SELECT frame FROM slots GROUP BY frame HAVING COUNT(*) >= ?)
ORDER BY s.frame, s.id
"""

PromptTags = tuple[str, ...]
CountedTags = tuple[PromptTags, int]
"""A prompt or template, and how often it comes."""

_WEIGHT_AT_END = re.compile(r":\s*[\d.]++\Z")


@dataclass(slots=True)
class FoundTemplates:
    """Templates, and what their groups hold."""

    templates: dict[PromptTags, int] = field(default_factory=dict)
    groups: dict[str, Counter[str]] = field(default_factory=dict)
    """Name → what is in its place, and how often."""


def find_templates(
    prompts: Iterable[tuple[str, int]], least: int, is_cancelled: Callable[[], bool] = lambda: False
) -> FoundTemplates:
    """Return the templates of different prompts, each of whose groups has at least so many tags."""
    found = FoundTemplates()
    current: Iterable[CountedTags] = ((cut_tags(text), times) for text, times in prompts)
    for _ in range(ROUNDS):
        made: dict[PromptTags, int] = {}
        for one in _find_variations(current, least, is_cancelled):
            name = name_group(order_fillers(one.fillers))
            found.groups.setdefault(name, Counter()).update(one.fillers)
            tags = (*one.tags[: one.place], MARK + name, *one.tags[one.place + 1 :])
            template = tuple(map(intern, tags))
            made[template] = max(made.get(template, 0), one.fillers.total())
            for member in one.members:
                # of a template nothing is left that the new one does not make
                found.templates.pop(member, None)
        found.templates |= made
        current = sorted(made.items())
    return found


PROSE = ""
"""Stands before the words of a prompt in sentences; no tag is empty."""
SENTENCE_WORDS = 5
"""Words between two commas that make it likely to be one."""
_COMMA = re.compile(r"[,\uff0c\u3001]")  # and those of Chinese and Japanese
_FINAL = re.compile(r"(?<=\w\w)[.;:。]+\Z")
_SIGNS = ",.;:!?"


def cut_tags(text: str) -> PromptTags:
    """Return what is between a prompt's commas; of prose ``PROSE`` and its words and signs."""
    tags = tuple(filter(None, map(str.strip, _COMMA.split(text))))
    lengths = [len(tag.split()) for tag in tags]
    if 2 * sum(length for length in lengths if length >= SENTENCE_WORDS) > sum(lengths):
        return (PROSE, *_cut_words(text))
    return tuple(_FINAL.sub("", tag) for tag in tags)


def _cut_words(text: str) -> Iterator[str]:
    for word in text.split():
        bare = word.rstrip(_SIGNS)
        yield from filter(None, (bare, word[len(bare) :]))


def join_tags(tags: Iterable[str]) -> str:
    """Return the text of a prompt, given as ``cut_tags`` cuts it."""
    listed = list(tags)
    if listed[:1] != [PROSE]:
        return ", ".join(listed)
    return _SIGN.sub(r"\1", " ".join(listed[1:]))


_SIGN = re.compile(r" ([,.;:!?]+)(?= |\Z)")


class _Variation(NamedTuple):
    """Several prompts that differ in one place alone."""

    tags: PromptTags
    """Of one of them."""
    place: int
    """In which they differ."""
    fillers: Counter[str]
    """What is in that place, and how often."""
    members: list[PromptTags]


def _find_variations(
    prompts: Iterable[CountedTags], least: int, is_cancelled: Callable[[], bool]
) -> Iterator[_Variation]:
    """Yield the prompts that differ in one place, where it has at least so many different tags."""
    with closing(apsw.Connection("")) as connection:
        connection.execute(SETUP).fetchall()
        connection.set_progress_handler(is_cancelled, OPCODES)
        connection.executemany(ADD_SLOTS, _slots(connection, prompts))
        rows = connection.execute(VARIED, (least,))
        for _, alike in groupby(rows, key=itemgetter(0)):
            found = _variation(
                [(tuple(text.split(PARTED)), n, place) for _, place, text, n in alike]
            )
            if len(found.fillers) >= least:
                yield found


def _variation(candidates: list[tuple[PromptTags, int, int]]) -> _Variation:
    """Return what prompts of one frame have in common: tags, how often, and the place of each.

    Their frames have the same number; those that are not the same all the same are left out.
    """
    first, _, place = candidates[0]
    around = _around(first, place)
    members: list[PromptTags] = []
    fillers: list[tuple[str, int]] = []
    for tags, times, _ in candidates:
        if _around(tags, place) == around:
            members.append(tags)
            fillers.append((tags[place], times))
    return _Variation(first, place, _count_fillers(fillers), members)


def _slots(
    connection: apsw.Connection, prompts: Iterable[CountedTags]
) -> Iterator[tuple[int, int, int]]:
    """Yield every place of every prompt, by all that is around it.

    The prompts are written meanwhile.
    """
    for id_, (tags, times) in enumerate(prompts):
        if 1 < len(tags) <= LONGEST:
            connection.execute(ADD_PROMPT, (id_, PARTED.join(tags), times))
            for at, frame in _frames(tags):
                yield frame, id_, at


def _around(tags: PromptTags, place: int) -> PromptTags:
    return tuple(_same(tag) for at, tag in enumerate(tags) if at != place)


def _same(tag: str) -> str:
    """Return what is equal for two tags that are one token: neither ``_`` nor a weight counts."""
    return sameness(fold_token(strip_weight(tag)))


def _frames(tags: PromptTags) -> Iterator[tuple[int, int]]:
    """Yield for each place of a text the number of all that is around it."""
    numbers = [_number(tag) * power for tag, power in zip(tags, POWERS, strict=False)]
    whole = sum(numbers)
    for at, (tag, number) in enumerate(zip(tags, numbers, strict=True)):
        if tag != PROSE and not tag.startswith(MARK):
            yield at, (whole - number + (len(tags) * LONGEST + at) * POWERS[-1]) % PRIME


@lru_cache(maxsize=50_000)
def _number(tag: str) -> int:
    return int.from_bytes(blake2b(_same(tag).encode(), digest_size=7).digest())


def _count_fillers(found: Iterable[tuple[str, int]]) -> Counter[str]:
    """Return the different tags of a place.

    Of those that differ by case or weight alone, the commonest.
    """
    spellings: dict[str, Counter[str]] = {}
    for tag, times in found:
        if is_whole(tag):
            spellings.setdefault(_same(tag), Counter())[tag] += times
    fillers = Counter[str]()
    for counts in spellings.values():
        commonest = max(counts, key=counts.__getitem__)
        fillers[commonest] = counts.total()
    return fillers


def strip_weight(tag: str) -> str:
    """Return what stands in a tag's brackets, without ``:1.2``; a tag without any as it is."""
    inner = tag.lstrip("([{")
    weighted = inner.rstrip(")]}")
    if len(inner) == len(tag) or len(weighted) == len(inner):
        return tag
    bare = _WEIGHT_AT_END.sub("", weighted)
    return tag if "\n" in bare else bare


def order_fillers(fillers: Counter[str]) -> list[str]:
    """Return the tags of a group, the commonest first, then by text."""
    return sorted(fillers, key=lambda filler: (-fillers[filler], filler))


def is_whole(tag: str) -> bool:
    """Tell whether a tag can be alone.

    ``(a`` is the beginning of a bracket that a comma cut in two.
    """
    return all(tag.count(pair[0]) == tag.count(pair[1]) for pair in ("()", "[]", "{}", "<>"))
