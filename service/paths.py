"""Where things lie: the project's root, the watched roots, and how a path is stored.

User-given paths are anchored at the project's root; ``..`` is refused everywhere, since a relative path that climbs
out of the project is a slip or an attack and never a need: an absolute path says the same plainly.
"""

import os
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Literal

from service.errors import StartError

EventSource = Literal["auto", "events", "polling"]

MARKER = ".aiimagepipe"
"""An empty file the service lays into each root; a root without it is offline, not emptied."""


@dataclass(frozen=True, slots=True)
class Root:
    """One watched folder. ``name`` stands in the database, so the folder may move."""

    name: str
    path: Path
    """Absolute."""
    recursive: bool = True
    events: EventSource = "auto"

    def locate(self, stored: str) -> Path:
        """Return the absolute path of a stored root-relative path."""
        return self.path / from_stored(stored)

    def relative(self, path: Path) -> str:
        """Return an absolute path below this root in its stored form. Raises ValueError if it is not below."""
        return to_stored(path.relative_to(self.path))


def to_stored(relative: PurePath) -> str:
    """Return a relative path as the database keeps it: ``/`` between parts, valid Unicode.

    A byte that is not UTF-8 (``lat\\xe9.png``) is a lone surrogate in Python, which SQLite refuses; it is written
    as the six characters ``\\udce9``.
    """
    return relative.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")


def from_stored(stored: str) -> PurePosixPath:
    """Undo ``to_stored``."""
    if "\\udc" in stored:
        raw = stored.encode("utf-8")
        for byte in range(0x80, 0x100):
            raw = raw.replace(f"\\udc{byte:02x}".encode(), bytes([byte]))
        return PurePosixPath(os.fsdecode(raw))
    return PurePosixPath(stored)


def project_root() -> Path:
    """Return the folder that holds ``config.toml``: the checkout, or the working folder of an installed wheel."""
    checkout = Path(__file__).resolve().parent.parent
    return checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()


def resolve(text: str, *, base: Path, setting: str) -> Path:
    """Return a user-given path as absolute, anchored at ``base``. Raises StartError for ``..`` and NUL."""
    if "\0" in text or not text.strip():
        raise StartError(f"{setting}: {text!r} is not a path")
    if ".." in PurePath(text.replace("\\", "/")).parts:
        raise StartError(f"{setting}: {text!r} climbs with '..'; give the absolute path instead")
    return Path(os.path.normpath(base / Path(text).expanduser()))
