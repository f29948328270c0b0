"""The service from start to stop, read from top to bottom.

``Supervisor.serve``: start up → main loop (the worker's thread works, this one waits for a signal
or the worker's end) → shut down. ``Supervisor.one_pass`` does the same for a single pass.
"""

import threading
import time
from collections.abc import Callable

from service.assembly import Assembly, assemble
from service.config import Config
from service.errors import (
    AlreadyRunningError,
    DatabaseDamagedError,
    ExtractorGoneError,
    StartError,
    TryAgainError,
)
from service.event_log import get_logger
from service.instance import InstanceLock
from service.light_dataclasses import dataclass
from service.readers.readers import Readers
from service.stop_request import StopRequest
from service.store.locks import DAMAGE, damage_message
from service.worker.batch import Counters, FileOutcome

log = get_logger(__name__)

POLL_S = 0.2
LOOK_AT_LOCK_S = 1.0
SIGNALLED = 128
"""Added to a signal's number, an exit code as shells give it: 130 after Ctrl+C."""
STOPPED = "stopped before the end; the next pass goes on from here"


@dataclass(frozen=True, slots=True)
class PassResult:
    """How a single pass over the folders went."""

    counters: Counters
    exit_code: int


class Supervisor:
    """Runs the service of one configuration.

    Its lock and its readers, of which the first may still be starting, are closed by whoever made
    them. ``has_all_roots``: a root of before that it does not name was taken away.
    """

    def __init__(
        self,
        config: Config,
        lock: InstanceLock,
        readers: Readers,
        request: StopRequest,
        *,
        has_all_roots: bool = True,
    ) -> None:
        self._config = config
        self._lock = lock
        self._readers = readers
        self._request = request
        self._has_all_roots = has_all_roots
        self._next_look_at_lock = 0.0
        self._stop = threading.Event()
        self._death: Exception | None = None
        """What the worker died of."""
        self._on_note: Callable[[str], None] = lambda _: None
        self._notes_told: set[str] = set()

    def serve(self, *, writes_lists: bool = True) -> int:
        """Run until a signal or the worker's death; return the process's exit code.

        The timed exports of the configuration run where it ``writes_lists``. Raises
        DatabaseDamagedError and AlreadyRunningError, which say what to do.
        """
        try:
            with assemble(
                self._config,
                self._readers,
                watch=True,
                writes_lists=writes_lists,
                has_all_roots=self._has_all_roots,
                is_stopped=self._is_stopped,
            ) as assembly:
                self._start_up(assembly)
                self._main_loop(assembly, lambda: assembly.worker.run(self._stop))
                self._log_end(assembly)
        except TryAgainError:
            if not self._is_stopped():
                raise
        if isinstance(self._death, DatabaseDamagedError | AlreadyRunningError):
            # To be started again would help nobody.
            log.error("service_gives_up", reason=str(self._death))
            raise self._death
        if self._death is not None:
            # Half alive is worse than dead: the service manager starts the process again.
            return 1
        return 0

    def one_pass(
        self,
        on_begin: Callable[[Assembly], None],
        on_done: Callable[[FileOutcome], None],
        on_note: Callable[[str], None],
    ) -> PassResult:
        """Go once over the folders; a signal ends it after the batch in hand.

        Raises what the worker died of. ``on_note`` is called, once each, with what it waits for or
        cannot do: a lock, a root that is offline.
        """
        self._on_note = on_note
        counters = Counters()
        try:
            with assemble(
                self._config,
                self._readers,
                watch=False,
                has_all_roots=self._has_all_roots,
                on_done=on_done,
                is_stopped=self._is_stopped,
            ) as assembly:
                on_begin(assembly)
                self._main_loop(assembly, lambda: assembly.worker.run_until_idle(self._stop))
                if self._death is not None:
                    raise self._death
                counters = assembly.worker.counters
        except TryAgainError:  # asked to stop before it had all it needs
            if not self._is_stopped():
                raise
        if self._request.number is not None:
            on_note(STOPPED)
            return PassResult(counters, SIGNALLED + self._request.number)
        return PassResult(counters, 1 if counters.failed else 0)

    def _start_up(self, assembly: Assembly) -> None:
        roots = [f"{root.name} ({root.path})" for root in self._config.roots]
        log.info(
            "service_started", roots=", ".join(roots), database=str(self._config.database.path)
        )
        if assembly.watcher is not None:
            assembly.watcher.start()

    def _main_loop(self, assembly: Assembly, work: Callable[[], None]) -> None:
        """Let a thread work until it ends, or until a signal asks it to stop."""
        thread = threading.Thread(target=self._run_worker, args=(work,), name="worker")
        thread.start()
        while not self._is_stopped() and thread.is_alive():
            thread.join(POLL_S)
            self._tell_new_notes(assembly)
            if not self._holds_lock():
                break
        self._shut_down(assembly, thread)

    def _run_worker(self, work: Callable[[], None]) -> None:
        try:
            work()
        except DAMAGE as error:
            self._death = damage_message(self._config.database.path, error)
        except (DatabaseDamagedError, ExtractorGoneError) as error:  # they say what to do
            self._death = error
        except Exception as error:  # the thread's top: it is logged, then the process ends
            if isinstance(error, TryAgainError) and self._is_stopped():
                return  # it waited for something, and waiting has become pointless
            log.exception("worker_died")
            self._death = error

    def _holds_lock(self) -> bool:
        """Tell whether the database is still ours alone; a lock whose file went is taken again."""
        now = time.monotonic()
        if now < self._next_look_at_lock:
            return True
        self._next_look_at_lock = now + LOOK_AT_LOCK_S
        try:
            self._lock.verify()
        except StartError as error:
            self._death = error
            return False
        return True

    def _tell_new_notes(self, assembly: Assembly) -> None:
        for note in assembly.worker.notes:
            if note not in self._notes_told:
                self._notes_told.add(note)
                self._on_note(note)

    def _shut_down(self, assembly: Assembly, thread: threading.Thread) -> None:
        """Let the worker finish the batches in hand, and wait for its end."""
        self._stop.set()
        assembly.inbox.wake()
        if assembly.watcher is not None:
            assembly.watcher.stop()
        thread.join()

    def _log_end(self, assembly: Assembly) -> None:
        counters = assembly.worker.counters
        because = self._request.name or "the worker died"
        log.info("service_stopped", done=counters.done, failed=counters.failed, because=because)

    def _is_stopped(self) -> bool:
        return self._request.number is not None
