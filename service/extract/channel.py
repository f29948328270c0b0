"""The pipes of one ExifTool process.

Threads that never let one fill up, and answers that can be waited for.

Three threads a process: one starts it, drains stdout and buries it; one drains stderr; one writes.
With fewer, a full pipe stops both sides for ever (600 missing files fill stderr; long names fill
stdin while ExifTool works).
"""

import contextlib
import os
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from service.errors import ExtractorError
from service.extract.answer_stream import AnswerStream, AnswerTooLongError
from service.extract.process_tree import ProcessTree

STDOUT_MARK = "{ready%d}"
STDERR_MARK = "{post%d}"

_READ = 256 * 1024
_STDERR_CAP = 16 * 1024 * 1024
_STDERR_GRACE_S = 1.0
"""ExifTool closes an answer on stderr before it does on stdout.

A program that never does is not waited for.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What ExifTool said to one request."""

    stdout: bytes
    stderr: bytes


class Channel:
    """One process and its pipes, from start to death; it is never restarted."""

    def __init__(
        self, argv: Sequence[str], *, first: int, answer_cap: int, memory_limit: int | None
    ) -> None:
        self._argv = argv
        self._memory_limit = memory_limit
        self._first = first
        self._answer_cap = answer_cap
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._stdout: dict[int, bytes] = {}
        self._stderr: dict[int, bytes] = {}
        self._answered_at = time.monotonic()
        self._tree: ProcessTree | None = None
        self._started = threading.Event()
        self.ended: str | None = None
        """Why no more answers come; None while they do."""
        self.answered = 0
        self._keeper = threading.Thread(target=self._keep, name="exiftool", daemon=True)
        self._keeper.start()
        self._started.wait()

    @property
    def pid(self) -> int | None:
        """Return the process's number, None where it could not be started."""
        return self._tree.pid if self._tree else None

    def send(self, data: bytes) -> None:
        """Have ``data`` written, without waiting."""
        self._outgoing.put(data)

    def take(self, number: int, begun: float, allowed: float) -> Answer:
        """Wait for an answer and return it.

        Raises ExtractorError when the process dies or takes too long.

        ``allowed`` seconds are counted from ``begun`` or from the answer before this one, whichever
        is later.
        """
        with self._changed:
            while number not in self._stdout and not self.ended:
                left = max(begun, self._answered_at) + allowed - time.monotonic()
                if left <= 0:
                    self.kill(f"ExifTool hung for {allowed:.3g} s")
                else:
                    self._changed.wait(left)
            if number not in self._stdout:
                raise ExtractorError(str(self.ended))
            self._changed.wait_for(lambda: number in self._stderr or self.ended, _STDERR_GRACE_S)
            return Answer(self._stdout.pop(number), self._stderr.pop(number, b""))

    def kill(self, reason: str) -> None:
        """End the process at once; who waits for an answer gets ``reason``."""
        with self._changed:
            self.ended = self.ended or reason
            if self._tree:
                self._tree.kill()
            self._changed.notify_all()

    def finish(self, last_words: bytes) -> None:
        """Have ``last_words`` written and stdin closed behind them.

        Answers asked for before still come.
        """
        self._outgoing.put(last_words)
        self._outgoing.put(None)

    def join(self, timeout: float) -> bool:
        """Return whether the process has ended and been waited for, within ``timeout`` seconds."""
        self._keeper.join(timeout)
        return not self._keeper.is_alive()

    def _keep(self) -> None:
        """Start the process, drain its stdout and wait for its end.

        The thread it is tied to (see process_tree).
        """
        try:
            self._tree = ProcessTree(self._argv, self._memory_limit)
        except OSError as error:
            self.ended = f"it cannot be started: {error.strerror}"
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
        self._bury(self._tree)
        for thread in others:
            thread.join()

    def _bury(self, tree: ProcessTree) -> None:
        if tree.wait(timeout=1.0) is None:  # it closed its stdout and lives on
            tree.kill()
        self.kill(f"ExifTool died (exit code {tree.wait()})")
        self._outgoing.put(None)

    def _drain_stderr(self, pipe: IO[bytes]) -> None:
        with pipe:
            self._drain(pipe, AnswerStream(STDERR_MARK, self._first, _STDERR_CAP), self._stderr)

    def _drain(self, pipe: IO[bytes], stream: AnswerStream, answers: dict[int, bytes]) -> None:
        try:
            while data := os.read(pipe.fileno(), _READ):
                for number, answer in stream.feed(data):
                    self._arrived(number, answer, answers)
        except AnswerTooLongError:
            self.kill("ExifTool's answer is too long")
        except OSError as error:  # Windows: the pipe's other end was torn off
            self.kill(f"ExifTool died ({error.strerror})")

    def _arrived(self, number: int, answer: bytes, answers: dict[int, bytes]) -> None:
        with self._changed:
            answers[number] = answer
            if answers is self._stdout:
                self.answered += 1
                self._answered_at = time.monotonic()
            self._changed.notify_all()

    def _write(self, pipe: IO[bytes]) -> None:
        with (
            contextlib.suppress(OSError),
            pipe,
        ):  # a broken pipe: the process has died, and whoever waits is told
            while (data := self._outgoing.get()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[pipe.write(rest) :]
