"""Which names below a root are watched, by their endings and the patterns to ignore."""

import re
from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path, PurePath

from service import sidecars
from service.paths import MARKER
from service.watch.watch_settings import WatchSettings


class WatchedNames:
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
        """Tell whether the name ends like that of a text that belongs to an image."""
        return name.endswith(self.sidecars)

    def is_image(self, name: str) -> bool:
        """Tell whether a file of this name is watched, by its extension and the ignore patterns."""
        return self.has_extension(name) and self.is_allowed(name)

    def is_allowed(self, name: str) -> bool:
        """Tell whether no pattern ignores a file or folder of this name."""
        if name.startswith(".") and not self._hidden:
            return False
        return self._ignored.match(name.lower()) is None

    def is_path_allowed(self, relative: PurePath) -> bool:
        """Tell whether no part of this root-relative path is ignored."""
        return all(map(self.is_allowed, relative.parts))

    def watches_image(self, relative: PurePath) -> bool:
        """Tell whether the file at this root-relative path is a watched image."""
        return self.is_image(relative.name) and self.is_path_allowed(relative.parent)

    def images_beside(self, text: Path) -> Iterator[Path]:
        """Yield the watched images that a text belongs to, of those that are there."""
        for image in sidecars.images_of(text, self.sidecars, self._extensions):
            if self.is_allowed(image.name):
                yield image

    def watches_text(self, relative: PurePath) -> bool:
        """Tell whether the file at this root-relative path is a text beside watched images."""
        return self.is_sidecar(relative.name) and self.is_path_allowed(relative)
