"""What a group of tags is called.

By the word that all of them share, by what they are about, or by one of them.

Prompts that differ in one tag alone → a template with a group in its place: ``red fox,
__lighting__``.

A prompt is cut at its commas. For each of its tags, what is left without that tag is made a number;
prompts that share one differ there and nowhere else. That takes one step a tag, and the numbers are
sorted on disk. Templates are then looked through in the same way, so that prompts which vary in two
or three tags become one.
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

import apsw

from service.export.one_line import sameness
from service.export.slugs import slug

SUBJECTS = {
    "lighting": "light lighting lights lit backlight backlighting backlit glow glowing sunlight sunlit "
    "moonlight candlelight sunbeams shadow shadows chiaroscuro bloom spotlight neon",
    "composition": "shot view angle closeup portrait perspective framing above below behind upside wide full-body "
    "upper-body composition fisheye profile",
    "time": "day daytime night dawn dusk sunset sunrise morning evening noon midnight twilight",
    "season": "spring summer autumn fall winter",
    "weather": "rain rainy snow snowing snowy fog foggy mist misty storm stormy cloudy overcast sunny wind windy",
    "expression": "smile smiling grin frown frowning crying tears angry laugh laughing blush sad happy surprised "
    "expressionless pout smirk",
    "color": "red orange yellow green blue purple violet pink brown black white grey gray golden silver teal "
    "cyan magenta",
    "style": "style painting sketch watercolor watercolour photo photograph photorealistic anime manga render "
    "illustration drawing lineart oil impressionism ukiyo-e",
    "background": "background",
    "quality": "masterpiece quality resolution detailed absurdres highres 8k 4k hd uhd",
}
"""Name → words of which one in a tag shows what it is about."""

MOST = 3
"""Of so many tags one may be about something else."""
SHORTEST = 3
"""Letters of a word that says something."""

_WORDS = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WEIGHT = re.compile(r":\s*[\d.]+\W*\Z")
_SIGNS = re.compile(r"[!-,/:-@\[-^`{-~]")
"""Brackets, slashes and the like, which tell no two groups apart."""
_OF = {word: name for name, words in SUBJECTS.items() for word in words.split()}
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
    about = [{_OF[word] for word in each if word in _OF} for each in words]
    for name in SUBJECTS:
        if sum(name in each for each in about) * MOST >= len(tags) * (MOST - 1):
            return name
    shared = _shared_word(words, 0)
    return slug(shared) if shared else f"like-{slug(_SIGNS.sub(' ', tags[0]))}"


def _shared_word(words: Sequence[Sequence[str]], at: int) -> str | None:
    """Return the first (0) or last (-1) word, where all have the same and it says something."""
    found = {each[at] if each else "" for each in words}
    word = found.pop()
    return None if found or len(word) < SHORTEST or word in _EMPTY else word


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


def find_templates(
    prompts: Iterable[tuple[str, int]], least: int, is_cancelled: Callable[[], bool] = lambda: False
) -> Found:
    """Return the templates of different prompts, in whose groups at least so many tags stand."""
    found = Found()
    current: Iterable[Tagged] = ((cut_tags(text), times) for text, times in prompts)
    for _ in range(ROUNDS):
        made: dict[Tags, int] = {}
        for tags, place, fillers, members in _prompts_that_vary(current, least, is_cancelled):
            name = name_group(order_fillers(fillers))
            found.groups.setdefault(name, Counter()).update(fillers)
            template = tuple(map(intern, (*tags[:place], MARK + name, *tags[place + 1 :])))
            made[template] = max(made.get(template, 0), fillers.total())
            for member in members:  # of a template nothing is left that the new one does not make
                found.templates.pop(member, None)
        found.templates |= made
        current = sorted(made.items())
    return found


def cut_tags(text: str) -> Tags:
    """Return what stands between a prompt's commas."""
    return tuple(filter(None, map(str.strip, text.split(","))))


def _prompts_that_vary(
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


def _slots(
    connection: apsw.Connection, prompts: Iterable[Tagged]
) -> Iterator[tuple[int, int, int]]:
    """Yield every place of every prompt, by all that stands around it.

    The prompts are written meanwhile.
    """
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
    """Return the different tags of a place.

    Of those that differ by case or weight alone, the commonest.
    """
    different: dict[str, Counter[str]] = {}
    for tag, times in found:
        if is_whole(tag):
            bare = _WEIGHTED.fullmatch(tag)
            different.setdefault(sameness(bare[1] if bare else tag), Counter())[tag] += times
    return Counter({counts.most_common(1)[0][0]: counts.total() for counts in different.values()})


def order_fillers(fillers: Counter[str]) -> list[str]:
    """Return the tags of a group, the commonest first, then by text."""
    return sorted(fillers, key=lambda filler: (-fillers[filler], filler))


def is_whole(tag: str) -> bool:
    """Tell whether a tag can stand alone.

    ``(a`` is the beginning of a bracket that a comma cut in two.
    """
    return all(
        tag.count(opening) == tag.count(closing) for opening, closing in ("()", "[]", "{}", "<>")
    )
