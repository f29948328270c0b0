"""Many files that are gone at once are held as present, until that is confirmed.

Whoever empties a folder on purpose confirms it (``aiimagepipe confirm-missing``) or waits; where a
disk was exchanged, or a program moved everything away, nothing is lost meanwhile.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from service.clock import Clock
from service.errors import TryAgainError
from service.light_dataclasses import dataclass
from service.paths import Root
from service.store.database_reader import DatabaseReader
from service.store.writer import Store
from service.watch.arrivals import GonePath
from service.watch.marker import KnownVolume
from service.watch.scan_findings import MissingFile
from service.worker.root_status import RootStatusBoard

MANY = 50
"""Files. As many may go at once without a question, however few there are."""
SHARE = 0.2
"""Of a root's present files. As large a part may go at once without a question."""

Finding = TypeVar("Finding")


def known_volumes(store: DatabaseReader, root: str) -> dict[str, KnownVolume]:
    """Return what the database knows of a root's file systems, by stored folder."""
    volumes: dict[str, KnownVolume] = {}
    for row in store.volumes(root):
        learned_ns = int(datetime.fromisoformat(row.learned_at).timestamp()) * 1_000_000_000
        volumes[row.folder] = KnownVolume(
            row.marker, learned_ns, row.unconfirmed_since, row.confirmed_at is not None
        )
    return volumes


@dataclass(slots=True)
class _Hold:
    """Files of one root that are gone at once."""

    count: int
    is_certain: bool = False
    """Whether a second look has found as many. At the first they may be on their way elsewhere."""


class MassMissing:
    """Decides of each comparison whether the files that it found missing are missing."""

    def __init__(
        self, store: Store, root_status: RootStatusBoard, clock: Clock, hold_s: float
    ) -> None:
        self._store = store
        self._root_status = root_status
        self._clock = clock
        self._hold = timedelta(seconds=hold_s)
        self._held: dict[str, _Hold] = {}

    def forget(self) -> None:
        """Begin anew with another database."""
        self._held.clear()

    def is_to_look_again(self, name: str) -> bool:
        """Tell whether it is not yet certain that the missing files of a root are gone."""
        return name in self._held and not self._held[name].is_certain

    def is_mass(self, name: str, gone: Sequence[GonePath]) -> bool:
        """Tell whether so many files went by events that a comparison must decide about them."""
        if not self._hold:
            return False
        count = len(gone)
        for path in gone:
            count += len(self._store.below(name, path.path))
        return count > MANY and self._is_much(count, self._store.count_present(name))

    @staticmethod
    def _is_much(count: int, present: int) -> bool:
        return count > MANY and count > SHARE * present

    def sieve(
        self, root: Root, findings: Iterable[MissingFile | Finding]
    ) -> Iterator[MissingFile | Finding]:
        """Yield what a comparison finds. What is missing comes last, or not at all if held."""
        volume = known_volumes(self._store, root.name).get("")
        is_released = not self._hold or (volume is not None and self._is_over(volume))
        present = self._store.count_present(root.name)
        count = 0
        missing: list[MissingFile] = []
        for found in findings:
            if is_released or not isinstance(found, MissingFile):
                yield found
                continue
            count += 1
            if self._is_much(count, present):
                missing.clear()  # the next comparison finds them again
            else:
                missing.append(found)
        if self._is_much(count, present):
            self._keep(root, count, None if volume is None else volume.unconfirmed_since)
            return
        yield from missing
        self._release(root, volume)

    def _is_over(self, volume: KnownVolume) -> bool:
        """Tell whether the user has confirmed, or has had time enough to say otherwise."""
        if volume.is_confirmed:
            return True
        if volume.unconfirmed_since is None:
            return False
        return self._now() >= datetime.fromisoformat(volume.unconfirmed_since) + self._hold

    def _now(self) -> datetime:
        return datetime.fromisoformat(self._clock.stamp())

    def _keep(self, root: Root, count: int, since: str | None) -> None:
        before = self._held.get(root.name)
        is_certain = before is not None and (before.is_certain or count >= before.count)
        self._held[root.name] = _Hold(count, is_certain)
        if not is_certain:
            return
        if since is None:
            since = self._clock.stamp()
            self._write_hold(root, since)
        end = (datetime.fromisoformat(since) + self._hold).astimezone()
        self._root_status.set_unconfirmed(
            root,
            f"{root.name}: {count} files are gone at once, and are held as present until "
            f"{end:%Y-%m-%d %H:%M}; if they were deleted on purpose, run: "
            f'aiimagepipe confirm-missing "{root.name}"',
        )

    def _release(self, root: Root, volume: KnownVolume | None) -> None:
        self._held.pop(root.name, None)
        self._root_status.set_unconfirmed(root, "")
        if volume is None:
            return
        if volume.is_confirmed:
            with suppress(TryAgainError):  # it stays confirmed until the next comparison
                self._store.end_confirmation(root.name)
        elif volume.unconfirmed_since is not None:
            self._write_hold(root, None)

    def _write_hold(self, root: Root, since: str | None) -> None:
        with suppress(TryAgainError):  # the next comparison writes it
            self._store.hold_missing(root.name, since)
