"""Readers that do not start: when the next one may be tried, and why they do not."""

import time
from collections.abc import Sequence

from service.event_log import get_logger
from service.light_dataclasses import dataclass
from service.readers.seat import Seat

log = get_logger(__name__)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
"""Between two starts of readers that die before they are ready."""
HOPELESS = 3
"""Starts that fail one after the other."""


@dataclass(slots=True)
class Starts:
    """Starts that failed one after the other, and when the next may be tried."""

    not_before: float = 0.0
    is_given_up: bool = False
    """Whether a reader said that it cannot start, or so many died that none is likely to."""
    trouble: str | None = None
    """Why readers do not start, while they do not."""
    _failed: int = 0
    _has_succeeded: bool = False

    def fail(self, reason: str) -> None:
        """Note that a reader died before it was ready. A person, or a lack of memory, may do so.

        What the first reader said itself is not logged: who waits for it says it.
        """
        if self._has_succeeded or reason != self.trouble:
            log.error("reader_did_not_start", reason=reason)
        self.trouble = self.trouble or f"no reader starts: {reason}"
        pause = min(FIRST_PAUSE_S * 2**self._failed, LONGEST_PAUSE_S)
        self.not_before = time.monotonic() + pause
        self._failed = min(self._failed + 1, 10)
        self.is_given_up = self.is_given_up or self._failed >= HOPELESS

    def are_hopeless(self, seats: Sequence[Seat]) -> bool:
        """Return whether no reader is there and none is likely to start."""
        return self.is_given_up and not any(one.is_ready and not one.is_ended for one in seats)

    def succeed(self) -> None:
        """Note that a reader is ready."""
        self.is_given_up = False
        self.trouble = None
        self._failed = 0
        self._has_succeeded = True

    def give_up(self, reason: str) -> None:
        """Note that a reader said why none can start."""
        self.trouble = reason
        self.is_given_up = True
