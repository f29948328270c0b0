"""Which roots are there: in the log when it changes, and in the database."""

import structlog

from service.clock import Clock
from service.errors import TryAgainError
from service.paths import Root, to_stored
from service.store.status import RootStatus
from service.store.writer import Store

log = structlog.get_logger()


class RootStatusBoard:
    """Which roots are there and which are offline."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self._clock = clock
        self._unwritten: dict[str, RootStatus] = {}
        self.notes: dict[str, str] = {}
        """Root name → why it is offline, and what to do."""

    def set_state(self, root: Root, message: str) -> None:
        """Take note of a root: a message says why it is offline, an empty one that it is there."""
        before = self.notes.pop(root.name, None)
        if message:
            self.notes[root.name] = message
            if before != message:
                log.warning("root_offline", root=root.name, reason=message)
        elif before is not None:
            log.info("root_online_again", root=root.name)
        self._unwritten[root.name] = RootStatus(
            name=root.name,
            location=to_stored(root.path),
            online=not message,
            note=message or None,
            changed_at=self._clock.stamp(),
        )
        self.write()

    def write(self) -> None:
        """Write what is not yet in the database; where that is busy, the next call does it."""
        try:
            for name, status in list(self._unwritten.items()):
                self.store.set_root(status)
                del self._unwritten[name]
        except TryAgainError as error:
            log.debug("root_row_not_written", reason=str(error))
