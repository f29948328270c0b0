"""Which roots are there.

Told in the log when it changes, kept for the status, written when the database lets us.
"""

import structlog

from service.clock import Clock
from service.errors import DatabaseReplacedError, TryAgainError
from service.paths import Root, to_stored
from service.store.status import RootStatus
from service.store.writer import Store

log = structlog.get_logger()


class RootStatusBoard:
    """What is known of the roots' presence."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self._clock = clock
        self._untold: dict[str, RootStatus] = {}
        self.notes: dict[str, str] = {}
        """Root name → why it is offline, and the mend."""

    def learn(self, root: Root, message: str) -> None:
        """Take note of a root: a message says why it is offline, an empty one that it is there."""
        if message and self.notes.get(root.name) != message:
            log.warning("root_offline", root=root.name, reason=message)
        elif not message and root.name in self.notes:
            log.info("root_online_again", root=root.name)
        self.notes.pop(root.name, None)
        if message:
            self.notes[root.name] = message
        location = to_stored(root.path)
        self._untold[root.name] = RootStatus(
            root.name, location, not message, message or None, self._clock.stamp()
        )
        self.write()

    def write(self) -> None:
        """Write what is not yet in the database; where it is busy, the next call does."""
        try:
            for name, status in list(self._untold.items()):
                self.store.set_root(status)
                del self._untold[name]
        except DatabaseReplacedError:
            raise
        except TryAgainError as error:
            log.debug("root_row_not_written", reason=str(error))
