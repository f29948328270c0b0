"""The ExifTool processes: one when idle, more for a backlog, a fresh one for each that has died."""

import os
import threading

from service.errors import ExtractorMissingError
from service.extract.exiftool import ExifToolProcess, ExifToolSettings, find_exiftool

_BATCHES_A_PROCESS = 4
"""A start takes 0.1 s and a batch of 32 takes 0.2 s: fewer batches would not pay for the start."""
_AUTO_LIMIT = 4


class ExifToolPool:
    """Lends ExifTool processes. The executable is looked for once and its absolute path kept."""

    def __init__(self, settings: ExifToolSettings, limit: int | None) -> None:
        """Start one process.

        Raises ExtractorMissingError; ``limit`` None means one a CPU, at most four.
        """
        self._settings = settings
        self._executable = find_exiftool(settings.executable)
        self._limit = limit or min(os.cpu_count() or 1, _AUTO_LIMIT)
        self._wanted = 1
        self._lock = threading.Lock()
        self._files: dict[ExifToolProcess, int] = {}
        """Process → how many files it was asked for."""
        self._retired: list[ExifToolProcess] = []
        self._closed = False
        self.version = ""
        """Of the process started last."""
        self._start()

    @property
    def executable(self) -> str:
        """Return ExifTool's absolute path."""
        return str(self._executable)

    @property
    def process_count(self) -> int:
        """Return how many processes are to run now."""
        return self._wanted

    def lease(self, files: int) -> ExifToolProcess:
        """Return the least busy process, to be asked for ``files`` files.

        Raises ExtractorMissingError.
        """
        with self._lock:
            self._drop_spent()
            if len(self._files) < self._wanted:
                self._start()
            tool = min(self._files, key=lambda tool: tool.waiting)
            self._files[tool] += files
            return tool

    def scale(self, backlog_batches: int) -> None:
        """Run as many processes as so many waiting batches are worth."""
        with self._lock:
            self._wanted = max(1, min(self._limit, 1 + backlog_batches // _BATCHES_A_PROCESS))
            idle_first = sorted(self._files, key=lambda tool: tool.waiting)
            surplus = max(0, len(self._files) - self._wanted)
            for tool in idle_first[:surplus]:
                self._retire(tool)

    def close(self) -> None:
        """End every process; nothing is lent afterwards."""
        with self._lock:
            self._closed = True
            for tool in (*self._files, *self._retired):
                tool.terminate()
            self._files.clear()
            self._retired.clear()

    def _start(self) -> None:
        if self._closed:
            raise ExtractorMissingError("ExifTool was closed")
        tool = ExifToolProcess(self._executable, self._settings)
        tool.run()
        self._files[tool] = 0
        self.version = tool.version

    def _drop_spent(self) -> None:
        """Let go of the dead, and of those that have read their share.

        Perl's memory grows and never shrinks.
        """
        for tool in [tool for tool in self._retired if tool.has_ended()]:
            self._retired.remove(tool)
            tool.terminate()
        for tool, files in list(self._files.items()):
            if not tool.alive:
                del self._files[tool]
                tool.terminate()
            elif files >= self._settings.recycle_after:
                self._retire(tool)

    def _retire(self, tool: ExifToolProcess) -> None:
        tool.retire()
        self._retired.append(tool)
        del self._files[tool]
