"""What the inbox gives the worker."""

from collections.abc import Sequence
from pathlib import Path

from service import sidecars
from service.light_dataclasses import dataclass
from service.paths import Root
from service.records import WatchedFile
from service.watch.settle import GONE, SettlingFile


@dataclass(frozen=True, slots=True)
class Arrival:
    """A settled file, ready to be read."""

    root: Root
    file: WatchedFile
    location: Path
    attempts: int = 0
    """How often it was put back before."""

    @property
    def place(self) -> tuple[str, str]:
        """Return its root and its stored path."""
        return self.file.root, self.file.path


def make_arrival(candidate: SettlingFile, location: Path, endings: Sequence[str]) -> Arrival:
    """Return the arrival of a file that has settled, with the texts beside it."""
    size, mtime_ns = candidate.state or GONE
    file = WatchedFile(
        root=candidate.root.name,
        path=candidate.root.relative(location),
        size=size,
        mtime_ns=mtime_ns,
        sidecars=sidecars.stamps(location, endings),
    )
    return Arrival(candidate.root, file, location, candidate.attempts)


@dataclass(frozen=True, slots=True)
class GonePath:
    """A path that is there no longer.

    It may have been a folder: then all that is known below it is gone too.
    """

    root: str
    path: str
    """Stored form."""


@dataclass(frozen=True, slots=True)
class DueFiles:
    """What is due now. A file that moved is in both lists of the same take."""

    arrived: tuple[Arrival, ...] = ()
    gone: tuple[GonePath, ...] = ()
