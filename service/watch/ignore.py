"""Which names are watched, and which things on a disk are files we may open."""

import os
import re
import stat
from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path, PurePath
from typing import Literal

from service import sidecars
from service.paths import MARKER
from service.watch.settings import WatchSettings

Kind = Literal["file", "folder", "link", "special", "placeholder"]

_OFFLINE = 0x1000
_RECALL_ON_DATA_ACCESS = 0x400000
_MOUNT_POINT = 0xA0000003
"""The reparse tag of a Windows junction, which Python 3.11 does not count among the links."""


def kind_of(status: os.stat_result) -> Kind:
    """Return what an ``lstat`` result describes. A cloud file whose bytes lie elsewhere is a ``placeholder``.

    Links are a kind of their own and never followed: a link to a place inside the root would only show a file
    twice, and one that leads out of it is none of ours.
    """
    attributes = getattr(status, "st_file_attributes", 0)
    if stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _MOUNT_POINT:
        return "link"
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    if not stat.S_ISREG(status.st_mode):
        return "special"
    return "placeholder" if attributes & (_OFFLINE | _RECALL_ON_DATA_ACCESS) else "file"


class Names:
    """Which names below a root are watched."""

    def __init__(self, settings: WatchSettings) -> None:
        self._extensions = tuple(extension.lower() for extension in settings.extensions)
        self.sidecars = settings.sidecars
        """Endings of the texts that belong to the image beside them."""
        self._hidden = settings.hidden
        patterns = [translate(pattern.lower()) for pattern in (*settings.ignore, MARKER)]
        self._ignored = re.compile("|".join(patterns))

    def has_extension(self, name: str) -> bool:
        """Tell whether the name has a watched extension."""
        return name.lower().endswith(self._extensions)

    def is_sidecar(self, name: str) -> bool:
        """Tell whether the name ends like that of a text which belongs to the image beside it."""
        return name.endswith(self.sidecars)

    def is_image(self, name: str) -> bool:
        """Tell whether a file of this name is watched, by its extension and the ignore patterns."""
        return self.has_extension(name) and self.is_entered(name)

    def is_entered(self, name: str) -> bool:
        """Tell whether a folder of this name is looked into (or a name of any kind is not ignored)."""
        if name.startswith(".") and not self._hidden:
            return False
        return self._ignored.match(name.lower()) is None

    def are_entered(self, relative: PurePath) -> bool:
        """Tell whether no part of this root-relative path is ignored."""
        return all(map(self.is_entered, relative.parts))

    def covers(self, relative: PurePath) -> bool:
        """Tell whether the file at this root-relative path is watched."""
        return self.is_image(relative.name) and self.are_entered(relative.parent)

    def images_beside(self, text: Path) -> Iterator[Path]:
        """Yield the watched images that a text belongs to, as far as they are there."""
        found = sidecars.images_of(text, self.sidecars, self._extensions)
        return (image for image in found if self.is_entered(image.name))

    def covers_sidecar(self, relative: PurePath) -> bool:
        """Tell whether the file at this root-relative path is a text that belongs to a watched image."""
        return self.is_sidecar(relative.name) and self.are_entered(relative)
