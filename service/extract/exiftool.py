"""One persistent ExifTool process.

Requests go out at once, answers come back in their order, or an error in time.
"""

import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from service.errors import ExtractorError, ExtractorMissingError
from service.extract.channel import STDERR_MARK, Answer, Channel
from service.extract.executable import check, check_version
from service.extract.settings import ExifToolSettings

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
"""``-e`` leaves Composite tags out (a fifth of the time, nothing lost).

``-G1:4`` keeps tags that occur twice.
"""

_END = b"-stay_open\nFalse\n"
_CLOSE_S = 2.0
_LINE_BREAKERS = frozenset("\r\n\0")


class Request:
    """A question that ExifTool has been asked."""

    def __init__(self, channel: Channel, number: int, allowed: float) -> None:
        self._channel = channel
        self._number = number
        self._allowed = allowed
        self._begun = time.monotonic()

    def result(self, allowed: float | None = None) -> Answer:
        """Wait for the answer.

        Raises ExtractorError where ExifTool died or hung; then it is no longer ``alive``.
        """
        return self._channel.take(
            self._number, self._begun, self._allowed if allowed is None else allowed
        )


class ExifTool:
    """A running ExifTool. It may be used by several threads at once; once dead it stays dead."""

    def __init__(self, executable: Path, settings: ExifToolSettings) -> None:
        """Start it and ask for its version. Raises ExtractorMissingError where that fails."""
        self._lock = threading.Lock()
        # Unguessable, so that no file's text can pass for the end of an answer.
        self._first = self._next = 10**8 + secrets.randbelow(10**8)
        self._channel = Channel(
            [str(check(executable)), *NO_CONFIG, "-stay_open", "True", "-@", "-"],
            first=self._first,
            answer_cap=settings.answer_cap,
            memory_limit=settings.memory_limit,
        )
        try:
            self.version = self._asked_version(executable, settings.start_deadline_s)
        except ExtractorMissingError:
            self.close()
            raise

    def _asked_version(self, executable: Path, allowed: float) -> str:
        try:
            answer = self.begin(["-ver"], allowed).result()
        except ExtractorError as error:
            raise ExtractorMissingError(f"extract.exiftool: {executable}: {error}") from error
        return check_version(answer.stdout.decode("utf-8", "replace"), executable)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Return whether it can be asked."""
        return self._channel.ended is None

    @property
    def waiting(self) -> int:
        """Return how many requests have no answer yet."""
        return self._next - self._first - self._channel.answered

    @property
    def pid(self) -> int | None:
        """Return the process's number."""
        return self._channel.pid

    def begin(self, arguments: Sequence[str], allowed: float) -> Request:
        """Ask at once; the answer may take ``allowed`` seconds of ExifTool's time.

        Raises ValueError, before a byte is written, where an argument holds a line break or NUL:
        each would be read as further arguments, and ``-if`` runs code.
        """
        lines = b"".join(line(argument) for argument in arguments)
        with self._lock:
            number = self._next
            self._next += 1
            marks = f"-echo4\n{STDERR_MARK % number}\n-execute{number}\n"
            self._channel.send(lines + marks.encode("ascii"))
        return Request(self._channel, number, allowed)

    def retire(self) -> None:
        """Have it answer what it was asked, and end."""
        self._channel.finish(_END)

    def ended(self, timeout: float = 0.0) -> bool:
        """Return whether its process has ended, within ``timeout`` seconds."""
        return self._channel.join(timeout)

    def close(self) -> None:
        """End it, and all it started: by its own leave when idle, else at once."""
        self.retire()
        if self.waiting or not self._channel.join(_CLOSE_S):
            self._channel.kill("ExifTool was closed")
            self._channel.join(_CLOSE_S)


def line(argument: str) -> bytes:
    """Return an argument as ExifTool reads it from stdin.

    Raises ValueError where it would not be one line.
    """
    if not _LINE_BREAKERS.isdisjoint(argument):
        raise ValueError(f"a line break or NUL in an argument: {argument!r}")
    return argument.encode("utf-8") + b"\n"
