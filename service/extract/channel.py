"""The pipes of one ExifTool process: none ever fills up, and answers can be waited for.

Three threads a process: one starts it, drains stdout and waits for its end; one drains stderr; one
writes. With fewer, a full pipe stops both sides for ever (600 missing files fill stderr; long names
fill stdin while ExifTool works).
"""

import contextlib
import os
import queue
import secrets
import subprocess
import threading
import time
from collections.abc import Iterable, Sequence
from typing import IO

from service.errors import ExtractorError, ExtractorTooSlowError
from service.extract.stay_open import (
    STDERR_MARK,
    STDOUT_MARK,
    AnswerStream,
    AnswerTooLongError,
    ExifToolAnswer,
    argument_line,
    execute_lines,
)
from service.process_tree import ProcessTree

_READ_SIZE = 256 * 1024
_STDERR_CAP = 16 * 1024 * 1024
_STDERR_GRACE_S = 1.0
"""ExifTool closes an answer on stderr before it does on stdout; a program that never does is not
waited for."""
_END_S = 2.0
"""For a process that was killed to be gone."""


class Channel:
    """One process and its pipes, from start to death; it is never restarted.

    ``pid``, ``poll``, ``kill`` and ``communicate`` are those of ``subprocess.Popen`` as pyexiftool
    uses them.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        answer_cap: int,
        memory_limit: int | None,
        own_group: bool = True,
    ) -> None:
        """Start ``argv``. Where that fails there is no ``pid``, and ``end_reason`` says why."""
        self._argv = argv
        self._own_group = own_group
        self._memory_limit = memory_limit
        self._answer_cap = answer_cap
        # Unguessable, so that no file's text can pass for the end of an answer.
        self._first = self._next = 10**8 + secrets.randbelow(10**8)
        self._answered = 0
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._stdout: dict[int, bytes] = {}
        self._stderr: dict[int, bytes] = {}
        self._answered_at = time.monotonic()
        self._tree: ProcessTree | None = None
        self._started = threading.Event()
        self.end_reason: str | None = None
        """Why no more answers come; None while they do."""
        self._keeper = threading.Thread(target=self._run, name="exiftool", daemon=True)
        self._keeper.start()
        self._started.wait()

    @property
    def pid(self) -> int | None:
        """Return the process's number, None where it could not be started."""
        return self._tree.pid if self._tree else None

    @property
    def waiting(self) -> int:
        """Return how many requests have no answer yet."""
        return self._next - self._first - self._answered

    def ask(self, arguments: Iterable[str | bytes], allowed: float) -> "Request":
        """Have a request written, without waiting.

        Raises ValueError, before a byte is written, where an argument is not one line.
        """
        lines = b"".join(argument_line(argument) for argument in arguments)
        with self._changed:
            number = self._next
            self._next += 1
            self._outgoing.put(lines + execute_lines(number))
        return Request(self, number, allowed)

    def take(self, number: int, begun: float, allowed: float) -> ExifToolAnswer:
        """Wait for an answer and return it.

        Raises ExtractorError when the process dies or takes too long.

        ``allowed`` seconds are counted from ``begun`` or from the answer before this one, whichever
        is later.
        """
        with self._changed:
            while number not in self._stdout and not self.end_reason:
                left = max(begun, self._answered_at) + allowed - time.monotonic()
                if left <= 0:
                    self.kill(f"ExifTool hung for {allowed:.3g} s")
                    raise ExtractorTooSlowError(str(self.end_reason))
                self._changed.wait(left)
            if number not in self._stdout:
                raise ExtractorError(str(self.end_reason))
            self._changed.wait_for(
                lambda: number in self._stderr or self.end_reason, _STDERR_GRACE_S
            )
            return ExifToolAnswer(self._stdout.pop(number), self._stderr.pop(number, b""))

    def kill(self, reason: str = "ExifTool was closed") -> None:
        """End the process at once; who waits for an answer gets ``reason``."""
        with self._changed:
            self.end_reason = self.end_reason or reason
            if self._tree:
                self._tree.kill()
            self._changed.notify_all()

    def finish(self, last_words: bytes) -> None:
        """Have ``last_words`` written and stdin closed; answers asked for before still come."""
        self._outgoing.put(last_words)
        self._outgoing.put(None)

    def join(self, timeout: float) -> bool:
        """Return whether the process has ended and been waited for, within ``timeout`` seconds."""
        self._keeper.join(timeout)
        return not self._keeper.is_alive()

    def poll(self) -> int | None:
        """Return the exit code, None while the process runs."""
        return self._tree.wait(0) if self._tree else None

    def communicate(
        self,
        input: bytes | None = None,  # noqa: A002 - Popen's name, by which pyexiftool gives it
        timeout: float | None = None,
    ) -> tuple[bytes, bytes]:
        """Have ``input`` written as last words and wait for the end.

        Raises TimeoutExpired after ``timeout`` seconds.

        Without a timeout, as pyexiftool asks after a kill, two seconds must do: Popen would wait
        for ever.
        """
        if input is not None:
            self.finish(input)
        if not self.join(_END_S if timeout is None else timeout) and timeout is not None:
            raise subprocess.TimeoutExpired(self._argv, timeout)
        return b"", b""

    def _run(self) -> None:
        """Start the process, drain its stdout and wait for its end.

        The process dies with this thread (see process_tree).
        """
        try:
            self._tree = ProcessTree(self._argv, self._memory_limit, own_group=self._own_group)
        except OSError as error:
            self.end_reason = f"it cannot be started: {error.strerror}"
            return
        finally:
            self._started.set()
        stdin, stdout, stderr = self._tree.pipes
        others = (
            threading.Thread(target=self._write, args=(stdin,), name="exiftool stdin", daemon=True),
            threading.Thread(
                target=self._drain_stderr, args=(stderr,), name="exiftool stderr", daemon=True
            ),
        )
        for thread in others:
            thread.start()
        with stdout:
            self._drain(
                stdout, AnswerStream(STDOUT_MARK, self._first, self._answer_cap), self._stdout
            )
        self._wait_for_end(self._tree)
        for thread in others:
            thread.join()

    def _wait_for_end(self, tree: ProcessTree) -> None:
        if tree.wait(timeout=1.0) is None:  # it closed its stdout and lives on
            tree.kill()
        self.kill(f"ExifTool died (exit code {tree.wait()})")
        self._outgoing.put(None)

    def _drain_stderr(self, pipe: IO[bytes]) -> None:
        with pipe:
            self._drain(pipe, AnswerStream(STDERR_MARK, self._first, _STDERR_CAP), self._stderr)

    def _drain(self, pipe: IO[bytes], stream: AnswerStream, answers: dict[int, bytes]) -> None:
        try:
            while data := os.read(pipe.fileno(), _READ_SIZE):
                for number, answer in stream.feed(data):
                    self._store_answer(number, answer, answers)
        except (AnswerTooLongError, MemoryError):
            self.kill("ExifTool's answer is too long")
        except OSError as error:  # Windows: the pipe's other end was torn off
            self.kill(f"ExifTool died ({error.strerror})")

    def _store_answer(self, number: int, answer: bytes, answers: dict[int, bytes]) -> None:
        with self._changed:
            answers[number] = answer
            if answers is self._stdout:
                self._answered += 1
                self._answered_at = time.monotonic()
            self._changed.notify_all()

    def _write(self, pipe: IO[bytes]) -> None:
        # A broken pipe: the process has died, and whoever waits learns it from the other threads.
        with contextlib.suppress(OSError), pipe:
            while (data := self._outgoing.get()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[pipe.write(rest) :]


class Request:
    """A question that ExifTool has been asked."""

    def __init__(self, channel: Channel, number: int, allowed: float) -> None:
        self._channel = channel
        self._number = number
        self._allowed = allowed
        self._begun = time.monotonic()

    def result(self, allowed: float | None = None) -> ExifToolAnswer:
        """Wait for the answer.

        Raises ExtractorError where ExifTool died or hung; then it is no longer ``alive``.
        """
        return self._channel.take(
            self._number, self._begun, self._allowed if allowed is None else allowed
        )
