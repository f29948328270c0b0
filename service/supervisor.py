"""The worker's thread under supervision.

Start, wait for its end or a signal, stop it and say how it went.
"""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

import structlog

from service.assembly import Assembly, assemble
from service.config import Config
from service.errors import TryAgainError
from service.worker.batch import Counters, FileOutcome

log = structlog.get_logger()

SIGNALS = tuple(
    number
    for name in ("SIGINT", "SIGTERM", "SIGBREAK")
    if (number := getattr(signal, name, None)) is not None
)
"""SIGBREAK is how a Windows console or service host asks; NSSM sends Ctrl+C."""

POLL_S = 0.2
SIGNALLED = 128
"""Added to a signal's number, an exit code as shells give it: 130 after Ctrl+C."""
STOPPED = "stopped before the end; the next pass goes on from here"


class StopRequest:
    """Remembers which signal asked to stop.

    Made in the main thread, where Python runs signal handlers.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        """Of the signal; None while nobody has asked."""
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    @property
    def name(self) -> str:
        """Return the signal's name: ``SIGTERM``; empty while nobody has asked."""
        return "" if self.number is None else signal.Signals(self.number).name

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # A handler that takes a lock or logs can deadlock with the code it interrupts, so it only
        # assigns.
        self.number = number


@dataclass(frozen=True, slots=True)
class Pass:
    """How a single pass over the folders went."""

    counters: Counters
    exit_code: int


class Supervisor:
    """Runs the house of one configuration."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._request = StopRequest()
        self._stop = threading.Event()
        self._death: Exception | None = None
        self._on_note: Callable[[str], None] = lambda _: None
        self._told: set[str] = set()

    def serve(self) -> int:
        """Run until a signal or the worker's death; return the process's exit code."""
        try:
            with assemble(self._config, watch=True, is_stopped=self._is_stopped) as house:
                self._watch_over(house)
        except TryAgainError:
            if not self._is_stopped():
                raise
        return (
            0 if self._death is None else 1
        )  # half alive is worse than dead: the service manager starts it again

    def one_pass(
        self,
        on_begin: Callable[[Assembly], None],
        on_done: Callable[[FileOutcome], None],
        on_note: Callable[[str], None],
    ) -> Pass:
        """Go once over the folders; a signal ends it after the batch in hand.

        Raises what the worker died of.

        ``on_note`` is told, once, each thing that it waits for or cannot do: a lock, a root that is
        offline.
        """
        self._on_note = on_note
        with assemble(
            self._config, watch=False, on_done=on_done, is_stopped=self._is_stopped
        ) as house:
            on_begin(house)
            self._attend(lambda: house.worker.run_until_idle(self._stop), house)
            if self._death is not None:
                raise self._death
            counters = house.worker.counters
            if self._request.number is not None:
                on_note(STOPPED)
                return Pass(counters, SIGNALLED + self._request.number)
            return Pass(counters, 1 if counters.failed else 0)

    def _watch_over(self, house: Assembly) -> None:
        roots = [f"{root.name} ({root.path})" for root in self._config.roots]
        log.info(
            "service_started", roots=", ".join(roots), database=str(self._config.database.path)
        )
        if house.watcher is not None:
            house.watcher.start()
        self._attend(lambda: house.worker.run(self._stop), house)
        counters = house.worker.counters
        because = self._request.name or "the worker died"
        log.info("service_stopped", done=counters.done, failed=counters.failed, because=because)

    def _attend(self, work: Callable[[], None], house: Assembly) -> None:
        """Have the work done by a thread.

        When a signal comes, have it stop after the batch in hand.
        """
        thread = threading.Thread(target=self._work, args=(work,), name="worker")
        thread.start()
        while not self._is_stopped() and thread.is_alive():
            thread.join(POLL_S)
            self._pass_on(house.worker.notes)
        self._stop.set()
        house.inbox.wake()
        if house.watcher is not None:
            house.watcher.stop()
        thread.join()

    def _pass_on(self, notes: Sequence[str]) -> None:
        for note in notes:
            if note not in self._told:
                self._told.add(note)
                self._on_note(note)

    def _work(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # the thread's top: told, then the process ends
            if isinstance(error, TryAgainError) and self._is_stopped():
                return  # it waited for something, and waiting has become pointless
            log.exception("worker_died")
            self._death = error

    def _is_stopped(self) -> bool:
        return self._request.number is not None
