"""A child process that dies with everything it started, and with us.

Ctrl+C meant for this program must not reach it, so it has its own session (POSIX) or process group
(Windows).
"""

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    from service.windows_job import WindowsJob
else:
    import fcntl
    import resource

_ENVIRONMENT = {"PERL_BADLANG": "0", "MALLOC_ARENA_MAX": "2"}
"""Without the first Perl complains on stderr about a locale that is not installed, at every start.
Without the second each thread reserves 64 MiB of address space, which counts against the limit."""

LIMITS_MEMORY = sys.platform in {"linux", "win32"}
"""Whether a ``memory_limit`` is held by the system."""

_NICER = 5
"""Steps of POSIX's niceness. Beside a program as nice as we are it has a quarter of a core then."""

_PIPE = 1024 * 1024
"""Bytes that wait in stdout, on Linux. In the usual 64 KiB ExifTool stops after a few files
whenever our reading thread has to wait for the interpreter's lock: it was idle twice as long."""


class ProcessTree:
    """A running program with pipes on all three ends.

    Its thread must outlive it: see ``_leash``. ``memory_limit`` is in bytes, of each of its
    processes; where not ``LIMITS_MEMORY`` it is not held. With ``own_group`` False it stays in our
    process group (POSIX), so that whoever ends us so ends it, too. Of open files it has its pipes,
    and on POSIX those of the numbers ``inherited``.
    """

    def __init__(
        self,
        argv: Sequence[str | bytes],
        memory_limit: int | None,
        *,
        own_group: bool = True,
        inherited: Sequence[int] = (),
    ) -> None:
        self._own_group = own_group
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
            self._process = _start(argv, creationflags=flags)
            try:
                handle = self._process._handle  # type: ignore[attr-defined]  # noqa: SLF001
                self._job = WindowsJob(int(handle), memory_limit)
            except OSError:
                self._process.kill()
                raise
        else:
            self._process = _start(
                [*_leash(), *argv], start_new_session=own_group, inherited=inherited
            )
            _widen(self.pipes[1])
            if memory_limit is not None:
                _limit_memory(self._process.pid, memory_limit)

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self._process.pid

    @property
    def pipes(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        """Return stdin, stdout and stderr, unbuffered."""
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        if stdin is None or stdout is None or stderr is None:
            raise RuntimeError("a pipe is missing")
        return stdin, stdout, stderr

    def kill(self) -> None:
        """End the process and all it started, at once.

        Does nothing when it has ended and been waited for.
        """
        if self._process.returncode is not None:
            return
        if sys.platform == "win32":
            self._job.kill()
        elif self._own_group:
            self._kill_group()
        else:
            self._process.kill()

    def _kill_group(self) -> None:
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def give_way(self) -> None:
        """Let other programs come first, before it and what it starts from now on."""
        with contextlib.suppress(OSError):  # it has ended
            if sys.platform == "win32":
                self._job.give_way()
            else:
                ours = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, self._process.pid, ours + _NICER)

    def is_running(self) -> bool:
        """Tell whether the process, or what is left of it, has not been waited for."""
        return self._process.poll() is None

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the exit code, or None where it still runs after ``timeout`` seconds.

        What it started and left behind is ended.
        """
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        if sys.platform == "win32":
            self._job.close()
        elif self._own_group:
            self._kill_group()
        return code

    def communicate(self, timeout: float) -> tuple[bytes, bytes] | None:
        """Return all of stdout and stderr, or None where it runs longer than ``timeout`` seconds.

        In either case the process is gone.
        """
        try:
            answer = self._process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.communicate()
            return None
        self.wait()
        return answer


def _start(
    argv: Sequence[str | bytes],
    *,
    start_new_session: bool = False,
    inherited: Sequence[int] = (),
    creationflags: int = 0,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=os.environ | _ENVIRONMENT,
        start_new_session=start_new_session,
        pass_fds=inherited,
        creationflags=creationflags,
    )


@functools.cache
def _leash() -> tuple[str, ...]:
    """Return the words that make Linux kill the child when the thread that started it ends.

    ExifTool polls its closed stdin for ever (12.57), so a service killed with SIGKILL would leave
    one behind. A ``preexec_fn`` could do it too, but is unsafe beside other threads. Where
    util-linux has no ``setpriv --pdeathsig``, the service manager's own clean-up must serve.
    """
    setpriv = shutil.which("setpriv", path=os.defpath) if sys.platform == "linux" else None
    if setpriv is None:
        return ()
    try:
        program = Path(setpriv).read_bytes()  # to ask it would be one more process at each start
    except OSError:
        return ()
    return (setpriv, "--pdeathsig", "KILL", "--") if b"pdeathsig" in program else ()


def _limit_memory(pid: int, limit: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # it has ended, or the system allows less already
            resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))


def _widen(pipe: IO[bytes]) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # more than this user may have
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


_QUERY = 0x1000
_NO_SUCH_PROCESS = 87
_STILL_ACTIVE = 259
"""Windows' names: PROCESS_QUERY_LIMITED_INFORMATION, ERROR_INVALID_PARAMETER, STILL_ACTIVE."""


def is_running(pid: int) -> bool:
    """Tell whether a process of this number runs on this machine, whoever's it is."""
    if sys.platform == "win32":
        return _runs_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # alive, and another user's
        return True
    return True


def _runs_on_windows(pid: int) -> bool:
    """Tell the same where ``os.kill(pid, 0)`` would be a Ctrl+C."""
    if sys.platform != "win32":
        return True
    import ctypes  # noqa: PLC0415 (WinDLL exists on Windows alone)

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.OpenProcess.restype = ctypes.c_void_p
    inherit = False
    handle = ctypes.c_void_p(kernel.OpenProcess(_QUERY, inherit, pid))
    if not handle:
        return ctypes.get_last_error() != _NO_SUCH_PROCESS
    try:
        code = ctypes.c_uint32()
        is_known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        return not is_known or code.value == _STILL_ACTIVE
    finally:
        kernel.CloseHandle(handle)
