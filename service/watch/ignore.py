"""Which names are watched, and which things on a disk are files we may open."""

import re
from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path, PurePath

from service import sidecars
from service.paths import MARKER
from service.watch.watch_settings import WatchSettings


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
