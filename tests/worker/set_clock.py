"""A clock that is set by hand."""

from dataclasses import dataclass

from service.clock import Clock

START = 1_770_000_000.0
"""Wall time when the monotonic clock is at 0: 2026-02-02T02:40:00Z."""


@dataclass(slots=True)
class SetClock:
    """The time it is; tests move it."""

    now: float = 0.0

    def clock(self) -> Clock:
        """Return the clock as the worker's parts take it."""
        return Clock(lambda: self.now, lambda: START + self.now)
