"""Which texts of a list are wanted. A pattern of the user's cannot hang it.

The patterns are Python's, lookaround and backreferences included, matched by the package ``regex``
because it can be given a time limit: RE2 would need none, but refuses ``^(?!.*nsfw)``, and ``re``
can be stopped by nothing.
"""

import re
import time

import regex

from service.errors import StartError
from service.light_dataclasses import dataclass

SHOWN = 60
_WORDS = re.compile(r"[^\s_]+")


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds a pattern may look; a sound one takes microseconds a text."""

    one: float = 0.5
    """At one text."""
    all: float = 60.0
    """At all texts of the list: a million prompts take a sound pattern some seconds."""


class Filters:
    """The texts that ``include`` finds something in, ``exclude`` not, of so many words at most."""

    def __init__(
        self,
        include: str | None,
        exclude: str | None,
        patience: Patience = Patience(),
        *,
        max_words: int | None = None,
    ) -> None:
        self._include = regex.compile(include) if include else None
        self._exclude = regex.compile(exclude) if exclude else None
        self._max_words = max_words
        self._patience = patience
        self._took = 0.0

    @property
    def want_all(self) -> bool:
        """Whether every text is wanted."""
        return self._include is None and self._exclude is None and self._max_words is None

    def wants(self, text: str) -> bool:
        """Tell whether a text is wanted.

        Raises StartError where a pattern takes too long over it, or over all.
        """
        if self._max_words is not None and len(_WORDS.findall(text)) > self._max_words:
            return False
        if self._include is not None and not self._finds(self._include, text, "include"):
            return False
        return self._exclude is None or not self._finds(self._exclude, text, "exclude")

    def _finds(self, pattern: regex.Pattern, text: str, name: str) -> bool:
        began = time.perf_counter()
        try:
            found = pattern.search(text, timeout=self._patience.one) is not None
        except TimeoutError:
            shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
            raise _too_slow(name, pattern, f"{self._patience.one:g} s on {shown!r}") from None
        self._took += time.perf_counter() - began
        if self._took > self._patience.all:
            raise _too_slow(name, pattern, f"{self._patience.all:g} s on this list")
        return found


def _too_slow(name: str, pattern: regex.Pattern, what: str) -> StartError:
    return StartError(
        f"{name}: {pattern.pattern!r} takes over {what}; "
        "repeat no group that itself repeats, like (a+)+"
    )
