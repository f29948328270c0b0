"""Which texts of a list are wanted. A pattern of the user's cannot hang it.

The patterns are Python's, lookaround and backreferences included, matched by the package ``regex`` because it can be
given a time limit: RE2 would need none, but refuses ``^(?!.*nsfw)``, and ``re`` can be stopped by nothing.
"""

import regex

from service.errors import StartError

LONGEST_S = 0.5
"""For one text: a sound pattern takes microseconds."""
SHOWN = 60


class Filters:
    """The texts that ``include`` finds something in and ``exclude`` does not."""

    def __init__(self, include: str | None, exclude: str | None, longest_s: float = LONGEST_S) -> None:
        self._include = regex.compile(include) if include else None
        self._exclude = regex.compile(exclude) if exclude else None
        self._longest_s = longest_s

    def wants(self, text: str) -> bool:
        """Tell whether a text is wanted. Raises StartError where a pattern takes too long over it."""
        if self._include is not None and not self._finds(self._include, text, "include"):
            return False
        return self._exclude is None or not self._finds(self._exclude, text, "exclude")

    def _finds(self, pattern: regex.Pattern, text: str, name: str) -> bool:
        try:
            return pattern.search(text, timeout=self._longest_s) is not None
        except TimeoutError:
            shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
            raise StartError(
                f"{name}: {pattern.pattern!r} takes over {self._longest_s:g} s on {shown!r}; "
                "repeat no group that itself repeats, like (a+)+",
            ) from None
