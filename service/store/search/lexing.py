"""A search's line is cut into terms, and their words are cut as the full-text index does."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from service.errors import StartError
from service.light_dataclasses import dataclass

_PIECE = re.compile(
    r'(?P<minus>-?)(?:(?P<field>[^\s":]+):(?P<whole>=(?=[^\s]))?)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))(?=\s|\Z)'
)
_BLANKS = re.compile(r"\s*")
_ENDS_IN_A_COLON = re.compile(r"[^:]:\Z")
_ACCENTS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked of every image."""

    shown: str
    """As it was typed."""
    field: str
    """Lower case; '' for a word of the prompt."""
    value: str
    negated: bool = False
    quoted: bool = False
    whole: bool = False
    """Whether an = is before the value: then it is all of the name, not a part of it."""

    def refusal(self, why: str) -> StartError:
        """Return the error that names this word."""
        return StartError(f"search: {self.shown}: {why}")

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Return the values that would do.

        Those between commas, or all of it where it is quoted.
        """
        if self.quoted:
            return (self.value,)
        return tuple(filter(None, self.value.split(",")))


OR = "OR"
"""Between two terms, of which one is enough. In lower case it is a word."""

Group = tuple[Term, ...]
"""Terms of which one is enough; mostly there is one."""


def read_query(line: str) -> tuple[Group, ...]:
    """Return what a line asks, in order.

    Raises StartError that names the word which cannot be read.
    """
    groups: list[Group] = []
    is_open = False
    for term in _pieces(line):
        is_or = term.shown == OR
        if is_or and (is_open or not groups):
            raise term.refusal("it stands between two things, of which one is enough")
        if is_open:
            groups[-1] += (term,)
        elif not is_or:
            groups.append((term,))
        is_open = is_or
    if is_open:
        raise StartError(f"search: {OR}: what it is to be instead is missing behind it")
    return tuple(groups)


def _pieces(line: str) -> Iterator[Term]:
    at = _end_of_blanks(line, 0)
    while at < len(line):
        found = _PIECE.match(line, at)
        if found is None:
            raise StartError(f"search: {line[at:].split(maxsplit=1)[0]}: {_why(line[at:])}")
        yield _term(found)
        at = _end_of_blanks(line, found.end())


def _term(found: re.Match[str]) -> Term:
    shown, quoted = found[0], found["quoted"]
    if shown.startswith("--"):
        fix = "a word that must not be there has one dash"
        raise StartError(f"search: {shown}: there is no such option; {fix}")
    if quoted is not None:
        value = quoted.strip()
    else:
        value = found["bare"]
        if not found["field"] and _ENDS_IN_A_COLON.search(value):
            raise StartError(f"search: {shown}: a value is missing behind the colon")
    return Term(
        shown=shown,
        field=(found["field"] or "").lower(),
        value=value,
        negated=bool(found["minus"]),
        quoted=quoted is not None,
        whole=found["whole"] is not None,
    )


def _end_of_blanks(line: str, at: int) -> int:
    blanks = _BLANKS.match(line, at)
    return blanks.end() if blanks else at


def _why(rest: str) -> str:
    if rest.count('"') % 2:
        return 'a " is not closed'
    if '"' in rest.split(maxsplit=1)[0]:
        return 'a " is inside the word; put it around all of it'
    return "nothing is asked"


@dataclass(frozen=True, slots=True)
class WordPattern:
    """Words that follow each other. ``open_ended``: the last one is a beginning."""

    words: tuple[str, ...]
    open_ended: bool = False

    @property
    def match(self) -> str:
        """Return an expression for MATCH that all of these words satisfy, in any order."""
        quoted = " AND ".join(f'"{word}"' for word in self.words)
        return f"{quoted}*" if self.open_ended else quoted

    @property
    def phrase(self) -> str:
        """Return the form in which ``says`` takes it."""
        words = " ".join(self.words)
        return f"{words}*" if self.open_ended else words


def cut_words(text: str) -> WordPattern | None:
    """Return the words of a text, the last of which may end in ``*``; None where there is none."""
    words = tuple(_cut(text))
    return WordPattern(words, text.endswith("*")) if words else None


def _cut(text: str) -> list[str]:
    """Cut as FTS5's tokenizer unicode61 does.

    Letters, digits and marks make words, all else parts them.
    """
    return "".join(map(_letter_or_blank, text)).split()


def _letter_or_blank(char: str) -> str:
    category = unicodedata.category(char)
    return char if category[0] in "LNM" or category == "Co" else " "


def says(text: str, phrase: str) -> bool:
    """Tell whether words follow each other in a text, whatever is between two of them but words."""
    return _pattern(phrase).search(_fold(text)) is not None


@lru_cache(maxsize=64)
def _pattern(phrase: str) -> re.Pattern[str]:
    folded = (_fold(word) for word in phrase.rstrip("*").split(" "))
    words = r"[\W_]+".join(map(re.escape, folded))
    end = "" if phrase.endswith("*") else r"(?![^\W_])"
    return re.compile(rf"(?<![^\W_]){words}{end}")


def _fold(text: str) -> str:
    """Return a text as the index folds it: lower case, no accents of Latin letters."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text.lower()))


_WEIGHT = re.compile(r"(?<!modelVersionId):-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?=, |\Z)")
"""A weight at the end of an entry of ``loras``; a nameless reference's number is all its name."""


def without_weights(entries: str) -> str:
    """Return joined entries without their weights."""
    return _WEIGHT.sub("", entries)
