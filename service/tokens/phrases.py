"""Noun phrases of English prose, by a small grammar: no model, no library, some microseconds.

A clause is read word by word. Articles, prepositions, pronouns, conjunctions, verbs and adverbs end
a phrase; what is between them is one: adjectives, then nouns. ``of`` joins two (``field of
lavender``). Which words are verbs is told by lists (``english.py``), by endings, and by what is
beside them: ``glowing eyes`` is a phrase, ``a woman holding a lamp`` are two. A phrase whose last
word is an adjective names nothing and is left out, and so are ``the image`` and other empty nouns.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from service.light_patterns import light_pattern
from service.tokens import english
from service.tokens.english import ADJECTIVES, CLOSED, DETERMINERS, PARTICIPLES, VERBS

LONGEST = 7
"""Words of a phrase; a longer one is a heap of words."""
HEAP = 30
"""Words of what is not even looked at."""

# \u2018 \u2019 \u201c \u201d: single and double quotes as books have them.
_QUOTED = light_pattern(
    r"\"[^\"]*\"|\u201c[^\u201d]{0,600}\u201d|\[[^\]]{0,600}\]|\{[^}]{0,600}\}"
    r"|(?<!\w)['\u2018][^'\u2019\n]{1,200}['\u2019](?!\w)"
)
"""Words that are to be seen in the picture, as on a sign."""
_MAY_BE_QUOTED = light_pattern(r"[\"'\u2018\u201c\[{]")
_WORD = light_pattern(r"[^\W_][\w'\u2019/&+-]*(?:\.\d\w*)*|[^\w\s]+")
_MARKS_BEHIND = "'\u2019/&+-"


def find_phrases(clause: str) -> list[str]:
    """Return the noun phrases of a clause in order, without articles, as they are written."""
    return _Clause(clause).find_phrases()


Sort = Literal["end", "plain", "small", "verb", "participle", "ly", "ing"]
"""What a word may be: the end of a phrase, part of one, or what is beside it decides."""


@lru_cache(maxsize=4_096)
def _sort_of(word: str) -> Sort:
    if not word or (word in CLOSED and word != "and") or word.startswith("mid-"):
        return "end"
    if word in DETERMINERS or word in _SMALL or word[0].isdigit():
        return "small"
    if word in _BASES:
        return "verb"
    if word in PARTICIPLES:
        return "participle"
    ending = None if word in _NO_SUCH_ENDING else _ENDING.search(word)
    return _SORTS[ending[0]] if ending else "plain"


_ENDING = light_pattern(r"(?:ly|ed|ing)\Z")
_SORTS: dict[str, Sort] = {"ly": "ly", "ed": "participle", "ing": "ing"}
_NO_SUCH_ENDING = english.NOT_ADVERBS | english.NOT_PARTICIPLES
_SMALL = frozenset({"of", "and", "shot", *english.NUMBERS})
"""Small words that end a phrase or are within it."""


def _list_verbs() -> Iterator[tuple[str, str]]:
    """Yield each form of each verb and its first form: '' for what is always a verb."""
    for verb in VERBS:
        yield verb, verb
        if verb.endswith("y") and verb[-2] not in "aeiou":
            yield f"{verb[:-1]}ies", verb
        elif verb.endswith(("s", "sh", "ch", "x", "o")):
            yield f"{verb}es", verb
        else:
            yield f"{verb}s", verb
    for verb in english.PAST:
        yield verb, ""


_BASES = dict(_list_verbs())
_BEFORE_VERBS = frozenset(
    "to they you we i he she it who that which can could will would may might must should".split()
)
_DIRECTIONS = frozenset(
    "across against along from around over above below beneath behind into onto through to toward "
    "towards upon upward downward like while as".split()
)
"""Prepositions that follow what somebody does, and seldom a noun."""
_COLORS = frozenset(
    "beige black blue brown cream crimson cyan gold golden gray green grey indigo ivory magenta "
    "maroon orange pink purple red scarlet silver teal turquoise violet white yellow".split()
)


class _Clause:
    """The words of a clause; '' is in place of what parts them. A phrase is a run of them."""

    def __init__(self, clause: str) -> None:
        self._texts: list[str] = []
        self._starts: set[int] = set()
        """Which words begin a sentence."""
        self._read(clause)
        self._words = [text.lower() for text in self._texts]
        if "\u2019" in clause:
            self._words = [word.replace("\u2019", "'") for word in self._words]
        self._words += ["", "", ""]
        self._begin = 0
        """The first word of the phrase in hand."""

    def _read(self, clause: str) -> None:
        if _MAY_BE_QUOTED.search(clause):
            clause = _QUOTED.sub(" ; ", clause)
        starts = True
        for text in _WORD.findall(clause):
            if not text[0].isalnum():
                self._texts.append("")
                starts = text[0] in ".!?\u2026"
                continue
            if starts:
                self._starts.add(len(self._texts))
                starts = False
            self._texts.append(text if text[-1].isalnum() else text.rstrip(_MARKS_BEHIND))

    def find_phrases(self) -> list[str]:
        """Return all phrases in order."""
        found: list[str] = []
        for at, word in enumerate(self._words):
            sort = _sort_of(word)
            if sort == "plain" or (sort != "end" and self._joins(at, word, sort)):
                continue
            if self._begin < at and (phrase := self._write(self._begin, at)):
                found.append(phrase)
            self._begin = at + 1
        return found

    def _joins(self, at: int, word: str, sort: Sort) -> bool:
        """Return whether a word goes on with the phrase in hand, or begins one."""
        after = self._words[at + 1]
        if sort == "small":
            return self._is_within(at, word, after)
        if sort == "verb":
            return not self._is_verb(at, word, after)
        if sort == "ly":  # softly lit room
            return _is_participle(after) and _is_content(self._words[at + 2])
        if sort == "ing":
            return self._is_before_its_noun(at, word, after)
        return _is_content(after)  # a decorated hall, a torn jacket

    def _is_within(self, at: int, word: str, after: str) -> bool:
        """Return whether a small word or a number is within a phrase: ``field of the dead``."""
        has_begun = self._begin < at
        last = self._words[at - 1] if has_begun else ""
        if word == "of":
            return has_begun and (_is_content(after) or after in DETERMINERS)
        if word == "and":
            return last in _COLORS and after in _COLORS
        if word == "shot":
            return has_begun or _is_content(after)  # not 'shot on film'
        if word[0].isdigit() and not word.isdigit():
            return True
        is_of_name = word.isdigit() and has_begun and self._texts[at - 1][:1].isupper()
        return last == "of" or is_of_name

    def _is_verb(self, at: int, word: str, after: str) -> bool:
        base = _BASES[word]
        before = self._words[at - 1] if at else ""
        if not base or before in _BEFORE_VERBS:
            return True
        if before in DETERMINERS or (word in ADJECTIVES and _is_content(after)):
            return False
        if self._begin == at:  # 'and wears a hat', 'Embers drift'
            return word not in english.NOUNS_TOO and word not in ADJECTIVES
        return self._is_done_by_phrase(at, word, after)

    def _is_done_by_phrase(self, at: int, word: str, after: str) -> bool:
        """Return whether the phrase in hand is what does it: ``a cat sits on``."""
        doer = self._words[max(self._begin, at - LONGEST) : at]
        if doer[-1] in ADJECTIVES or _sort_of(doer[-1]) == "participle" or _is_glowing(doer[-1]):
            return False
        if word == _BASES[word] and not any(map(_is_plural, doer)):
            return False
        if word in english.NOUNS_TOO:
            is_far = word == _BASES[word] and after in english.ADVERBS
            return is_far or after in DETERMINERS or after in _DIRECTIONS
        return word != _BASES[word] or not _is_content(after)

    def _is_before_its_noun(self, at: int, word: str, after: str) -> bool:
        """Return whether a word in ``ing`` is an adjective or noun: ``glowing eyes``."""
        if word in english.NOUNS_IN_ING:
            return after not in english.ARTICLES and after not in english.POSSESSIVES
        if not _is_content(after):
            return False
        if self._begin < at:
            last = self._words[at - 1]
            return last in ADJECTIVES or last == "of" or last.endswith(("ly", "ed"))
        is_named = at > 0 and self._words[at - 1] in DETERMINERS
        return is_named or word not in english.VERBS_IN_ING

    def _write(self, begin: int, end: int) -> str:
        """Return the phrase of a run of words; '' where they name nothing."""
        if end - begin > HEAP:
            return ""
        begin, end = _trim(self._words, begin, end)
        if not 0 < end - begin <= LONGEST:
            return ""
        texts = self._texts[begin:end]
        first = texts[0]
        is_name = (
            end - begin > 1 and texts[1][:1].isupper() and self._words[begin] not in ADJECTIVES
        )
        if begin in self._starts and first[1:].islower() and not is_name:
            texts[0] = first.lower()  # a capital that only begins the sentence
        return " ".join(texts)


def _is_content(word: str) -> bool:
    """Return whether a word is one of which phrases are made."""
    sort = _sort_of(word)
    return sort not in {"end", "ly"} and word not in DETERMINERS and word not in {"of", "and"}


def _is_participle(word: str) -> bool:
    return _sort_of(word) == "participle"


_PLURALS = frozenset("geese men women children people mice feet sheep fish deer oxen".split())


def _is_glowing(word: str) -> bool:
    return word.endswith("ing") and word not in english.NOUNS_IN_ING


def _is_plural(word: str) -> bool:
    if word in _PLURALS:
        return True
    return word.endswith("s") and not word.endswith(("ss", "us", "'s"))


def _trim(words: Sequence[str], begin: int, end: int) -> tuple[int, int]:
    """Return the run of words that names something: an empty one where none does.

    What is before ``of`` goes where it is an empty noun (``a kind of``), what is behind where it
    is adjectives alone.
    """
    while "of" in words[begin:end]:
        joint = words.index("of", begin)
        if _is_empty_noun(words[begin:joint]) and not _is_one_name(words, joint, end):
            begin = joint + 1
            while begin < end and words[begin] in DETERMINERS:
                begin += 1
            continue
        last = _trim_end(words, joint + 1, end)
        end = last if joint + 1 < last <= begin + LONGEST else joint
        break
    end = _trim_end(words, begin, end)
    return (begin, begin) if _is_nothing(words[begin:end]) else (begin, end)


def _trim_end(words: Sequence[str], begin: int, end: int) -> int:
    """Return the end of a run without what names nothing at its end."""
    while end > begin and _names_nothing(words[end - 1]):
        end -= 1
    return end


def _is_empty_noun(words: Sequence[str]) -> bool:
    """Return whether what is before ``of`` is a noun that says nothing, whatever its adjectives."""
    nouns = [word for word in words if word not in ADJECTIVES]
    return len(nouns) <= 1 and all(noun in _EMPTY for noun in nouns)


def _is_one_name(words: Sequence[str], joint: int, end: int) -> bool:
    return " ".join(words[joint - 1 : min(end, joint + 2)]) in _NAMES_WITH_OF


_NAMES_WITH_OF = frozenset({"depth of field", "point of view", "field of view", "rule of thirds"})
_COMPOUND = light_pattern(r"-(?:\w*(?:ed|ing)|bound|like|style|angle|free|realistic|focus)\Z")
"""Ends of compounds that are adjectives: ``leather-bound``."""


@lru_cache(maxsize=4_096)
def _names_nothing(word: str) -> bool:
    if word in ADJECTIVES or word in PARTICIPLES or word in DETERMINERS or word in {"of", "and"}:
        return True
    if word in english.NOUNS_IN_FUL or word in english.NOT_ADVERBS:
        return False
    return word.endswith(("ous", "less", "esque", "ful", "ly")) or bool(_COMPOUND.search(word))


def _is_nothing(words: Sequence[str]) -> bool:
    """Return whether words are nothing to put into a prompt: ``the image``, ``upper corner``."""
    if len(words) == 1 and (len(words[0]) < SHORTEST or words[0] in _COLORS):
        return True
    return all(word in _EMPTY or word[0].isdigit() for word in words)


SHORTEST = 3
"""Letters of a word that is a phrase."""
_EMPTY = english.EMPTY | english.PARTITIVES | english.PLACES
