"""The gallery beside the service: a process of its own, started again when it dies or hangs.

Nothing of it is loaded here, and nothing that happens to it touches the service. It is told its
settings on stdin, says on stdout every few seconds that it is alive, and ends when stdin does.
"""

import contextlib
import importlib.util
import os
import sys
import threading
import time
from pathlib import Path
from typing import IO, NamedTuple

from service.config import Config
from service.event_log import get_logger
from service.paths import how_to_install
from service.process_tree import ProcessTree

log = get_logger(__name__)

TOP = str(Path(__file__).resolve().parents[1])
START = (
    "import sys; sys.path.append(sys.argv[2]); from service.gallery.__main__ import main; main()"
)
"""As a reader is started: the working folder may be full of strangers' files (``-P``)."""

PACKAGES = "datasette~=0.65.5 uvicorn pygal"
"""The extra, for where there is no checkout with its list of versions."""

MEMORY = 3_000_000_000
"""Bytes of address space; it takes 50 to 150 MB of memory."""

NOT_RUNNING = "not running"
"""How a state begins that is no address."""

SILENT_S = 60.0
"""After so many seconds without a word it hangs."""

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
GOOD_S = 60.0
"""One that has run for so long is started again at once."""

GRACE_S = 3.0
LOOK_S = 0.2
_CHUNK = 4096


class Lack(NamedTuple):
    """What there is not, and the command that mends it."""

    what: str
    fix: str


def what_gallery_lacks() -> Lack | None:
    """Return why no gallery can be started by this Python, if it is so."""
    if importlib.util.find_spec("datasette") is not None:
        return None
    return Lack("it needs the package datasette", how_to_install("gallery", PACKAGES))


class GalleryProcess:
    """Keeps the gallery of a configuration running until it is closed."""

    def __init__(self, config: Config, *, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._config = config
        self._silent_s = SILENT_S
        self._first_pause_s = first_pause_s
        self._stopped = threading.Event()
        self._state = "it starts"
        self._heard_at = 0.0
        self._complaint = b""
        # The process dies with the thread that has started it (see process_tree).
        self._keeper = threading.Thread(target=self._keep, name="gallery", daemon=True)
        self._keeper.start()

    def describe(self) -> str:
        """Return its address where it runs, else why it does not."""
        return self._state

    def close(self) -> None:
        """End it."""
        self._stopped.set()
        self._keeper.join()

    def _keep(self) -> None:
        lack = what_gallery_lacks()
        if lack is not None:
            reason = f"{lack.what}; {lack.fix}"
            self._state = f"{NOT_RUNNING}: {reason}"
            log.warning("gallery_not_started", reason=reason)
            return
        pause = self._first_pause_s
        while not self._stopped.is_set():
            began = time.monotonic()
            reason = self._run_once()
            if self._stopped.is_set():
                return
            if time.monotonic() - began > GOOD_S:
                pause = self._first_pause_s
            self._state = f"{NOT_RUNNING}: {reason}; it is started again after {pause:g} s"
            log.warning("gallery_died", reason=reason, again_in_seconds=pause)
            self._stopped.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _run_once(self) -> str:
        """Run one process to its end, and return why it ended."""
        self._complaint = b""
        self._heard_at = time.monotonic()
        argv = [sys.executable, "-P", "-c", START, "service.gallery", TOP]
        try:
            tree = ProcessTree(argv, MEMORY)
        except OSError as error:
            return f"it cannot be started: {error.strerror}"
        stdin, stdout, stderr = tree.pipes
        threads = [
            threading.Thread(target=self._listen, args=(stdout, tree.pid), daemon=True),
            threading.Thread(target=self._drain, args=(stderr,), daemon=True),
        ]
        for thread in threads:
            thread.start()
        with contextlib.suppress(OSError):  # it has died at once
            # Exports are none of its business, and carry more than a file may state.
            stdin.write(self._config.model_dump_json(exclude={"export"}).encode() + b"\n")
        reason = self._watch(tree)
        with contextlib.suppress(OSError):
            stdin.close()
        code = self._bury(tree)
        for thread in threads:
            thread.join()
        return reason or self._died(code)

    def _watch(self, tree: ProcessTree) -> str:
        """Wait until the process ends, is to end or hangs; return why, where it does not say it."""
        while tree.is_running():
            if self._stopped.wait(LOOK_S):
                return "the service ends"
            if time.monotonic() - self._heard_at > self._silent_s:
                tree.kill()
                return f"it said nothing for {self._silent_s:g} s, and was ended"
        return ""

    @staticmethod
    def _bury(tree: ProcessTree) -> int | None:
        code = tree.wait(GRACE_S)
        if code is None:
            tree.kill()
            code = tree.wait()
        return code

    def _listen(self, pipe: IO[bytes], pid: int) -> None:
        """Take its words: its address first, then that it is alive."""
        with contextlib.suppress(OSError), pipe:
            while said := os.read(pipe.fileno(), _CHUNK):
                self._heard_at = time.monotonic()
                for line in said.decode("utf-8", "replace").splitlines():
                    if line.startswith("http://"):
                        self._state = f"{line}, process {pid}"
                        log.info("gallery_started", address=line, pid=pid)

    def _drain(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError), pipe:
            while said := os.read(pipe.fileno(), _CHUNK):
                self._complaint = (self._complaint + said)[-_CHUNK:]
                log.warning("gallery_complains", text=said.decode("utf-8", "replace").strip())

    def _died(self, code: int | None) -> str:
        lines = self._complaint.decode("utf-8", "replace").strip().splitlines()
        words = lines[-1].strip()[:300] if lines else ""
        return words if code == 2 and words else f"it died (exit code {code}) {words}".strip()  # noqa: PLR2004
