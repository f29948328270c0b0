"""The reader processes: as many as the work is worth, none longer at a file than its deadline.

Whoever asks gets a ``Ticket`` at once and learns by ``on_news`` that something came back. A file
that keeps a reader longer than it may, or whose reader dies, is read again by itself: first beside
the others, then in a lane of its own with a process of its own, where it delays nobody. What fails
there is told to the asker as ``Lost``, with the stage and the seconds.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from service.event_log import get_logger
from service.readers.process import ReaderProcess
from service.readers.seat import DEATHS, Deadlines, ReaderStatus, Seat
from service.readers.starts import LONGEST_PAUSE_S, Starts
from service.readers.tickets import Asked, Deferred, Lost, Piece, Ticket

log = get_logger(__name__)

AHEAD = 2
"""Requests that one reader has at a time: one is prepared while ExifTool reads the other."""


class Fleet:
    """Starts, feeds and ends the readers. Any thread may ask."""

    def __init__(
        self,
        start: Callable[..., ReaderProcess],
        *,
        limit: int = 1,
        deadlines: Deadlines | None = None,
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        """Start the first reader, by ``start(on_message, on_end, gives_way=…)``."""
        self._start_process = start
        self.limit = max(1, limit)
        self._deadlines = deadlines or Deadlines()
        self.on_news = on_news
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._alarm = threading.Condition(self._lock)  # wakes the keeper
        self._seats: list[Seat] = []
        self._waiting: dict[bool, deque[Piece]] = {False: deque(), True: deque()}
        """What no reader was given yet, of the quick and of the slow lane."""
        self.wanted = 1
        """How many readers run at this moment, those of the slow lane apart."""
        self._number = 0
        self.starts = Starts()
        self._is_closed = False
        self.version = ""
        """What the readers read with: ``exiftool 12.57``. Empty until the first is ready."""
        self.stages: dict[str, int] = {}
        """Stage or parser → the version of it that they make rows by."""
        with self._lock:
            self._take_seat(is_slow=False)
        self._keeper = threading.Thread(target=self._keep, name="readers", daemon=True)
        self._keeper.start()

    def ask(self, kind: str, asked: Sequence[Asked], *, is_urgent: bool = False) -> Ticket:
        """Ask for files and return at once. What is urgent comes before all that waits."""
        ticket = Ticket(kind, asked)
        quick = [at for at, one in enumerate(asked) if not one.is_slow]
        with self._lock:
            pieces = list(Piece.cut(ticket, quick))
            if is_urgent:
                self._waiting[False].extendleft(reversed(pieces))
            else:
                self._waiting[False].extend(pieces)
            for at, one in enumerate(asked):
                if one.is_slow:
                    self._defer(ticket, at)
            self._feed()
        return ticket

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait for a first reader; return whether there is one."""
        with self._lock:
            self._changed.wait_for(
                lambda: self.version or self.starts.is_given_up or self._is_closed, seconds
            )
            return bool(self.version)

    def wait(self, ticket: Ticket, seconds: float | None = None) -> bool:
        """Wait for a ticket's last answer; return whether it is there.

        Returns early where none will come: no reader starts, or all were ended.
        """
        with self._lock:
            self._changed.wait_for(
                lambda: ticket.is_done or self._is_closed or self.starts.are_hopeless(self._seats),
                seconds,
            )
            return ticket.is_done

    @property
    def is_hopeless(self) -> bool:
        """Return whether no reader is there and none is likely to start."""
        with self._lock:
            return self.starts.are_hopeless(self._seats)

    def scale(self, backlog: int) -> None:
        """Run as many readers as so many waiting requests are worth."""
        with self._lock:
            self.wanted = max(1, min(self.limit, backlog))
            self._dismiss_idle()
            self._feed()

    def status(self) -> list[ReaderStatus]:
        """Return what each reader is at."""
        with self._lock:
            return [seat.status() for seat in self._seats]

    def close(self, seconds: float = 1.0) -> None:
        """End every reader: by its own leave within ``seconds``, else at once."""
        with self._lock:
            self._is_closed = True
            seats = list(self._seats)
            self._changed.notify_all()
            self._alarm.notify()
        for seat in seats:
            if seat.is_idle:
                seat.process.finish()
            else:
                seat.process.kill("the service stops")
        end = time.monotonic() + seconds
        for seat in seats:
            if not seat.process.join(max(0.0, end - time.monotonic())):
                seat.process.kill("the service stops")
                seat.process.join(1.0)
        self._keeper.join(1.0)

    # From here to the callbacks every method is called with the lock held.

    def _take_seat(self, *, is_slow: bool) -> None:
        gives_way = any(not seat.gives_way for seat in self._in_lane(is_slow=is_slow))
        try:
            process = self._start_process(self._on_message, self._on_end, gives_way=gives_way)
        except RuntimeError as error:  # the system gives no more threads
            self.starts.fail(str(error))
        else:
            self._seats.append(Seat(process, self._deadlines, is_slow, gives_way))

    def _in_lane(self, *, is_slow: bool) -> list[Seat]:
        return [seat for seat in self._seats if seat.is_slow == is_slow and not seat.is_ended]

    def _feed(self) -> None:
        """Give waiting pieces to readers that have room, and start readers that are missing."""
        if self._is_closed:
            return
        self._feed_lane(is_slow=False, wanted=self.wanted, room=AHEAD)
        if self._waiting[True]:
            self._feed_lane(is_slow=True, wanted=1, room=1)

    def _feed_lane(self, *, is_slow: bool, wanted: int, room: int) -> None:
        if time.monotonic() >= self.starts.not_before:
            for _ in range(wanted - len(self._in_lane(is_slow=is_slow))):
                self._take_seat(is_slow=is_slow)
        seats = self._in_lane(is_slow=is_slow)
        waiting = self._waiting[is_slow]
        while waiting and seats:
            seat = min(seats, key=lambda seat: len(seat.pieces))
            if len(seat.pieces) >= room:
                return
            self._give(seat, waiting.popleft())

    def _give(self, seat: Seat, piece: Piece) -> None:
        self._number += 1
        if seat.is_idle:
            seat.begin("ask")
        seat.pieces[self._number] = piece
        seat.process.ask((self._number, piece.ticket.kind, piece.is_slow, piece.items))

    def _dismiss_idle(self) -> None:
        """Let readers end that are no longer wanted, and keep the one that does not give way."""
        seats = self._in_lane(is_slow=False)
        surplus = max(0, len(seats) - self.wanted)
        for seat in [seat for seat in seats if seat.is_idle and seat.gives_way][:surplus]:
            seat.dismiss()

    def _find(self, process: ReaderProcess) -> Seat | None:
        return next((seat for seat in self._seats if seat.process is process), None)

    # What the readers' own threads call.

    def _on_message(self, process: ReaderProcess, message: Any) -> None:
        with self._lock:
            seat = self._find(process)
            if seat is None or not self._take(seat, message):
                return
            self._changed.notify_all()
        self.on_news()

    def _take(self, seat: Seat, message: Any) -> bool:
        """Take a message; return whether somebody may wait for what it says."""
        match message:
            case ("is", int(number), int(index), answer):
                return self._take_answer(seat, number, index, answer)
            case ("slow", int(number), int(index)):
                self._put_in_slow_lane(seat, number, index)
            case ("log", str(level), str(event), fields):
                getattr(log, level, log.warning)(event, **dict(fields))
            case ("ready", str(version), dict(stages)):
                seat.is_ready = True
                self.version, self.stages = version, stages
                self.starts.succeed()
                seat.begin("ask")
                self._feed()
                self._dismiss_idle()
            case ("cannot start", str(reason)):
                self.starts.give_up(reason)
                seat.process.kill(reason)
            case _:
                seat.process.kill("it sent a message that nobody knows")
        return True

    def _take_answer(self, seat: Seat, number: int, index: int, answer: Any) -> bool:
        """Take what a reader says of a file; return whether it was the last of its ticket."""
        piece = seat.piece_of(number, index)
        if piece is None:
            seat.process.kill("it answered what it was not asked")
            return False
        piece.ticket.settle(piece.indexes[index], answer)
        self._strike_off(seat, number, index)
        return piece.ticket.is_done

    def _put_in_slow_lane(self, seat: Seat, number: int, index: int) -> None:
        """Ask again, in the slow lane, for a file that took a reader's ExifTool too long."""
        piece = seat.piece_of(number, index)
        if piece is None or piece.is_slow:
            seat.process.kill("it put off what it was not asked")
            return
        self._defer(piece.ticket, piece.indexes[index])
        self._strike_off(seat, number, index)
        self._feed()

    def _strike_off(self, seat: Seat, number: int, index: int) -> None:
        if seat.strike_off(number, index):
            self._feed()
            self._dismiss_idle()

    def _on_end(self, process: ReaderProcess, reason: str) -> None:
        with self._lock:
            seat = self._find(process)
            if seat is None:
                return
            seat.look()
            self._seats.remove(seat)
            if not self._is_closed:
                self._note_end(seat, reason)
                self._hand_back(seat, reason)
                self._feed()
            self._changed.notify_all()
            self._alarm.notify()
        self.on_news()

    def _note_end(self, seat: Seat, reason: str) -> None:
        if seat.is_ready and seat.pieces:
            log.warning("reader_ended", reason=reason, stage=seat.stage)
        if not seat.is_ready:
            self.starts.fail(reason)

    def _hand_back(self, seat: Seat, reason: str) -> None:
        """Ask again for what a reader left open: each file by itself, since one is to blame."""
        others, culprit = seat.leftovers()
        for one in reversed(others):
            self._waiting[one.is_slow].appendleft(one)
        if culprit is None:
            return
        seconds = time.monotonic() - seat.since
        if seconds < seat.allowed and culprit.deaths < DEATHS:
            self._waiting[culprit.is_slow].append(culprit)
        elif culprit.is_slow:
            culprit.ticket.settle(culprit.indexes[0], Lost(seat.stage, seconds, reason))
        else:
            self._defer(culprit.ticket, culprit.indexes[0])

    def _defer(self, ticket: Ticket, at: int) -> None:
        """Put a file into the slow lane, with a ticket of its own: its neighbours do not wait."""
        slow = Ticket(ticket.kind, (ticket.asked[at],))
        ticket.settle(at, Deferred(slow))
        self._waiting[True].append(Piece(slow, [0], is_slow=True))

    def _keep(self) -> None:
        """End readers that are past their deadline, and start those that are missing."""
        # No longer than the shortest deadline: so none ends that began while this slept.
        longest = min(self._deadlines.quick, LONGEST_PAUSE_S)
        with self._lock:
            while not self._is_closed:
                for seat in self._seats:
                    seat.end_if_due()
                self._feed()
                now = time.monotonic()
                due = [seat.next_look for seat in self._seats]
                if self.starts.not_before > now:
                    due.append(self.starts.not_before)
                self._alarm.wait(max(0.05, min([now + longest, *due]) - now))
