"""What is asked of the readers, and what has come back of it."""

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any

from service.light_dataclasses import dataclass

PIECE_BYTES = 32 * 1024 * 1024
"""Bytes of the files that a reader is asked for together. A file may be all text (a graph of
megabytes), and its ExifTool and the reader hold what all of them say at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One file of a request."""

    item: Any
    """What the reader is told, as ``frames`` can pack it."""
    size: int
    """Bytes, for the deadlines."""
    is_slow: bool = False
    """Whether it belongs in the slow lane from the first."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What is told of a file that no reader survived."""

    stage: str
    seconds: float
    reason: str


class Ticket:
    """One request, and what has come back of it so far."""

    def __init__(self, kind: str, asked: Sequence[Asked]) -> None:
        self.kind = kind
        self.asked = tuple(asked)
        self.answers: list[Any] = [None] * len(asked)
        """For each file what the reader said of it, ``Lost`` or ``Deferred``; None at first."""
        self._left = len(asked)

    @property
    def is_done(self) -> bool:
        """Return whether every file has its answer."""
        return self._left == 0

    @property
    def is_wholly_done(self) -> bool:
        """Return whether every file has its answer, those in the slow lane too."""
        slow = [one.ticket for one in self.answers if isinstance(one, Deferred)]
        return self.is_done and all(ticket.is_done for ticket in slow)

    def settle(self, at: int, answer: Any) -> None:
        """Take a file's answer; only the first counts."""
        if self.answers[at] is None:
            self.answers[at] = answer
            self._left -= 1


@dataclass(frozen=True, slots=True)
class Deferred:
    """The answer for a file that went into the slow lane: it comes with another ticket."""

    ticket: Ticket


@dataclass(slots=True)
class Piece:
    """Some files of a ticket, as one reader is asked for them."""

    ticket: Ticket
    indexes: list[int]
    is_slow: bool = False
    deaths: int = 0
    """How many readers died over it; counted where it is one file alone."""
    out: set[int] = field(default_factory=set)
    """The places in ``indexes`` that the reader has not answered yet."""
    size: int = 0
    """Bytes of all its files."""

    def __post_init__(self) -> None:
        self.out = set(range(len(self.indexes)))
        self.size = sum(self.ticket.asked[at].size for at in self.indexes)

    @classmethod
    def cut(cls, ticket: Ticket, indexes: Sequence[int]) -> "Iterator[Piece]":
        """Yield these files in pieces of about ``PIECE_BYTES``; none for no files."""
        piece: list[int] = []
        size = 0
        for at in indexes:
            if piece and size + ticket.asked[at].size > PIECE_BYTES:
                yield cls(ticket, piece)
                piece, size = [], 0
            piece.append(at)
            size += ticket.asked[at].size
        if piece:
            yield cls(ticket, piece)

    @property
    def is_alone(self) -> bool:
        """Return whether it is one file."""
        return len(self.indexes) == 1

    @property
    def items(self) -> list[Any]:
        """Return what the reader is told."""
        return [self.ticket.asked[at].item for at in self.indexes]
