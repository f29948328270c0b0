"""What a rescan knows and finds: files that changed or are missing, mounts, links."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from service.light_dataclasses import dataclass
from service.records import WatchedFile


class KnownFile(NamedTuple):
    """What the database holds of one file."""

    size: int
    mtime_ns: int
    present: bool
    """False where it is held as missing."""
    sidecars: tuple[str, ...] = ()
    """The texts beside it that were read with it."""


KnownFiles = Callable[[str], Mapping[str, KnownFile]]
"""From a stored folder (``""`` is the root itself) to its files by stored name.

Asked once a folder.
"""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that differs from what the database holds. It may still be being written."""

    file: WatchedFile
    location: Path
    how: Literal["new", "changed", "back"]


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """So many files were looked at, most of them unchanged.

    The caller may do what is more urgent now.
    """

    files: int


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A file the database holds as present, and which is not there."""

    root: str
    path: str
    """Stored form."""


@dataclass(frozen=True, slots=True)
class FoundMount:
    """A file system that is mounted below the root, and that the database does not know."""

    folder: str
    """Stored form."""


@dataclass(frozen=True, slots=True)
class PassedLinks:
    """Links to folders that the walk did not enter, since the root's ``links`` is False."""

    count: int
    first: str
    """The absolute path of one of them, in its stored form."""


ScanFinding = ChangedFile | ScanProgress | MissingFile | FoundMount | PassedLinks
