"""Ten thousand bad files must not bury the one line that matters, nor fill the disk."""

import logging
import time
from collections.abc import Callable, Iterable

from service.light_dataclasses import dataclass
from service.logs.fields import kind_of_record

LIMIT = 20
"""Lines of one kind in a window."""

WINDOW_S = 60.0


@dataclass(slots=True)
class _Window:
    opened: float
    record: logging.LogRecord
    count: int = 0


class FloodGate(logging.Handler):
    """Passes records on to other handlers, at most ``limit`` of a kind a minute.

    That it keeps the others back is logged at once, or who reads along would think that nothing
    happens any more. How many they were is logged with the first record after the minute, or at the
    end; no thread waits for that.
    """

    def __init__(
        self,
        handlers: Iterable[logging.Handler],
        *,
        limit: int = LIMIT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.writers = tuple(handlers)
        self._limit = limit
        self._clock = clock
        self._windows: dict[object, _Window] = {}
        """By kind; the longest open first, since a dict keeps its order."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the record on, unless too many of its kind went before.

        First, log how many earlier minutes kept back.
        """
        now = self._clock()
        self._end_windows(before=now - WINDOW_S)
        window = self._windows.setdefault(kind_of_record(record), _Window(now, record))
        window.count += 1
        if window.count <= self._limit:
            self._pass_on(record)
        elif window.count == self._limit + 1:
            self._pass_on(_note(record, "more like this are only counted for a minute"))

    def close(self) -> None:
        """Log how many are kept back, and close the handlers behind this one."""
        self.acquire()
        try:
            self._end_windows(before=float("inf"))
        finally:
            self.release()
        for handler in self.writers:
            handler.close()
        super().close()

    def flush(self) -> None:
        """Flush the handlers behind this one."""
        for handler in self.writers:
            handler.flush()

    def _end_windows(self, before: float) -> None:
        while self._windows:
            name, window = next(iter(self._windows.items()))
            if window.opened >= before:
                return
            del self._windows[name]
            if window.count > self._limit:
                kept_back = window.count - self._limit
                told = f"{kept_back} more like this"
                self._pass_on(_note(window.record, told, more=kept_back))

    def _pass_on(self, record: logging.LogRecord) -> None:
        for handler in self.writers:
            handler.handle(record)


def _note(record: logging.LogRecord, told: str, **fields: int) -> logging.LogRecord:
    """Return what is said of all records of a kind, as a record of its own."""
    name = kind_of_record(record)[2]
    message = {"event": f"{name}: {told}", "of": name, **fields}
    return logging.makeLogRecord(
        {
            "name": record.name,
            "levelno": record.levelno,
            "levelname": record.levelname,
            "msg": message,
        },
    )
