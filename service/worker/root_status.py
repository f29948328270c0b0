"""Which roots are there, and what of them is unconfirmed: in the log and in the database."""

from service.clock import Clock
from service.errors import TryAgainError
from service.event_log import get_logger
from service.paths import Root, to_stored
from service.store.status import RootStatus
from service.store.writer import Store

log = get_logger(__name__)


class RootStatusBoard:
    """What is to be said of each root: that it is offline, or that many of its files are gone."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self._clock = clock
        self._unwritten: dict[str, RootStatus] = {}
        self._offline: dict[str, str] = {}
        """Root name → why all of it or a part is away, and what to do."""
        self._unconfirmed: dict[str, str] = {}
        """Root name → how many of its files are gone at once, and what to do."""

    @property
    def notes(self) -> dict[str, str]:
        """Return what is to be said, by the root's name."""
        names = {**self._offline, **self._unconfirmed}
        return {name: self._note_of(name) for name in names}

    def set_state(self, root: Root, message: str, *, online: bool) -> None:
        """Take note of a root; the message says what of it is offline, '' that all is there.

        A root that is online may have a message, too: then a part of it is away.
        """
        before = self._offline.pop(root.name, None)
        if message:
            self._offline[root.name] = message
            if before != message:
                log.warning("root_offline", root=root.name, reason=message)
        elif before is not None:
            log.info("root_online_again", root=root.name)
        self._publish(root, online=online)

    def set_unconfirmed(self, root: Root, message: str) -> None:
        """Take note of files that are gone at once and held as present; '' where none are."""
        before = self._unconfirmed.pop(root.name, "")
        if message:
            self._unconfirmed[root.name] = message
        if before == message:
            return
        if message:
            log.warning("missing_files_unconfirmed", root=root.name, reason=message)
        self._publish(root, online=True)

    def _publish(self, root: Root, *, online: bool) -> None:
        self._unwritten[root.name] = RootStatus(
            name=root.name,
            location=to_stored(root.path),
            online=online,
            note=self._note_of(root.name) or None,
            changed_at=self._clock.stamp(),
        )
        self.write()

    def _note_of(self, name: str) -> str:
        parts = (self._offline.get(name), self._unconfirmed.get(name))
        return "; ".join(part for part in parts if part)

    def write(self) -> None:
        """Write what is not yet in the database; where that is busy, the next call does it."""
        try:
            for name, status in list(self._unwritten.items()):
                self.store.set_root(status)
                del self._unwritten[name]
        except TryAgainError as error:
            log.debug("root_row_not_written", reason=str(error))
