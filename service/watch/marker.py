"""Is a root there at all? A share that is away must never look like a folder that was emptied.

A root the database knows nothing of gets an empty file named ``.aiimagepipe``. Where that file has
gone and none of the known images is there either, the folder is away, or another one has taken its
place.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from service.paths import MARKER, Root

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RootState:
    """What may be believed of a root's contents."""

    online: bool
    """Whether a file that is not there is missing. Files that are there are taken in any case."""
    marked: bool = False
    """Whether the marker is there."""
    message: str = ""
    """Where it is not online: why, and what to do."""


def check_root(root: Root, known: Iterable[tuple[str, int]], count: int) -> RootState:
    """Return whether a root is there, and write or renew its marker where that is safe.

    ``known`` gives stored paths and sizes of files the database holds as present, ``count`` how
    many these are. It is read only where the marker is missing, and only up to the first file that
    is there.
    """
    try:
        with os.scandir(root.path):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        return RootState(
            online=False, message=f"{root.name}: {root.path} cannot be listed ({reason})"
        )
    if is_marked(root):
        return RootState(online=True, marked=True)
    if count == 0 or any(_is_there(root, path, size) for path, size in known):
        return RootState(online=True, marked=_write_marker(root))
    return RootState(
        online=False,
        message=f"{root.name}: {root.path} is offline or emptied: not marking {count} files "
        f"missing; if this is the right folder, create an empty file named {MARKER} in it",
    )


def is_marked(root: Root) -> bool:
    """Tell whether the root's marker is there."""
    return os.path.lexists(root.path / MARKER)


def is_believable(root: Root, *, marked: bool) -> bool:
    """Tell, cheaply, whether a file's absence still means anything.

    It does where the marker is there, or at least something. ``marked`` says that the marker was
    there before: then its absence alone means that the share has gone.
    """
    if is_marked(root):
        return True
    try:
        with os.scandir(root.path) as entries:
            return not marked and any(entries)
    except OSError:
        return False


def _is_there(root: Root, stored: str, size: int) -> bool:
    try:
        return os.lstat(root.locate(stored)).st_size == size
    except OSError:
        return False


def _write_marker(root: Root) -> bool:
    try:
        (root.path / MARKER).touch()
    except OSError as error:  # a read-only share: then known files alone tell whether it is there
        log.debug("marker_not_written", root=root.name, reason=error.strerror)
        return False
    return True
