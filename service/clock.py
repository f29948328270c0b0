"""The two times a worker needs, as one argument."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from service.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """Monotonic time for waiting, wall time for what is written down."""

    monotonic: Callable[[], float] = time.monotonic
    """Seconds from any beginning; never jumps."""
    wall: Callable[[], float] = time.time
    """Seconds since 1970; compared with files' modification times only."""

    def stamp(self) -> str:
        """Return the wall time as the database writes it: ``2026-01-31T23:59:59Z``."""
        return stamp(self.wall())


def stamp(seconds: float) -> str:
    """Return seconds since 1970 as the database writes them."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
