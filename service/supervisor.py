"""The service in the foreground: start, wait for a signal or the worker's death, stop."""

import signal
import threading
import time
from types import FrameType

import structlog

from service.config import Config
from service.house import House, opened

log = structlog.get_logger()

SIGNALS = tuple(
    number for name in ("SIGINT", "SIGTERM", "SIGBREAK") if (number := getattr(signal, name, None)) is not None
)
"""SIGBREAK is how a Windows console or service host asks; NSSM sends Ctrl+C."""

POLL_S = 0.2


class Supervisor:
    """Runs the house of one configuration."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stop = threading.Event()
        self._signal: int | None = None

    def serve(self) -> int:
        """Run until a signal or the worker's death; return the process's exit code."""
        for number in SIGNALS:
            signal.signal(number, self._on_signal)
        with opened(self._config, watch=True, is_stopped=lambda: self._signal is not None) as house:
            return self._wait_for(house)

    def _wait_for(self, house: House) -> int:
        roots = [f"{root.name} ({root.path})" for root in self._config.roots]
        log.info("service_started", roots=", ".join(roots), database=str(self._config.database.path))
        if house.watcher is not None:
            house.watcher.start()
        thread = threading.Thread(target=self._work, args=(house,), name="worker")
        thread.start()
        while self._signal is None and thread.is_alive():
            time.sleep(POLL_S)
        died = not thread.is_alive()
        self._stop.set()
        house.inbox.wake()
        if house.watcher is not None:
            house.watcher.stop()
        thread.join()
        counters = house.worker.counters
        log.info("service_stopped", done=counters.done, failed=counters.failed, because=self._because(died=died))
        return 1 if died else 0  # half alive is worse than dead: the service manager starts it again

    def _work(self, house: House) -> None:
        try:
            house.worker.run(self._stop)
        except Exception:  # the thread's top: told, then the process ends with code 1
            log.exception("worker_died")

    def _because(self, *, died: bool) -> str:
        return "the worker died" if died else signal.Signals(self._signal or signal.SIGINT).name

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # A handler that takes a lock or logs can deadlock with the code it interrupts, so it only assigns.
        self._signal = number
