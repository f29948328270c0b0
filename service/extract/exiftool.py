"""One persistent ExifTool: pyexiftool's, with a start and a transport that cannot hang us.

pyexiftool has no place for a ``Popen`` of one's own, no deadline and no second thread. What it does
when ExifTool dies, stops or floods was measured: docs/dependencies.md.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from exiftool.constants import DEFAULT_EXECUTABLE
from exiftool.exceptions import ExifToolNotRunning
from exiftool.exiftool import ExifTool

from service.errors import ExtractorError, ExtractorMissingError, ExtractorTooSlowError
from service.extract.channel import Channel, Request
from service.light_dataclasses import dataclass

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

_END = b"-stay_open\nFalse\n"
_CLOSE_S = 2
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
        place = Path(folder, DEFAULT_EXECUTABLE)
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


class ExifToolProcess(ExifTool):
    """A persistent ExifTool. It may be used by several threads at once; dead, it stays dead.

    From pyexiftool come the checked properties (``executable``, ``common_args``, ``config_file``),
    ``version`` and the question for it, ``with``, ``execute_json`` and ``terminate``.
    """

    _running = False
    _process: Channel | None  # type: ignore[assignment]  # there a Popen

    def __init__(self, executable: Path, settings: ExifToolSettings) -> None:
        """Take an ExifTool that is not started yet.

        Raises ExtractorMissingError where there is none.
        """
        check_executable(executable)
        super().__init__(str(executable), list(READ), config_file="", encoding="utf-8")
        self._settings = settings
        self._channel: Channel | None = None

    def run(self) -> None:
        """Start it and ask for its version. Raises ExtractorMissingError where that fails.

        The command line is pyexiftool's (a test compares them); the process is ours: in a group or
        job of its own, and without a ``preexec_fn``, which is unsafe beside threads.
        """
        if self.running:
            return
        try:
            self._start_unless_killed()
        except ExtractorError as error:
            raise ExtractorMissingError(f"extract.exiftool: {self.executable}: {error}") from error

    def _start_unless_killed(self) -> None:
        try:
            self._start()
        except ExtractorTooSlowError:
            raise
        except ExtractorError:
            if not self._was_killed:
                raise
            self._start()  # whoever killed it, such as a system short of memory, may not again

    @property
    def _was_killed(self) -> bool:
        """Return whether a signal has ended it. Windows knows none."""
        code = self._channel.poll() if self._channel else None
        return code is not None and code < 0

    def _start(self) -> None:
        argv = [str(self.executable), "-config", str(self.config_file)]
        argv += ["-stay_open", "True", "-@", "-", "-common_args", *(self.common_args or [])]
        self._process = self._channel = Channel(
            argv,
            answer_cap=self._settings.answer_cap,
            memory_limit=self._settings.memory_limit,
            own_group=self._settings.own_group,
        )
        self._running = True
        try:
            version = self._parse_ver()  # type: ignore[no-untyped-call]
            self._ver = check_version(version, Path(self.executable))
        except (ExtractorError, ExtractorMissingError):
            self.terminate()
            raise

    @property
    def running(self) -> bool:
        """Return whether it was started and not yet terminated; see ``alive``.

        pyexiftool's own warns of a death and lets go of the process without closing its pipes.
        """
        return self._running

    @property
    def alive(self) -> bool:
        """Return whether it can be asked."""
        return self._channel is not None and self._channel.end_reason is None

    @property
    def waiting(self) -> int:
        """Return how many requests have no answer yet."""
        return self._channel.waiting if self._channel else 0

    @property
    def pid(self) -> int | None:
        """Return the process's number."""
        return self._channel.pid if self._channel else None

    def begin(self, arguments: Sequence[str | bytes], allowed: float) -> Request:
        """Ask at once; the answer may take ``allowed`` seconds of ExifTool's time.

        Raises ValueError, before a byte is written, where an argument holds a line break or NUL.
        """
        if self._channel is None:
            raise ExifToolNotRunning("Cannot begin()")
        return self._channel.ask(arguments, allowed)

    def execute(self, *params: str | bytes, raw_bytes: bool = False) -> str | bytes:
        """Ask, wait, and return what it says on stdout.

        Raises ExtractorError where it dies, or takes longer than the settings allow.
        """
        allowed = self._settings.deadline_s if self._ver else self._settings.start_deadline_s
        answer = self.begin(params, allowed).result()
        return answer.stdout if raw_bytes else answer.stdout.decode("utf-8", "replace")

    def retire(self) -> None:
        """Have it answer what it was asked, and end."""
        if self._channel is not None:
            self._channel.finish(_END)

    def has_ended(self, timeout: float = 0.0) -> bool:
        """Return whether its process has ended, within ``timeout`` seconds."""
        return self._channel is None or self._channel.join(timeout)

    def terminate(
        self,
        timeout: int = _CLOSE_S,
        _del: bool = False,  # noqa: FBT001, FBT002 - as pyexiftool's
    ) -> None:
        """End it, and all it started: by its own leave when idle, else at once.

        Where it does not run, nothing is done, without pyexiftool's warning.
        """
        if self.running:
            super().terminate(0 if self.waiting or _del else timeout, _del)
