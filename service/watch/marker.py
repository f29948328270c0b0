"""Is a root there at all? A share that is away must never look like a folder that was emptied.

Each volume (a root, and each file system that is mounted below one) gets a file ``.aiimagepipe``
with a name of its own, which the database remembers. Where another name is found, or none, the
folder is away or another one has taken its place: unless the known images are there all the same,
none of them is missing.
"""

import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import orjson

from service.event_log import get_logger
from service.file_systems import kind_of, modified_ns
from service.light_dataclasses import dataclass
from service.paths import MARKER, Root

log = get_logger(__name__)

SAMPLE = 100
"""Known files that are looked for where the marker does not tell; half of them must be there."""

LONGEST_MARKER = 1000
"""Bytes. A longer file of that name is none of ours."""

UNFOLLOWED = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
"""Strangers may write into the folder: the marker is neither read nor written through a link."""

FilesBelow = Callable[[str], Iterable[tuple[str, int]]]
"""From a stored folder to the paths and sizes of the files that the database holds as present at
any depth below it. Read only where the marker does not tell, and only as far as needed."""


class KnownVolume(NamedTuple):
    """What the database holds of a root, or of a file system mounted below one."""

    marker: str
    """The name in its marker; '' where none could be written."""
    learned_ns: int
    """When that name was learnt, in nanoseconds since 1970."""
    unconfirmed_since: str | None = None
    """Since when many of the root's files are gone at once, and held as present."""
    is_confirmed: bool = False
    """Whether the user said that what is gone is gone."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What the file in a volume's top folder says."""

    name: str
    """'' where a user made the file, or an older version of this program."""
    place: str
    """The file system and the folder in which it was written. A copy tells by it."""
    written_ns: int


@dataclass(frozen=True, slots=True)
class RootState:
    """What may be believed of a root's contents."""

    online: bool
    """Whether a file that is not there is missing. Files that are there are taken in any case."""
    marker: str = ""
    """The name in the root's marker; '' where there is no marker."""
    message: str = ""
    """Where not all of it is there: why, and what to do."""
    mounts: frozenset[str] = frozenset()
    """The stored folders in which known file systems are mounted."""
    away: frozenset[str] = frozenset()
    """Those in which they were, and are not now: nothing below these is missing."""


def check_root(root: Root, files: FilesBelow, volumes: Mapping[str, KnownVolume]) -> RootState:
    """Return whether a root is there, and write or renew its marker where that is safe.

    ``volumes`` gives what is known of it by stored folder, the root itself as ''.
    """
    try:
        with os.scandir(root.path):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        return RootState(
            online=False, message=f"{root.name}: {root.path} cannot be listed ({reason})"
        )
    known = volumes.get("")
    is_confirmed = known is not None and known.is_confirmed
    if not (is_confirmed or _is_known(root.path, known) or _has_files(root, files(""))):
        return RootState(online=False, message=_away_message(root, root.path))
    mounts = {folder for folder in volumes if folder and _is_there(root, folder, files, volumes)}
    away = frozenset() if is_confirmed else volumes.keys() - mounts - {""}
    messages = [_away_message(root, root.path / folder) for folder in sorted(away)]
    return RootState(
        online=True,
        marker=renew_marker(root.path),
        message="; ".join(messages),
        mounts=frozenset(mounts),
        away=frozenset(away),
    )


def _away_message(root: Root, place: Path) -> str:
    return (
        f"{root.name}: {place} is offline or emptied: not marking its files missing; "
        f'if this is the right folder, run: aiimagepipe confirm-missing "{root.name}"'
    )


def _is_there(
    root: Root, folder: str, files: FilesBelow, volumes: Mapping[str, KnownVolume]
) -> bool:
    """Tell whether the file system that was mounted in a folder below the root still is."""
    place = root.locate(folder)
    if not is_mount(place):
        return False
    return _is_known(place, volumes[folder]) or _has_files(root, files(folder))


def is_mount(folder: Path) -> bool:
    """Tell whether a folder, or what a link leads to, is on another device than the one above."""
    try:
        return folder.stat().st_dev != folder.parent.stat().st_dev
    except OSError:
        return False


def _is_known(folder: Path, known: KnownVolume | None) -> bool:
    """Tell whether a volume's marker says that it is the known one.

    So does one without a name, with which a user says that this is the right folder. Unless it is
    older than the known name: then an older version laid it there, below what was mounted later.
    """
    marker = read_marker(folder)
    if marker is None:
        return False
    if not marker.name:
        return known is None or marker.written_ns >= known.learned_ns
    return known is not None and (marker.name, marker.place) == (known.marker, _place_of(folder))


def _has_files(root: Root, files: Iterable[tuple[str, int]]) -> bool:
    """Tell whether at least half of some known files are there. Of none, it is so."""
    looked = there = 0
    for stored, size in islice(files, SAMPLE):
        looked += 1
        there += _has_file(root, stored, size)
    return 2 * there >= looked


def _has_file(root: Root, stored: str, size: int) -> bool:
    try:
        return os.lstat(root.locate(stored)).st_size == size
    except OSError:
        return False


def read_marker(folder: Path) -> Marker | None:
    """Return what a volume's marker says, or None where there is none.

    What is no plain file is none: a link may lead anywhere, and the reading of a pipe never ends.
    """
    try:
        descriptor = os.open(folder / MARKER, os.O_RDONLY | UNFOLLOWED)
        with os.fdopen(descriptor, "rb") as opened:
            status = os.fstat(descriptor)
            if kind_of(status) != "file":
                return None
            written_ns = modified_ns(status)
            text = opened.read(LONGEST_MARKER)
    except OSError:
        return None
    try:
        stated = orjson.loads(text)
        return Marker(str(stated["name"]), str(stated["place"]), written_ns)
    except (orjson.JSONDecodeError, TypeError, KeyError):
        return Marker("", "", written_ns)


def renew_marker(folder: Path) -> str:
    """Return the name in a volume's marker, having written one where it has none of its own.

    A copy of another folder's counts as none. '' where nothing can be written.
    """
    marker = read_marker(folder)
    place = _place_of(folder)
    if marker is not None and marker.name and marker.place == place:
        return marker.name
    name = uuid.uuid4().hex
    try:
        _write_marker(folder, orjson.dumps({"name": name, "place": place}))
    except OSError as error:  # a read-only share: then known files alone tell whether it is there
        log.debug("marker_not_written", folder=str(folder), reason=error.strerror)
        return ""
    return name


def _write_marker(folder: Path, text: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | UNFOLLOWED
    with os.fdopen(os.open(folder / MARKER, flags, 0o644), "wb") as opened:
        opened.write(text)


def _place_of(folder: Path) -> str:
    """Return the identity of a file system and a folder in it, as far as it lasts.

    Where a system numbers them anew at each start, known files tell, and the marker is renewed.
    Empty where the folder has just gone.
    """
    try:
        status = folder.stat()
        # Device numbers change when disks are added. Windows' are the volumes' serial numbers.
        device = os.statvfs(folder).f_fsid if hasattr(os, "statvfs") else status.st_dev
    except OSError:
        return ""
    return f"{device:x}/{status.st_ino:x}"


def is_believable(root: Root, marker: str) -> bool:
    """Tell, cheaply, whether a file's absence still means anything.

    It does where the marker has this name, which it had before. Where there was none, it does while
    a marker or anything else is there.
    """
    found = read_marker(root.path)
    if marker:
        return found is not None and found.name == marker
    if found is not None:
        return True
    try:
        with os.scandir(root.path) as entries:
            return any(entries)
    except OSError:
        return False
