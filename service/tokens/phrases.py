"""Noun phrases of English prose, by a small grammar: no model, no library, some microseconds.

A clause is read word by word. Articles, prepositions, pronouns, conjunctions, verbs and adverbs end
a phrase; what is between them is one: adjectives, then nouns. ``of`` joins two (``field of
lavender``). Which words are verbs is told by lists (``english.py``), by endings, and by what is
beside them: ``glowing eyes`` is a phrase, ``a woman holding a lamp`` are two. A phrase whose last
word is an adjective names nothing and is left out, and so are ``the image`` and other empty nouns.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from service.tokens import english
from service.tokens.english import ADJECTIVES, CLOSED, DETERMINERS, PARTICIPLES, VERBS

LONGEST = 7
"""Words of a phrase; a longer one is a heap of words."""

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)['‘][^'’\n]{1,200}['’](?!\w)|\[[^\]]*\]|\{[^}]*\}")
"""Words that are to be seen in the picture, as on a sign."""
_WORD = re.compile(r"[^\W_][\w'’/&+-]*(?:\.\d\w*)*|[^\w\s]+")
_COLORS = frozenset(
    "red orange yellow green blue purple violet pink brown black white grey gray golden gold "
    "silver teal cyan magenta crimson scarlet turquoise beige ivory cream indigo maroon".split()
)
_NOUNS_TOO = frozenset(
    "circles circle light lights wave waves stream streams curve curves dot dots frame frames line "
    "lines point points step steps cup cups brush brushes stack stacks work works mark marks stain "
    "stains drop drops set sets fish place places face faces cover covers dance cut cuts mirror "
    "mirrors tower towers orbit dream dreams smoke paint hand hands shine drink drinks kiss swing "
    "swings break breaks bloom blooms share lead call head fill coil coils whip tear charge search "
    "lift sleep live show shows surface open close complete contrast wind winds stick sticks fall "
    "falls play slice slices burst bursts display displays highlight highlights feature features "
    "echo scream swirl swirls twist twists stretch splash splashes sparkle sparkles flare flares "
    "flash flashes glow blend mix grip embrace drip drips spill wrap wraps grin smile frown wink "
    "blush litter taste outline outlines offer transport finish blur end bow rest perch pose "
    "gaze stare look touch draw drive race watch guard plant plants land".split()
)
"""Verbs that are nouns as well: verbs only where what follows leaves no other way."""


class _Word(NamedTuple):
    text: str
    low: str
    starts_sentence: bool = False


_END = _Word("", "")


def find_phrases(clause: str) -> list[str]:
    """Return the noun phrases of a clause in order, without articles, as they are written."""
    reader = _Reader(_read_words(clause))
    reader.run()
    return reader.phrases


def _read_words(clause: str) -> list[_Word]:
    """Return the words; ``_END`` is in place of what parts them."""
    words: list[_Word] = []
    starts = True
    for text in _WORD.findall(_QUOTED.sub(" ; ", clause) if _MAY_BE_QUOTED(clause) else clause):
        if not text[0].isalnum():
            words.append(_END)
            starts = text[0] in ".!?…"
            continue
        if not text[-1].isalnum():
            text = text.rstrip("'’/&+-")  # noqa: PLW2901  # 'dogs' of dogs'
        words.append(_Word(text, text.lower().replace("’", "'"), starts))
        starts = False
    return words


_MAY_BE_QUOTED = re.compile(r"[\"“'‘\[{]").search


class _Reader:
    """One walk over the words: the phrase in hand, and those found."""

    def __init__(self, words: list[_Word]) -> None:
        self.phrases: list[str] = []
        self._words = [*words, _END, _END]
        self._chunk: list[_Word] = []
        self._before = ""
        """The word before the one in hand, in small letters."""

    def run(self) -> None:
        """Find all phrases."""
        for at, word in enumerate(self._words[:-1]):
            if word.low and word.low not in _ENDS and self._joins(at, word):
                self._chunk.append(word)
            elif self._chunk:
                self._close()
            self._before = word.low

    def _joins(self, at: int, word: _Word) -> bool:
        """Return whether a word goes on with the phrase in hand, or begins one."""
        low, after = word.low, self._words[at + 1].low
        if low in DETERMINERS or low in _JOINTS or low[0].isdigit():
            return self._is_within(word, after)
        if self._is_verb(low, after) or low.startswith("mid-"):
            return False
        if low in PARTICIPLES:
            return _is_content(after)
        ending = _ENDINGS.get(low[-2:])
        if ending is None or low in _NO_SUCH_ENDING:
            return True
        return ending(self, at, low, after)

    def _is_within(self, word: _Word, after: str) -> bool:
        """Return whether a small word or a number is within a phrase: ``field of the dead``."""
        low = word.low
        if low == "of":
            return bool(self._chunk) and (_is_content(after) or after in DETERMINERS)
        if low == "and":
            return bool(self._chunk) and self._chunk[-1].low in _COLORS and after in _COLORS
        if low == "shot":
            return bool(self._chunk) or _is_content(after)  # not 'shot on film'
        if low[0].isdigit() and not low.isdigit():
            return True
        if self._before == "of" and self._chunk:
            return True
        return low.isdigit() and bool(self._chunk) and self._chunk[-1].text[0].isupper()

    def _is_verb(self, low: str, after: str) -> bool:
        base = _BASES.get(low)
        if base is None:
            return False
        if base == "" or self._before in _BEFORE_VERBS:
            return True
        if self._before in DETERMINERS or (low in ADJECTIVES and _is_content(after)):
            return False
        if not self._chunk:  # 'and wears a hat', 'Embers drift'
            return low not in _NOUNS_TOO and low not in ADJECTIVES
        return self._is_verb_of_chunk(low, base, after)

    def _is_verb_of_chunk(self, low: str, base: str, after: str) -> bool:
        """Return whether the phrase in hand is what does it: ``a cat sits on``."""
        doer = self._chunk[-1].low
        if doer in ADJECTIVES or doer.endswith(("ing", "ed")):
            return False
        if low == base and not any(_is_plural(word.low) for word in self._chunk):
            return False
        if low in _NOUNS_TOO:
            return after in DETERMINERS or after in _DIRECTIONS or after in english.ADVERBS
        goes_on = after in CLOSED or after in DETERMINERS or after.endswith("ly") or not after
        return goes_on or low != base

    def _is_before_its_noun(self, at: int, low: str, after: str) -> bool:  # noqa: ARG002
        """Return whether a word in ``ed`` is an adjective: ``a decorated hall``."""
        return _is_content(after)

    def _is_before_participle(self, at: int, low: str, after: str) -> bool:  # noqa: ARG002
        """Return whether an adverb is within a phrase: ``softly lit room``."""
        return _is_participle(after) and _is_content(self._words[at + 2].low)

    def _is_glowing(self, at: int, low: str, after: str) -> bool:  # noqa: ARG002
        """Return whether a word in ``ing`` is before its noun: ``glowing eyes``."""
        if not low.endswith("ing"):
            return True
        if not _is_content(after):
            return False
        if self._chunk:
            last = self._chunk[-1].low
            return last in ADJECTIVES or last.endswith(("ly", "ed")) or last == "of"
        return self._before in DETERMINERS or low not in english.VERBS_IN_ING

    def _close(self) -> None:
        """End the phrase in hand."""
        kept: list[_Word] = []
        for part in _split_at_of(self._chunk):
            trimmed = _trim(part)
            if not trimmed:
                break
            kept += trimmed
        self._chunk = []
        if kept and len(kept) <= LONGEST:
            self.phrases.append(_write(kept))


_ENDS = CLOSED - {"and"}
_JOINTS = frozenset({"of", "and", "shot", *english.NUMBERS})
_ENDINGS: dict[str, Callable[[_Reader, int, str, str], bool]] = {
    "ly": _Reader._is_before_participle,
    "ed": _Reader._is_before_its_noun,
    "ng": _Reader._is_glowing,
}
_NO_SUCH_ENDING = english.NOT_ADVERBS | english.NOT_PARTICIPLES | english.NOUNS_IN_ING


def _list_forms() -> Iterator[tuple[str, str]]:
    """Yield each form of each verb and its first form: none for what is always a verb."""
    for verb in VERBS:
        yield verb, verb
        if verb.endswith("y") and verb[-2] not in "aeiou":
            yield f"{verb[:-1]}ies", verb
        else:
            yield (f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "o")) else f"{verb}s"), verb
    for verb in english.PAST:
        yield verb, ""


_BASES = dict(_list_forms())
_BEFORE_VERBS = frozenset(
    "to they you we i he she it who can could will would may might must should".split()
)
_DIRECTIONS = frozenset(
    "across against along around over above below beneath behind into onto through to toward "
    "towards upon upward downward like while as".split()
)
"""Prepositions that follow what somebody does, and seldom a noun."""
_NAMES_OF_OF = frozenset({"depth of field", "point of view", "field of view", "rule of thirds"})


def _is_plural(low: str) -> bool:
    return low.endswith("s") and not low.endswith(("ss", "us", "'s"))


def _is_content(low: str) -> bool:
    """Return whether a word is one of which phrases are made."""
    if not low or low in CLOSED or low in DETERMINERS or low == "of":
        return False
    return not (low.endswith("ly") and low not in english.NOT_ADVERBS)


def _is_participle(low: str) -> bool:
    if low in PARTICIPLES:
        return True
    return low.endswith("ed") and "-" not in low and low not in _NO_SUCH_ENDING


def _split_at_of(chunk: list[_Word]) -> list[list[_Word]]:
    """Return the parts around each ``of``, which begins the second; empty nouns before it go."""
    if all(word.low != "of" for word in chunk):
        return [chunk]
    parts: list[list[_Word]] = [[]]
    for word in chunk:
        if word.low == "of":
            parts.append([])
        parts[-1].append(word)
    while len(parts) > 1 and _is_empty(parts[0]) and not _is_name_with_of(parts):
        parts = [[word for word in parts[1] if word.low not in {"of", *DETERMINERS}], *parts[2:]]
    return parts


def _is_empty(part: list[_Word]) -> bool:
    nouns = [word.low for word in part if word.low not in ADJECTIVES]
    return len(nouns) <= 1 and all(noun in english.EMPTY | english.PARTITIVES for noun in nouns)


def _is_name_with_of(parts: list[list[_Word]]) -> bool:
    words = [word.low for word in (*parts[0][-1:], *parts[1])]
    return " ".join(words) in _NAMES_OF_OF


def _trim(part: list[_Word]) -> list[_Word]:
    """Return a phrase that ends in a noun; nothing where it names none."""
    while part and _names_nothing(part[-1].low):
        part = part[:-1]
    words = [word for word in part if word.low not in {"of", *DETERMINERS}]
    if not words:
        return []
    if part[0].low != "of" and _is_nothing([word.low for word in words]):
        return []
    return part


def _names_nothing(low: str) -> bool:
    if low in ADJECTIVES or low in PARTICIPLES or low in {"of", "and", *DETERMINERS}:
        return True
    if low in english.NOUNS_IN_FUL or low in english.NOT_ADVERBS:
        return False
    return low.endswith(("ous", "less", "esque", "ful", "ly")) or _COMPOUND.search(low) is not None


_COMPOUND = re.compile(r"-(?:\w*(?:ed|ing)|bound|like|style|angle|free|realistic|focus)\Z")
"""Ends of compounds that are adjectives: ``leather-bound``."""


def _is_nothing(words: list[str]) -> bool:
    """Return whether words are nothing to put into a prompt: ``the image``, ``upper corner``."""
    if len(words) == 1 and (len(words[0]) <= 2 or words[0] in _COLORS):  # noqa: PLR2004  # 'tv' is rare
        return True
    return all(low in english.EMPTY or low in _PLACES or low[0].isdigit() for low in words)


_PLACES = frozenset(
    "top bottom left right upper lower first second third last other same overall whole entire main "
    "various different".split()
)
"""Adjectives that make nothing of an empty noun: ``upper left corner``."""


def _write(words: list[_Word]) -> str:
    """Return a phrase as it is written, without the capital of a sentence's beginning."""
    first = words[0]
    texts = [word.text for word in words]
    is_name = len(words) > 1 and words[1].text[:1].isupper() and first.low not in ADJECTIVES
    if first.starts_sentence and first.text[1:].islower() and not is_name:
        texts[0] = first.text.lower()
    return " ".join(texts)
