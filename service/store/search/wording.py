"""Words of a prompt as the full-text index cuts them, and words that stand next to each other."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Wording:
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


def wording(text: str) -> Wording | None:
    """Return the words of a text, the last of which may end in ``*``; None where there is none."""
    words = tuple(_cut(text))
    return Wording(words, text.endswith("*")) if words else None


def _cut(text: str) -> list[str]:
    """Cut as FTS5's tokenizer unicode61 does: letters, digits and marks make words, all else parts them."""
    return "".join(char if _in_word(char) else " " for char in text).split()


def _in_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM" or unicodedata.category(char) == "Co"


def says(text: str, phrase: str) -> bool:
    """Tell whether words follow each other in a text, whatever stands between two of them but words."""
    return _pattern(phrase).search(_folded(text)) is not None


@lru_cache(maxsize=64)
def _pattern(phrase: str) -> re.Pattern[str]:
    words = r"[\W_]+".join(re.escape(_folded(word)) for word in phrase.rstrip("*").split(" "))
    return re.compile(rf"(?<![^\W_]){words}" + ("" if phrase.endswith("*") else r"(?![^\W_])"))


def _folded(text: str) -> str:
    """Return a text in lower case and without the accents of Latin letters, as the index folds it."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFD", text.lower()) if not "\u0300" <= char <= "\u036f")


_WEIGHT = re.compile(r"(?<!modelVersionId):-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?=, |\Z)")
"""As ``loras`` has it at the end of an entry; the number of a nameless reference is all of its name."""


def unweighted(entries: str) -> str:
    """Return joined entries without their weights."""
    return _WEIGHT.sub("", entries)
