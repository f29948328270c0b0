"""A search's line cut into what is asked: words, and values of fields.

Words of a prompt as the full-text index cuts them, and words that stand next to each other.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from service.errors import StartError

_PIECE = re.compile(
    r'(?P<minus>-?)(?:(?P<field>[^\s":]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))(?=\s|\Z)'
)
_BLANKS = re.compile(r"\s*")


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

    def refused(self, why: str) -> StartError:
        """Return the error that names this word."""
        return StartError(f"search: {self.shown}: {why}")

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Return the values that would do.

        Those between commas, or all of it where it is quoted.
        """
        return (self.value,) if self.quoted else tuple(filter(None, self.value.split(",")))


def read_query(line: str) -> tuple[Term, ...]:
    """Return what a line asks, in order.

    Raises StartError that names the word which cannot be read.
    """
    return tuple(_pieces(line))


def _pieces(line: str) -> Iterator[Term]:
    at = _end_of_blanks(line, 0)
    while at < len(line):
        found = _PIECE.match(line, at)
        if found is None:
            raise StartError(f"search: {line[at:].split(maxsplit=1)[0]}: {_why(line[at:])}")
        if found[0].startswith("--"):
            raise StartError(
                f"search: {found[0]}: there is no such option; a word that must not be there has one dash"
            )
        quoted = found["quoted"]
        if quoted is None and not found["field"] and re.search(r"[^:]:\Z", found["bare"]):
            raise StartError(f"search: {found[0]}: a value is missing behind the colon")
        yield Term(
            shown=found[0],
            field=(found["field"] or "").lower(),
            value=found["bare"] if quoted is None else quoted.strip(),
            negated=bool(found["minus"]),
            quoted=quoted is not None,
        )
        at = _end_of_blanks(line, found.end())


def _end_of_blanks(line: str, at: int) -> int:
    blanks = _BLANKS.match(line, at)
    return blanks.end() if blanks else at


def _why(rest: str) -> str:
    if rest.count('"') % 2:
        return 'a " is not closed'
    is_inside = '"' in rest.split(maxsplit=1)[0]
    return (
        'a " stands inside the word; put it around all of it' if is_inside else "nothing is asked"
    )


@dataclass(frozen=True, slots=True)
class WordPattern:
    """Words that follow each other. ``open_ended``: the last one is a beginning."""

    words: tuple[str, ...]
    open_ended: bool = False

    @property
    def match(self) -> str:
        """Return an expression for MATCH that all of these words satisfy, in any order."""
        quoted = [f'"{word}"' for word in self.words]
        return " AND ".join(quoted) + ("*" if self.open_ended else "")

    @property
    def phrase(self) -> str:
        """Return the form in which ``says`` takes it."""
        return " ".join(self.words) + ("*" if self.open_ended else "")


def cut_words(text: str) -> WordPattern | None:
    """Return the words of a text, the last of which may end in ``*``; None where there is none."""
    words = tuple(_cut(text))
    return WordPattern(words, text.endswith("*")) if words else None


def _cut(text: str) -> list[str]:
    """Cut as FTS5's tokenizer unicode61 does.

    Letters, digits and marks make words, all else parts them.
    """
    return "".join(char if _in_word(char) else " " for char in text).split()


def _in_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM" or unicodedata.category(char) == "Co"


def says(text: str, phrase: str) -> bool:
    """Tell whether words follow each other in a text, whatever stands between two of them but words."""
    return _pattern(phrase).search(_fold(text)) is not None


@lru_cache(maxsize=64)
def _pattern(phrase: str) -> re.Pattern[str]:
    words = r"[\W_]+".join(re.escape(_fold(word)) for word in phrase.rstrip("*").split(" "))
    return re.compile(rf"(?<![^\W_]){words}" + ("" if phrase.endswith("*") else r"(?![^\W_])"))


def _fold(text: str) -> str:
    """Return a text in lower case and without the accents of Latin letters, as the index folds it."""
    if text.isascii():
        return text.lower()
    return "".join(
        char
        for char in unicodedata.normalize("NFD", text.lower())
        if not "\u0300" <= char <= "\u036f"
    )


_WEIGHT = re.compile(r"(?<!modelVersionId):-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?=, |\Z)")
"""As ``loras`` has it at the end of an entry.

The number of a nameless reference is all of its name.
"""


def without_weights(entries: str) -> str:
    """Return joined entries without their weights."""
    return _WEIGHT.sub("", entries)
