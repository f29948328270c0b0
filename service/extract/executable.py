"""Where ExifTool lies and whether it will do. Its name and least version are pyexiftool's.

Only these constants are pyexiftool's: its transport waits for ever in five ways (a killed, a
stopped or a missing ExifTool, a full stderr, two threads at once), and its own search takes a name
in the working folder.
"""

import os
from pathlib import Path

from exiftool.constants import DEFAULT_EXECUTABLE, EXIFTOOL_MINIMUM_VERSION

from service.errors import ExtractorMissingError

_MEND = "install ExifTool, or set extract.exiftool in config.toml to the absolute path of its executable"


def find(configured: Path | None) -> Path:
    """Return the absolute path of ExifTool.

    Raises ExtractorMissingError, which says how to mend it.
    """
    if configured is not None:
        return check(configured)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        # A relative entry means the working folder, where anybody may have put a file of that name.
        place = Path(folder, DEFAULT_EXECUTABLE)
        if place.is_absolute() and _runs(place):
            return place
    raise ExtractorMissingError(f"ExifTool is not on PATH: {_MEND}")


def check(executable: Path) -> Path:
    """Return an absolute path to a program that can be run, or raise ExtractorMissingError."""
    if not executable.is_absolute():
        raise ExtractorMissingError(f"extract.exiftool: {executable} is not absolute: {_MEND}")
    if not _runs(executable):
        raise ExtractorMissingError(
            f"extract.exiftool: {executable} is not a program that can be run: {_MEND}"
        )
    return executable


def _runs(place: Path) -> bool:
    # Not Path.is_file, which raises for a folder of PATH that may not be entered.
    return os.path.isfile(place) and os.access(place, os.X_OK)  # noqa: PTH113


def check_version(version: str, executable: Path) -> str:
    """Return what ExifTool answered to ``-ver``, or raise ExtractorMissingError where it is too old or no version."""
    if _parts(version) is None:
        raise ExtractorMissingError(
            f"extract.exiftool: {executable} is not ExifTool: it calls itself {version[:60]!r}"
        )
    if (_parts(version) or ()) < (_parts(EXIFTOOL_MINIMUM_VERSION) or ()):
        raise ExtractorMissingError(
            f"extract.exiftool: {executable} is ExifTool {version}, older than {EXIFTOOL_MINIMUM_VERSION}: "
            "install a newer one, or set extract.exiftool in config.toml to it",
        )
    return version


def _parts(version: str) -> tuple[int, ...] | None:
    major, _, minor = version.partition(".")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None
