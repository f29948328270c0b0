"""What a group of a template is called: by the word its tags share, or by what they are about."""

import re
from collections import Counter
from collections.abc import Sequence

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
