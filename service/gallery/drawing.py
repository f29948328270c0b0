"""Small pictures drawn in reader processes: what was asked for last comes first.

Who scrolls past a thousand images waits for none of them: a request whose browser has gone is
dropped while it waits, equal ones are one. The processes start with the first request and end when
nothing was asked for a while.
"""

import asyncio
import contextlib
from collections.abc import Callable, Hashable
from dataclasses import field
from pathlib import Path
from typing import Protocol

from service.errors import TryAgainError
from service.light_dataclasses import dataclass
from service.readers.messages import Answer
from service.readers.readers import Question, Readers
from service.records import WatchedFile

AHEAD = 2
"""Files that are given to each process at a time: one is sent while the other is drawn."""

IDLE_S = 120.0
"""After so long without a request the processes end."""


class StartReaders(Protocol):
    """Starts the processes."""

    def __call__(self, on_news: Callable[[], None]) -> Readers:
        """Return the readers, which tell by ``on_news`` that something came back."""
        ...


@dataclass(frozen=True, slots=True)
class ToDraw:
    """A small picture that is asked for."""

    sha256: str | None
    """The content that it will be kept as; None where it is not to be kept."""
    location: Path
    file: WatchedFile
    """As it is now, which is checked again before it is drawn."""
    edge: int
    """Pixels of the longer side."""

    @property
    def key(self) -> Hashable:
        """Return what is equal for equal pictures: copies of a content have one."""
        return self.sha256 or self.file, self.edge


@dataclass(slots=True)
class _Wanted:
    what: ToDraw
    answer: asyncio.Future[Answer]
    askers: int = 0
    question: Question | None = None
    """What a reader was asked; None while it waits."""
    is_slow: bool = False
    """Whether it went into the readers' slow lane, where it is in nobody's way."""


@dataclass(slots=True)
class Drawing:
    """Draws what is asked for. To be used in one event loop."""

    start: StartReaders
    on_drawn: Callable[[ToDraw, Answer], None]
    """Told of each answer, also where nobody waits for it any more."""
    idle_s: float = IDLE_S
    _readers: Readers | None = None
    _waiting: dict[Hashable, _Wanted] = field(default_factory=dict)
    """The newest last."""
    _asked: dict[Hashable, _Wanted] = field(default_factory=dict)
    _idle: asyncio.TimerHandle | None = None

    async def draw(self, what: ToDraw) -> Answer:
        """Return what a reader made of a file; TryAgainError where no reader starts."""
        wanted = self._asked.get(what.key) or self._waiting.pop(what.key, None)
        if wanted is None:
            wanted = _Wanted(what, asyncio.get_running_loop().create_future())
        if wanted.question is None:
            self._waiting[what.key] = wanted
        wanted.askers += 1
        try:
            self._feed()
            return await asyncio.shield(wanted.answer)
        finally:
            wanted.askers -= 1
            if not wanted.askers and wanted.question is None:
                self._waiting.pop(what.key, None)

    @property
    def waiting(self) -> int:
        """Return how many pictures no reader was asked for yet."""
        return len(self._waiting)

    def _feed(self) -> None:
        """Ask the readers for as much as they have room for, the newest first."""
        if not self._waiting:
            return
        self._stay_awake()
        readers = self._readers = self._readers or self.start(self._on_news())
        quick = sum(not one.is_slow for one in self._asked.values())
        while self._waiting and quick < AHEAD * readers.limit:
            key, wanted = self._waiting.popitem()
            wanted.question = readers.draw(
                [(wanted.what.location, wanted.what.file)], wanted.what.edge
            )
            self._asked[key] = wanted
            quick += 1
        readers.scale(quick + len(self._waiting))

    def _on_news(self) -> Callable[[], None]:
        loop = asyncio.get_running_loop()

        def tell() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the program ends
                loop.call_soon_threadsafe(self._take)

        return tell

    def _take(self) -> None:
        """Take what the readers have answered, and ask for more."""
        readers = self._readers
        if readers is None:
            return
        for key, wanted in list(self._asked.items()):
            if wanted.question is None or not wanted.question.is_answered:
                continue
            (found,) = wanted.question.answers()
            if isinstance(found, Question):
                wanted.question, wanted.is_slow = found, True
                continue
            del self._asked[key]
            self.on_drawn(wanted.what, found)
            _tell(wanted, found)
        if readers.are_hopeless:
            self._give_up(TryAgainError(readers.trouble or "the reader processes have ended"))
        self._feed()

    def _give_up(self, error: TryAgainError) -> None:
        """Answer all at once where no reader starts; the next request tries again."""
        every = [*self._asked.values(), *self._waiting.values()]
        self._asked.clear()
        self._waiting.clear()
        for wanted in every:
            _tell(wanted, error)
        self._end()

    def _stay_awake(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self.idle_s, self._rest)

    def _rest(self) -> None:
        """End the processes, unless one is still at a slow file."""
        self._idle = None
        if self._asked or self._waiting:
            self._stay_awake()
        else:
            self._end()

    def _end(self) -> None:
        readers, self._readers = self._readers, None
        if readers is not None:  # it waits for the processes, so not in this thread
            asyncio.get_running_loop().run_in_executor(None, readers.close)


def _tell(wanted: _Wanted, found: Answer) -> None:
    if not wanted.answer.done():
        wanted.answer.set_result(found)
