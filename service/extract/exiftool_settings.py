"""How ExifTool is asked, which program it is, and which versions of it will do."""

import os
from pathlib import Path

from service.errors import ExtractorMissingError
from service.light_dataclasses import dataclass

PROGRAM = "exiftool.exe" if os.name == "nt" else "exiftool"

NO_CONFIG = ("-config", "")
"""First of all arguments: ``~/.ExifTool_config`` is Perl, and ExifTool would run it."""

READ = (
    "-j",
    "-G1:4",
    "-a",
    "-struct",
    "-b",
    "-e",
    "-api",
    "StructFormat=JSONQ",
    "-charset",
    "filename=utf8",
)
"""``-e`` leaves Composite tags out (a fifth of the time, nothing lost); ``-G1:4`` keeps tags that
occur twice."""

MINIMUM_VERSION = "12.38"
"""Before it, ExifTool runs a file name that ends in ``|`` as a command (CVE-2022-23935); pyexiftool
needs 12.15."""

_MIB = 1024 * 1024
_WHAT_TO_DO = (
    "install ExifTool, or set extract.exiftool in config.toml to the absolute path of its "
    "executable"
)


@dataclass(frozen=True, slots=True)
class ExifToolSettings:
    """The ``[extract]`` part of the configuration, as the reader needs it."""

    executable: Path | None = None
    """Absolute; None means the first one on PATH."""
    deadline_s: float = 30.0
    """For one request, before its bytes are counted."""
    bytes_per_s: int = 10_000_000
    """Each so many bytes of a request's files lengthen its deadline by a second."""
    start_deadline_s: float = 30.0
    """A cold start on a virus-scanned Windows disk has been seen to take many seconds."""
    recycle_after: int = 5000
    """Files, after which a process is replaced by a fresh one."""
    answer_cap: int = 512 * _MIB
    """Bytes of one answer; past this ExifTool is stopped."""
    memory_limit: int | None = 192 * _MIB
    """Bytes of address space each process may take (Linux and Windows).

    518 images of all generators were read by one process within 128 MiB, and so were a PNG of 200
    MB, a TIFF of 288 MB and two graphs of 10 MB in one PNG; a text of 30 MB took 139 MiB, 50,000
    properties of XMP 624 MiB.
    """
    own_group: bool = True
    """Whether each is a process group of its own (POSIX). In a reader it is not: the reader is
    ended by its group, and not all systems end a child with its parent."""
    stealth: bool = True
    """Whether pixels are searched for hidden texts where a file says nothing else."""
    direct: bool = False
    """Whether files of plain structure are read without ExifTool."""
    memory: Path | None = None
    """Where its version is remembered: then it is started only when a file needs it. None: it is
    started at once."""

    def deadline(self, size: int) -> float:
        """Return the seconds that files of ``size`` bytes together may take."""
        return self.deadline_s + size / self.bytes_per_s


def find_exiftool(configured: Path | None) -> Path:
    """Return the absolute path of ExifTool. Raises ExtractorMissingError, which says what to do."""
    if configured is not None:
        return check_executable(configured)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        # A relative entry means the working folder, where anybody may have put a file of that name.
        place = Path(folder, PROGRAM)
        if place.is_absolute() and _can_run(place):
            return place
    raise ExtractorMissingError(f"ExifTool is not on PATH: {_WHAT_TO_DO}")


def check_executable(executable: Path) -> Path:
    """Return an absolute path to a program that can be run, or raise ExtractorMissingError."""
    if not executable.is_absolute():
        raise ExtractorMissingError(
            f"extract.exiftool: {executable} is not absolute: {_WHAT_TO_DO}"
        )
    if not _can_run(executable):
        raise ExtractorMissingError(
            f"extract.exiftool: {executable} is not a program that can be run: {_WHAT_TO_DO}"
        )
    return executable


def _can_run(place: Path) -> bool:
    # Not Path.is_file, which raises for a folder of PATH that may not be entered.
    return os.path.isfile(place) and os.access(place, os.X_OK)  # noqa: PTH113


def check_version(version: str, executable: Path) -> str:
    """Return what ExifTool answered to ``-ver``.

    Raises ExtractorMissingError where it is too old or no version.
    """
    parts = version_parts(version)
    if parts is None:
        raise ExtractorMissingError(
            f"extract.exiftool: {executable} is not ExifTool: it calls itself {version[:60]!r}"
        )
    if parts < (version_parts(MINIMUM_VERSION) or ()):
        raise ExtractorMissingError(
            f"extract.exiftool: {executable} is ExifTool {version}, older than {MINIMUM_VERSION}: "
            "install a newer one, or set extract.exiftool in config.toml to it",
        )
    return version


def version_parts(version: str) -> tuple[int, ...] | None:
    """Return a version as numbers, (12, 57); None for what is none."""
    major, _, minor = version.partition(".")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None
