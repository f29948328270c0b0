"""Is a root there at all? A share that is away must never look like a folder that was emptied.

A root the database knows nothing of gets an empty file named ``.aiimagepipe``. Where that file has
gone and none of the known images lies there either, the folder is away, or another one stands in
its place.
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
    """Whether what does not lie there is missing. Files that do lie there are taken in any case."""
    marked: bool = False
    """Whether the marker lies there."""
    message: str = ""
    """Where it is not online: why, and the mend."""


def root_state(root: Root, known: Iterable[tuple[str, int]], count: int) -> RootState:
    """Tell whether a root is there, and lay or renew its marker where that is safe.

    ``known`` gives stored paths and sizes of files the database holds as present, of which
    ``count`` exist; it is read only where the marker is missing, and only up to the first that lies
    there.
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
    if count == 0 or any(_lies_there(root, path, size) for path, size in known):
        return RootState(online=True, marked=_lay(root))
    return RootState(
        online=False,
        message=f"{root.name}: {root.path} is offline or emptied: not marking {count} files missing; if this is the "
        f"right folder, create an empty file named {MARKER} in it",
    )


def is_marked(root: Root) -> bool:
    """Tell whether the root's marker lies there."""
    return os.path.lexists(root.path / MARKER)


def is_believable(root: Root, *, marked: bool) -> bool:
    """Tell, cheaply, whether a file's absence still means anything.

    The marker lies there, or at least something.

    ``marked`` says that the marker was there before, so that its absence alone speaks for a share
    that left.
    """
    if is_marked(root):
        return True
    try:
        with os.scandir(root.path) as entries:
            return not marked and any(entries)
    except OSError:
        return False


def _lies_there(root: Root, stored: str, size: int) -> bool:
    try:
        return os.lstat(root.locate(stored)).st_size == size
    except OSError:
        return False


def _lay(root: Root) -> bool:
    try:
        (root.path / MARKER).touch()
    except OSError as error:  # a read-only share: then known files alone tell whether it is there
        log.debug("marker_not_written", root=root.name, reason=error.strerror)
        return False
    return True
