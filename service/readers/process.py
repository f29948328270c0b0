"""One reader process as its owner sees it: started once, asked by messages, ended at any moment.

Threads serve it. One starts it, takes its messages and buries it: the process is tied to that
thread (see process_tree). One writes, so that asking never waits. One drains stderr. One watches
its memory where the system does not. The last is the owner's, which calls ``ask`` and ``kill``.
"""

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Sequence
from typing import IO, Any

from service.process_tree import LIMITS_MEMORY, ProcessTree
from service.readers.frames import pack_message, read_messages
from service.readers.slate import Note, Slate

_COMPLAINT = 4096
"""Bytes of stderr that are kept: the last ones say why it died."""
_GRACE_S = 1.0


class ReaderProcess:
    """A running reader. Once dead it stays dead."""

    def __init__(
        self,
        argv: Sequence[str],
        memory_limit: int | None,
        on_message: Callable[["ReaderProcess", Any], None],
        on_end: Callable[["ReaderProcess", str], None],
        *,
        gives_way: bool = False,
        is_memory_limited: bool = LIMITS_MEMORY,
    ) -> None:
        """Start it, with the name of its slate behind ``argv``.

        ``on_end`` is called once, with the reason, also where it cannot be started.
        Both are called from a thread of this object. ``memory_limit`` (bytes) is watched where the
        system does not limit memory. One that ``gives_way`` has a lower priority.
        """
        self._argv = argv
        self._memory_limit = memory_limit
        self._on_message = on_message
        self._on_end = on_end
        self._gives_way = gives_way
        self._is_memory_limited = is_memory_limited
        self._has_ended = threading.Event()
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._complaint = b""
        self._lock = threading.Lock()
        self._tree: ProcessTree | None = None
        self._slate: Slate | None = None
        self._reason: str | None = None
        self._keeper = threading.Thread(target=self._keep, name="reader", daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int | None:
        """Return the process's number; None until it runs."""
        return self._tree.pid if self._tree else None

    def note(self) -> Note | None:
        """Return what it noted last. It can be asked until ``on_end`` has returned."""
        slate = self._slate
        return slate.read() if slate else None

    def ask(self, message: object) -> None:
        """Have a message written, without waiting."""
        self._outgoing.put(pack_message(message))

    def finish(self) -> None:
        """Let it answer what it was asked, and end."""
        self._outgoing.put(None)

    def kill(self, reason: str) -> None:
        """End it and all it started, at once."""
        with self._lock:
            self._reason = self._reason or reason
            if self._tree is not None:
                self._tree.kill()

    def join(self, timeout: float) -> bool:
        """Return whether it has ended and been waited for, within ``timeout`` seconds."""
        self._keeper.join(timeout)
        return not self._keeper.is_alive()

    def _keep(self) -> None:
        try:
            self._on_end(self, self._serve())
        finally:
            self._outgoing.put(None)
            if self._slate is not None:
                slate, self._slate = self._slate, None
                slate.close()

    def _serve(self) -> str:
        """Run the process to its end; return why it ended."""
        limit, watched_limit = self._memory_limit, None
        if not self._is_memory_limited:
            limit, watched_limit = None, self._memory_limit
        try:
            self._slate = Slate()
            argv = [*self._argv, self._slate.name]
            tree = ProcessTree(argv, limit, inherited=self._slate.inherited)
        except OSError as error:
            return f"it cannot be started: {error.strerror}"
        if self._gives_way:
            tree.give_way()
        with self._lock:
            self._tree = tree
            if self._reason is not None:  # ended before it began
                tree.kill()
        stdin, stdout, stderr = tree.pipes
        others = [
            threading.Thread(target=self._write, args=(stdin,), name="reader stdin", daemon=True),
            threading.Thread(target=self._drain, args=(stderr,), name="reader stderr", daemon=True),
        ]
        if watched_limit is not None:
            watched = (tree.pid, watched_limit)
            others.append(threading.Thread(target=self._watch_memory, args=watched, daemon=True))
        for thread in others:
            thread.start()
        with stdout:
            self._take_messages(stdout)
        code = self._bury(tree)
        self._has_ended.set()
        for thread in others:
            thread.join()
        return self._reason or self._died(code)

    def _watch_memory(self, pid: int, limit: int) -> None:
        from service.readers.memory_watch import watch_memory  # noqa: PLC0415 (psutil: macOS only)

        watch_memory(pid, limit, self._has_ended, self.kill)

    def _take_messages(self, pipe: IO[bytes]) -> None:
        try:
            for message in read_messages(pipe):
                self._on_message(self, message)
        except OSError as error:  # Windows: the pipe's other end was torn off
            self.kill(f"its pipe was torn ({error.strerror})")
        except Exception as error:  # noqa: BLE001  # what it sends costs it alone
            self.kill(f"it sent what is no message: {error}")

    def _bury(self, tree: ProcessTree) -> int | None:
        if tree.wait(_GRACE_S) is None:  # it closed its stdout and lives on
            tree.kill()
        code = tree.wait()
        self._outgoing.put(None)
        return code

    def _died(self, code: int | None) -> str:
        lines = self._complaint.decode("utf-8", "replace").strip().splitlines()
        words = lines[-1].strip()[:300] if lines else ""
        return f"it died (exit code {code}{f': {words}' if words else ''})"

    def _write(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError), pipe:  # torn: the process has died, and its end is told
            while (data := self._outgoing.get()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[pipe.write(rest) :]

    def _drain(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError), pipe:
            while data := os.read(pipe.fileno(), _COMPLAINT):
                self._complaint = (self._complaint + data)[-_COMPLAINT:]
