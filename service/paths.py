"""Where things are: the project's root, the watched roots, and how a path is stored.

User-given paths are anchored at the project's root. ``..`` is refused everywhere: a relative path
that climbs out of the project is a slip or an attack and never needed, since an absolute path says
the same plainly.
"""

import os
import re
import sys
from pathlib import Path, PurePath, PurePosixPath
from typing import Literal

from service.errors import StartError
from service.light_dataclasses import dataclass

EventSource = Literal["auto", "events", "polling"]

_ESCAPED = re.compile(r"\\u(d[89a-f][0-9a-f]{2})" if os.name == "nt" else r"\\u(dc[89a-f][0-9a-f])")

MARKER = ".aiimagepipe"
"""The file that the service writes into each root, and by which it knows the root again."""


@dataclass(frozen=True, slots=True)
class Root:
    """One watched folder. The database has its ``name`` alone, so the folder may move."""

    name: str
    path: Path
    """Absolute."""
    recursive: bool = True
    events: EventSource = "auto"
    links: bool = False
    """Whether links to folders below it are followed."""

    def locate(self, stored: str) -> Path:
        """Return the absolute path of a stored root-relative path."""
        return self.path / from_stored(stored)

    def relative(self, path: Path) -> str:
        """Return an absolute path below this root in its stored form.

        Raises ValueError if it is not below.
        """
        return to_stored(path.relative_to(self.path))


def to_stored(relative: PurePath) -> str:
    r"""Return a relative path as the database keeps it: ``/`` between parts, valid Unicode.

    A byte that is not UTF-8 (``lat\xe9.png``) is a lone surrogate in Python, which SQLite refuses;
    it is written as the six characters ``\udce9``. Windows lets names hold any lone surrogate.
    """
    return relative.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")


def from_stored(stored: str) -> PurePosixPath:
    """Undo ``to_stored``."""
    return PurePosixPath(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), stored))


def project_root() -> Path:
    """Return the folder that holds ``config.toml``.

    The checkout, or the working folder of an installed wheel.
    """
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout
    return Path.cwd()


def how_to_install(extra: str, package: str) -> str:
    """Return the command that installs a package which only some commands need, for this Python."""
    # No shell needs quotes around it otherwise, and PowerShell would take them for a text.
    quote = '"' if " " in sys.executable else ""
    python = f"{quote}{sys.executable}{quote} -m pip install"
    if (project_root() / "constraints.txt").is_file():
        return f'in {project_root()}: {python} -c constraints.txt -e ".[{extra}]"'
    return f"{python} {package}"


def resolve(text: str, *, base: Path, setting: str) -> Path:
    """Return a user-given path to read from as absolute, anchored at ``base``.

    Raises StartError for ``flaw``.
    """
    reason = flaw(text)
    if reason:
        raise StartError(f"{setting}: {reason}")
    return anchor(text, base)


def resolve_output(text: str, *, base: Path, setting: str) -> Path:
    """Return a user-given path to write to, as ``resolve`` does.

    Raises StartError for ``output_flaw``.
    """
    reason = output_flaw(text)
    if reason:
        raise StartError(f"{setting}: {reason}")
    return anchor(text, base)


def anchor(text: str, base: Path) -> Path:
    """Return a path without flaw as absolute, below ``base`` where it is relative."""
    # Path drops the "./" of "./~", a folder of that name here, which would then be the user's home.
    path = Path(text).expanduser() if text.startswith("~") else Path(text)
    return Path(os.path.normpath(base / path))


def flaw(text: str) -> str | None:
    """Return why a text is refused as a path to read from, or None."""
    if not text.strip() or CONTROL.search(text):
        return f"{text!r} is not a path"
    if ".." in PurePath(text.replace("\\", "/")).parts:
        return f"{text!r} climbs with '..'; give the absolute path instead"
    if _DRIVE_RELATIVE.match(text):
        return f"{text!r} depends on that drive's current folder; write a slash after the colon"
    if _DEVICE_SPACE.match(text):
        return (
            f"{text!r} goes past Windows' own reading of paths; "
            "write it plainly (C:/… or //server/share/…)"
        )
    return _home_flaw(text)


def output_flaw(text: str) -> str | None:
    """Return why a text is refused as a path to write to, or None.

    The same on every system, so that a configuration that works on Linux does not write to a device
    or a hidden stream when it is carried to Windows.
    """
    reason = flaw(text)
    if reason:
        return reason
    if text.startswith(("\\\\", "//")):
        return f"{text!r} is a network or device path; write to a local disk"
    parts = re.split(r"[\\/]", _DRIVE.sub("", text))
    for part in parts:
        reason = _part_flaw(part)
        if reason:
            return reason
    return None


CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Characters that no path or name needs and that a terminal obeys."""

_DRIVE = re.compile(r"\A[A-Za-z]:(?=[\\/])")
_DRIVE_RELATIVE = re.compile(r"\A[A-Za-z]:(?![\\/])")
_DEVICE_SPACE = re.compile(r"\A[\\/]{2}[?.][\\/]")
r"""``\\?\`` and ``\\.\``: events name what is below otherwise, or it is a raw disk."""
_DEVICE = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])[ ]*(?:\..*)?",
    re.IGNORECASE,
)
"""Windows opens the device for ``nul.txt`` too, and for superscript digits."""


def _part_flaw(part: str) -> str | None:
    if _DEVICE.fullmatch(part):
        return f"{part!r} is the name of a Windows device"
    if ":" in part:
        return f"{part!r} has a colon, which names a hidden stream on Windows"
    if part != "." and part.endswith((".", " ")):
        return f"{part!r} ends with a dot or a blank, which Windows drops"
    return None


def _home_flaw(text: str) -> str | None:
    if not text.startswith("~"):
        return None
    try:
        Path(text).expanduser()
    except RuntimeError:
        return f"{text!r} names a home folder that is not known"
    return None
