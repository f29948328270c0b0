"""Templates of prompts that differ in one tag alone, with a group there: ``fox, __lighting__``.

A prompt is cut at its commas. For each of its tags, what is left without that tag is made a number;
prompts that share one differ there and nowhere else. That takes one step a tag, and the numbers are
sorted on disk. Templates are then looked through in the same way, so that prompts which vary in two
or three tags become one. A group is named by the word that all of its tags share, by what they are
about, or by one of them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from sys import intern
from typing import NamedTuple

import apsw

from service.export.one_line import sameness
from service.export.slugs import slug

SUBJECTS = {
    "lighting": "light lighting lights lit backlight backlighting backlit glow glowing sunlight "
    "sunlit moonlight candlelight sunbeams shadow shadows chiaroscuro bloom spotlight neon",
    "composition": "shot view angle closeup portrait perspective framing above below behind upside "
    "wide full-body upper-body composition fisheye profile",
    "time": "day daytime night dawn dusk sunset sunrise morning evening noon midnight twilight",
    "season": "spring summer autumn fall winter",
    "weather": "rain rainy snow snowing snowy fog foggy mist misty storm stormy cloudy overcast "
    "sunny wind windy",
    "expression": "smile smiling grin frown frowning crying tears angry laugh laughing blush sad "
    "happy surprised expressionless pout smirk",
    "color": "red orange yellow green blue purple violet pink brown black white grey gray golden "
    "silver teal cyan magenta",
    "style": "style painting sketch watercolor watercolour photo photograph photorealistic anime "
    "manga render illustration drawing lineart oil impressionism ukiyo-e",
    "background": "background",
    "quality": "masterpiece quality resolution detailed absurdres highres 8k 4k hd uhd",
}
"""Name → words of which one in a tag shows what it is about."""

MOST = 3
"""Of so many tags one may be about something else."""
SHORTEST = 3
"""Letters of a word that says something."""

_WORDS = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WEIGHT = re.compile(r":\s*[\d.]++\W*+\Z")
_SIGNS = re.compile(r"[!-,/:-@\[-^`{-~]")
"""Brackets, slashes and the like, which tell no two groups apart."""
_SUBJECT_OF = {word: name for name, words in SUBJECTS.items() for word in words.split()}
_EMPTY = frozenset("the and with from for very her his its templates".split())
"""Words that say nothing, and the name of the file that refers to all groups."""


def name_group(tags: Sequence[str]) -> str:
    """Return the name of a group, in small letters, digits and ``-``.

    The same tags always get the same name.
    """
    if all(tag.startswith("<lora:") for tag in tags):
        return "lora"
    words = [_WORDS.findall(_WEIGHT.sub("", tag.lower())) for tag in tags]
    if shared := _shared_word(words, -1):
        return slug(shared)
    if subject := _subject(words):
        return subject
    if shared := _shared_word(words, 0):
        return slug(shared)
    return f"like-{slug(_SIGNS.sub(' ', tags[0]))}"


def _subject(words: Sequence[Sequence[str]]) -> str | None:
    """Return what nearly all tags are about, given the words of each; None where nothing."""
    counts = Counter[str]()
    for of_tag in words:
        counts.update({_SUBJECT_OF[word] for word in of_tag if word in _SUBJECT_OF})
    for name in SUBJECTS:
        if counts[name] * MOST >= len(words) * (MOST - 1):
            return name
    return None


def _shared_word(words: Sequence[Sequence[str]], at: int) -> str | None:
    """Return the first (0) or last (-1) word, where all have the same and it says something."""
    found = {of_tag[at] if of_tag else "" for of_tag in words}
    word = found.pop()
    says_something = len(word) >= SHORTEST and word not in _EMPTY
    return word if says_something and not found else None


MARK = "\0"
"""Begins a tag that is a group: no prompt has it, as ``one_line`` takes it out."""
ROUNDS = 4
"""Groups that one template has at most."""
LONGEST = 150
"""PromptTags of a prompt; longer ones are looked at, too, but nobody varies them."""
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


def cut_tags(text: str) -> PromptTags:
    """Return what is between a prompt's commas."""
    return tuple(filter(None, map(str.strip, text.split(","))))


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
            found = _variation([(tuple(text.split(",")), n, place) for _, place, text, n in alike])
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
            connection.execute(ADD_PROMPT, (id_, ",".join(tags), times))
            for at, frame in _frames(tags):
                yield frame, id_, at


def _around(tags: PromptTags, place: int) -> PromptTags:
    return tuple(sameness(tag) for at, tag in enumerate(tags) if at != place)


def _frames(tags: PromptTags) -> Iterator[tuple[int, int]]:
    """Yield for each place of a text the number of all that is around it."""
    numbers = [_number(tag) * power for tag, power in zip(tags, POWERS, strict=False)]
    whole = sum(numbers)
    for at, (tag, number) in enumerate(zip(tags, numbers, strict=True)):
        if not tag.startswith(MARK):
            yield at, (whole - number + (len(tags) * LONGEST + at) * POWERS[-1]) % PRIME


@lru_cache(maxsize=50_000)
def _number(tag: str) -> int:
    return int.from_bytes(blake2b(sameness(tag).encode(), digest_size=7).digest())


def _count_fillers(found: Iterable[tuple[str, int]]) -> Counter[str]:
    """Return the different tags of a place.

    Of those that differ by case or weight alone, the commonest.
    """
    spellings: dict[str, Counter[str]] = {}
    for tag, times in found:
        if is_whole(tag):
            spellings.setdefault(sameness(strip_weight(tag)), Counter())[tag] += times
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
