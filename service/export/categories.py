"""What a token is about: subject, clothing, lighting …, by a table of words.

``categories.txt`` has the words; ``[categories]`` in config.toml adds to them. A token belongs to
the category of all of it, else of its first word where that tells a pose or an artist (``standing
in water``, ``by …``), else of its last (``red dress``), before ``of`` (``field of lavender``). The
view ``tokens`` finds the category in the same way.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType

from service.tokens.spelling import fold_token

OTHER = "other"
"""Of words that no category has."""
BY_FIRST_WORD = ("pose", "artist")
"""Categories that the first word of a token decides: it says what somebody does, or whose it is."""

_NONE: Mapping[str, Sequence[str]] = MappingProxyType({})


class Categories:
    """The table of words, with those of the user, whose word wins."""

    def __init__(self, own: Mapping[str, Sequence[str]] = _NONE) -> None:
        self.words: dict[str, str] = dict(_shipped())
        """Word, as tokens are compared → category."""
        for name, words in own.items():
            self.words.update(_forms(name, words))

    def find(self, token: str) -> str:
        """Return the category of a token, given as ``fold_token`` returns it."""
        whole = self.words.get(token)
        if whole is not None:
            return whole
        of_first = self.words.get(token.partition(" ")[0])
        if of_first in BY_FIRST_WORD:
            return of_first
        head = token.partition(" of ")[0]
        return self.words.get(head.rpartition(" ")[2], OTHER)


def find_double_words(own: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield a sentence for each word that the user has put into several categories."""
    of_word: dict[str, list[str]] = {}
    for name, words in own.items():
        for word in dict.fromkeys(map(fold_token, words)):
            of_word.setdefault(word, []).append(name)
    for word, names in of_word.items():
        if len(names) > 1:
            yield f"[categories]: {word!r} is in {' and '.join(names)}; {names[-1]} counts"


@cache
def _shipped() -> Mapping[str, str]:
    text = resources.files("service.export").joinpath("categories.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    words: dict[str, str] = {}
    plurals: dict[str, str] = {}
    for line in "\n".join(lines).replace("\n ", " ").splitlines():
        name, _, listed = line.partition(": ")
        of_name = [word.strip().strip('"') for word in listed.split(",")]
        words.update(dict.fromkeys(map(fold_token, of_name), name))
        plurals.update(_forms(name, of_name))
    return plurals | words


def _forms(name: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each word and its plural, with the category."""
    for word in map(fold_token, words):
        if word and word[-1].isalpha() and not word.endswith("s"):
            yield f"{word}s", name
        yield word, name
