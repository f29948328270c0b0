"""One reader's seat in the fleet: what it was given, what it is at, and for how long it may be."""

import math
import time
from dataclasses import field, replace
from typing import Any, Self

from service.light_dataclasses import dataclass
from service.readers.process import ReaderProcess
from service.readers.tickets import Piece

DEATHS = 3
"""So often a reader may die over one file, read alone, before the file is to blame: a person, or a
system without memory, may have killed it."""

LONGER_S = 30.0
"""A reader may be silent for so much longer than its ExifTool, which it may have to start anew."""

REST_S = 20.0
"""After so long without work the slow lane's process ends."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a reader may be silent, in seconds."""

    start: float = 60.0
    """From its start until it is ready. A cold start on a virus-scanned disk takes many seconds."""
    quick: float = 4.0
    """For one stage of one file, before its bytes are counted. Longer than its ExifTool may take,
    so that a file which only ExifTool hangs over does not cost its reader. No time is shorter."""
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
    gives_way: bool = False
    """Whether it runs beside another in a backlog: then any other program comes first."""
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
    """Request, and place in it, of the file it noted last."""
    stage: str = "start"
    begun: float = field(default_factory=time.monotonic)
    """When it began that stage of that file."""

    def __post_init__(self) -> None:
        self.allowed = self.deadlines.start

    @property
    def is_idle(self) -> bool:
        """Return whether it has nothing to do."""
        return self.is_ready and not self.pieces

    def begin(self, stage: str) -> None:
        """Note that it is at another stage, and at no file, from now on."""
        self.stage, self.at = stage, None
        self.since = self.begun = time.monotonic()
        self.allowed = self.deadlines.allowed(0, is_slow=self.is_slow)

    def look(self) -> None:
        """Take in what it noted last. It has no more time than all it was asked may take."""
        note = self.process.note() if self.pieces else None
        piece = None if note is None else self.pieces.get(note.number)
        if note is None or piece is None:  # of a request that is done
            return
        self.at, self.stage, self.begun = (note.number, note.place), note.stage, note.begun
        self.allowed = self.deadlines.allowed(min(note.size, piece.size), is_slow=self.is_slow)
        self.since = max(self.since, note.time)

    @property
    def next_look(self) -> float:
        """Return when it will be late, or where it has nothing to do, will have rested long."""
        if self.is_ended or not self.is_idle:
            return self.since + self.allowed
        return self.since + REST_S if self.is_slow else math.inf

    def dismiss(self) -> None:
        """Have the reader end by its own leave; nothing more is asked of it."""
        self.is_ended = True
        self.begin("end")
        self.process.finish()

    def end_if_due(self) -> None:
        """End the reader if it is late, and the slow lane's when it has rested long."""
        self.look()
        now = time.monotonic()
        if now < self.next_look:
            return
        if self.is_ended or not self.is_idle:
            self.process.kill(f"{self.stage} took longer than {now - self.since:.0f} s")
        else:
            self.dismiss()

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

        That is the file it noted. One that noted nothing yet of what it was asked first may
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
        return True

    def status(self) -> ReaderStatus:
        """Return what it is at."""
        self.look()
        item = None
        if self.at is not None:
            number, index = self.at
            piece = self.piece_of(number, index)
            if piece is not None:
                item = piece.ticket.asked[piece.indexes[index]].item
        stage, began = ("idle", self.since) if self.is_idle else (self.stage, self.begun)
        return ReaderStatus(self.process.pid, stage, item, max(0.0, time.monotonic() - began))
