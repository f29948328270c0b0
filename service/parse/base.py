"""What a parser is: a value with a name, a version, a claim and a way to parse."""

from collections.abc import Callable
from enum import IntEnum

from service.light_dataclasses import dataclass
from service.parse.gate import keep_plausible
from service.records import Blobs, Generation


class Claim(IntEnum):
    """How sure a parser is that a file is its own. The highest claim wins."""

    NO = 0
    FALLBACK = 1
    """It can be read so, if no other parser knows better."""
    SHAPE = 2
    """It has the form this generator writes."""
    MARKER = 3
    """It names the generator."""


@dataclass(frozen=True, slots=True)
class Parser:
    """A generator's reader; ``parse`` is called only where ``claim`` is above NO, never raises."""

    name: str
    version: int
    """Raised whenever the answer for any file changes; the service then re-reads what is stale."""
    claim: Callable[[Blobs], Claim]
    parse: Callable[[Blobs], Generation]
    covers: frozenset[str] = frozenset()
    """Parsers whose texts this one reads itself, under its own name; they are no rivals of it."""
    roles: frozenset[str] = frozenset()
    """Roles without any of which it claims nothing, so that it need not be asked. Empty: any."""
    needs_object: bool = False
    """Whether it claims nothing where no text is a JSON object."""

    def read(self, blobs: Blobs) -> Generation:
        """Return what the parser says of a file, without what cannot be true."""
        return keep_plausible(self.parse(blobs))
