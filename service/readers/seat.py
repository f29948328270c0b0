"""One reader's seat in the fleet: what it was given, what it is at, and for how long it may be."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from service.readers.process import ReaderProcess


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a reader may be silent, in seconds."""

    start: float = 60.0
    """From its start until it is ready. A cold start on a virus-scanned disk takes many seconds."""
    quick: float = 4.0
    """For one stage of one file, before its bytes are counted. Longer than its ExifTool may take,
    so that a file which only ExifTool hangs over does not cost its reader."""
    slow: float = 60.0
    """The same in the slow lane."""
    bytes_per_s: float = 10_000_000.0
    """So many bytes of a file lengthen each of its stages by a second."""

    @classmethod
    def beyond(cls, exiftool_s: float) -> Self:
        """Return those under which ExifTool may take so long in the slow lane."""
        usual = cls()
        return replace(usual, slow=max(usual.slow, exiftool_s + LONGER_S))

    def allowed(self, size: int, *, is_slow: bool) -> float:
        """Return for how many seconds a file of ``size`` bytes may keep a reader in one stage."""
        return (self.slow if is_slow else self.quick) + size / self.bytes_per_s


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


@dataclass(slots=True)
class Starts:
    """Starts that failed one after the other, and when the next may be tried."""

    not_before: float = 0.0
    is_given_up: bool = False
    """Whether a reader said that it cannot start, or so many died that none is likely to."""
    _failed: int = 0

    def fail(self, now: float) -> None:
        """Note that a reader died before it was ready. A person, or a lack of memory, may do so."""
        pause = min(FIRST_PAUSE_S * 2**self._failed, LONGEST_PAUSE_S)
        self.not_before = now + pause
        self._failed = min(self._failed + 1, 10)
        self.is_given_up = self.is_given_up or self._failed >= HOPELESS

    def are_hopeless(self, seats: "Sequence[Seat]") -> bool:
        """Return whether no reader is there and none is likely to start."""
        return self.is_given_up and not any(one.is_ready and not one.is_ended for one in seats)

    def succeed(self) -> None:
        """Note that a reader is ready."""
        self.is_given_up = False
        self._failed = 0


FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
"""Between two starts of readers that die before they are ready."""
HOPELESS = 3
"""Starts that fail one after the other."""

DEATHS = 3
"""So often a reader may die over one file, read alone, before the file is to blame: a person, or a
system without memory, may have killed it."""

LONGER_S = 30.0
"""A reader may be silent for so much longer than its ExifTool, which it may have to start anew."""

REST_S = 20.0
"""After so long without work the slow lane's process ends."""


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

    def __post_init__(self) -> None:
        self.out = set(range(len(self.indexes)))

    @property
    def is_alone(self) -> bool:
        """Return whether it is one file."""
        return len(self.indexes) == 1

    @property
    def items(self) -> list[Any]:
        """Return what the reader is told."""
        return [self.ticket.asked[at].item for at in self.indexes]


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """What one reader is at, for ``status``."""

    pid: int | None
    stage: str
    """``start``, ``idle``, or the stage of the file it is at."""
    item: Any
    """The file, as it was asked for; None where it is at none."""
    seconds: float
    """For how long."""


@dataclass(slots=True)
class Seat:
    """One reader, and what it is at."""

    process: ReaderProcess
    deadlines: Deadlines
    is_slow: bool
    since: float = field(default_factory=time.monotonic)
    """When it was last heard of, or given something to do."""
    allowed: float = 0.0
    """Seconds from then until it is ended."""
    is_ready: bool = False
    is_ended: bool = False
    """Whether it was told to end by its own leave."""
    pieces: dict[int, Piece] = field(default_factory=dict)
    """By the number of the request, oldest first."""
    at: tuple[int, int] | None = None
    """Request, and place in it, of the file it is at."""
    stage: str = "start"
    begun: float = field(default_factory=time.monotonic)
    """When it began that stage of that file."""

    def __post_init__(self) -> None:
        self.allowed = self.deadlines.start

    @property
    def is_idle(self) -> bool:
        """Return whether it has nothing to do."""
        return self.is_ready and not self.pieces

    def begin(self, stage: str, size: int = 0) -> None:
        """Note that it is at another stage, with so many bytes, from now on."""
        self.stage = stage
        self.begun = time.monotonic()
        self._allow(size)

    def begin_file(self, at: tuple[int, int], stage: str, size: int) -> None:
        """Note what it says it is at. It has no more time than all it was asked may take."""
        piece = self.pieces.get(at[0])
        most = 0 if piece is None else sum(piece.ticket.asked[one].size for one in piece.indexes)
        if (at, stage) == (self.at, self.stage):  # it goes on: a large file is hashed in steps
            self._allow(min(size, most))
            return
        self.at = at
        self.begin(stage, min(size, most))

    def _allow(self, size: int) -> None:
        """Let it be silent from now on for as long as so many bytes may take."""
        self.allowed = self.deadlines.allowed(size, is_slow=self.is_slow)
        self.since = time.monotonic()

    @property
    def next_look(self) -> float:
        """Return when it will be late, or will have rested long if it has nothing to do."""
        return self.since + (REST_S if self.is_idle else self.allowed)

    def end_if_due(self, now: float) -> None:
        """End the reader if it is late, and the slow lane's when it has rested long."""
        if now < self.next_look or self.is_ended:
            return
        if not self.is_idle:
            self.process.kill(f"{self.stage} took longer than {now - self.since:.0f} s")
        elif self.is_slow:
            self.is_ended = True
            self.process.finish()

    def leftovers(self) -> tuple[list[Piece], Piece | None]:
        """Return what it has not answered, file by file, and apart the file that it ended over."""
        others: list[Piece] = []
        culprit = None
        suspect = self._suspect()
        for number, piece in self.pieces.items():
            for place in sorted(piece.out):
                one = Piece(piece.ticket, [piece.indexes[place]], piece.is_slow, piece.deaths)
                if suspect != (number, place):
                    others.append(one)
                    continue
                culprit = one
                culprit.deaths = piece.deaths + 1 if piece.is_alone else 1
        return others, culprit

    def _suspect(self) -> tuple[int, int] | None:
        """Return request and place of the file that it ended over, where one can be suspected.

        That is the file it said it is at. One that said nothing yet of what it was asked first may
        have ended over it, too: else a file that ends each reader so would be asked for for ever.
        """
        if not self.is_ready or not self.pieces:
            return None
        if self.at is not None and self.piece_of(*self.at) is not None:
            return self.at
        number, oldest = next(iter(self.pieces.items()))
        return (number, 0) if oldest.is_alone else None

    def piece_of(self, number: int, index: int) -> Piece | None:
        """Return the piece of a request, if this file of it is still out."""
        piece = self.pieces.get(number)
        return piece if piece is not None and index in piece.out else None

    def strike_off(self, number: int, index: int) -> bool:
        """Note that a file needs no more of this reader; return whether its request is done."""
        piece = self.pieces[number]
        piece.out.discard(index)
        self.since = time.monotonic()
        if piece.out:
            return False
        del self.pieces[number]
        self.at = None
        return True

    def status(self, now: float) -> ReaderStatus:
        """Return what it is at."""
        item = None
        if self.at is not None:
            number, index = self.at
            piece = self.piece_of(number, index)
            if piece is not None:
                item = piece.ticket.asked[piece.indexes[index]].item
        stage, began = ("idle", self.since) if self.is_idle else (self.stage, self.begun)
        return ReaderStatus(self.process.pid, stage, item, max(0.0, now - began))
