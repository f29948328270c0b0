"""Links to folders (symbolic links, Windows' junctions) below a root: entered only where asked.

Each real folder is read once, whatever leads to it: links are followed when all folders that are
really there have been read, in the order of their paths, and a folder that was read already is
passed over. So a link back to where it is leads nowhere.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from service.file_systems import is_folder
from service.paths import Root

FolderIdentity = tuple[int, int] | str


class LinkedFolders:
    """The links that a walk of one root met, and which folders it has read."""

    def __init__(self, root: Root, others: Sequence[Path] = ()) -> None:
        self._is_followed = root.links
        self._root = _real(root.path)
        self._others = [_real(path) for path in others]
        self._read: set[FolderIdentity] = set()
        self._waiting: dict[str, int] = {}
        self.passed = 0
        """How many were not followed, since the root's ``links`` is False."""
        self.first_passed = ""

    def enter(self, folder: str) -> bool:
        """Note that a folder is read; False where it was read already, or is another root's."""
        if not self._is_followed:
            return True
        identity = _identity_of(folder)
        if identity in self._read or _real(folder) in self._others:
            return False
        self._read.add(identity)
        return True

    def add(self, links: Iterable[str], device: int) -> list[str]:
        """Take note of a folder's links; return those whose target is not there at the moment.

        ``device`` is that of the folder that they are in.
        """
        away: list[str] = []
        for link in links:
            is_there = is_folder(link)
            if not self._is_followed:
                if is_there:
                    self.passed += 1
                    self.first_passed = self.first_passed or link
            elif not is_there:
                away.append(link)
            elif self._leads_elsewhere(_real(link)):
                self._waiting[link] = device
        return away

    def pop_next(self) -> list[tuple[str, int | None]]:
        """Return the next link with the device of its folder, as a list; empty at the end."""
        if not self._waiting:
            return []
        link = min(self._waiting)
        return [(link, self._waiting.pop(link))]

    def _leads_elsewhere(self, target: Path) -> bool:
        """Tell whether a target is no folder that the root is in, and in no other root."""
        if self._root.is_relative_to(target):
            return False
        return not any(target.is_relative_to(other) for other in self._others)


def _real(path: str | Path) -> Path:
    return Path(os.path.normcase(os.path.realpath(path)))


def _identity_of(folder: str) -> FolderIdentity:
    try:
        status = Path(folder).stat()
    except OSError:
        return folder
    if status.st_ino == 0:  # some network drives number nothing
        return str(_real(folder))
    return status.st_dev, status.st_ino
