"""One persistent ExifTool: pyexiftool's, with a start and a transport that cannot hang us.

pyexiftool has no place for a ``Popen`` of one's own, no deadline and no second thread. What it does
when ExifTool dies, stops or floods was measured: docs/dependencies.md.
"""

from collections.abc import Sequence
from pathlib import Path

from exiftool.exceptions import ExifToolNotRunning
from exiftool.exiftool import ExifTool

from service.errors import ExtractorError, ExtractorMissingError, ExtractorTooSlowError
from service.extract.channel import Channel, Request
from service.extract.exiftool_settings import (
    READ,
    ExifToolSettings,
    check_executable,
    check_version,
)

_END = b"-stay_open\nFalse\n"
_CLOSE_S = 2


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
