"""What a group of tags is called: by the word that all of them share, by what they are about, or by one of them."""

import re
from collections.abc import Sequence

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


def name_of(tags: Sequence[str]) -> str:
    """Return the name of a group, in small letters, digits and ``-``. The same tags always get the same name."""
    if all(tag.startswith("<lora:") for tag in tags):
        return "lora"
    words = [_WORDS.findall(_WEIGHT.sub("", tag.lower())) for tag in tags]
    if shared := _shared(words, -1):
        return slug(shared)
    about = [{_OF[word] for word in each if word in _OF} for each in words]
    for name in SUBJECTS:
        if sum(name in each for each in about) * MOST >= len(tags) * (MOST - 1):
            return name
    shared = _shared(words, 0)
    return slug(shared) if shared else f"like-{slug(_SIGNS.sub(' ', tags[0]))}"


def _shared(words: Sequence[Sequence[str]], at: int) -> str | None:
    """Return the first (0) or last (-1) word, where all have the same and it says something."""
    found = {each[at] if each else "" for each in words}
    word = found.pop()
    return None if found or len(word) < SHORTEST or word in _EMPTY else word
