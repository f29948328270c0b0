"""A search's line cut into what is asked: words, and values of fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.errors import StartError

_PIECE = re.compile(r'(?P<minus>-?)(?:(?P<field>[^\s":]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))(?=\s|\Z)')
_BLANKS = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Asked:
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
        """Return the values that would do: those between commas, or all of it where it is quoted."""
        return (self.value,) if self.quoted else tuple(filter(None, self.value.split(",")))


def asked(line: str) -> tuple[Asked, ...]:
    """Return what a line asks, in order. Raises StartError that names the word which cannot be read."""
    return tuple(_pieces(line))


def _pieces(line: str) -> Iterator[Asked]:
    at = _end_of_blanks(line, 0)
    while at < len(line):
        found = _PIECE.match(line, at)
        if found is None:
            raise StartError(f"search: {line[at:].split(maxsplit=1)[0]}: {_why(line[at:])}")
        if found[0].startswith("--"):
            raise StartError(f"search: {found[0]}: there is no such option; a word that must not be there has one dash")
        quoted = found["quoted"]
        if quoted is None and not found["field"] and re.search(r"[^:]:\Z", found["bare"]):
            raise StartError(f"search: {found[0]}: a value is missing behind the colon")
        yield Asked(
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
    return 'a " stands inside the word; put it around all of it' if is_inside else "nothing is asked"
