"""The ExifTool processes.

One when idle, more while a backlog asks for them, a fresh one for each that has died.
"""

import os
import threading

from service.errors import ExtractorMissingError
from service.extract.executable import find
from service.extract.exiftool import ExifTool
from service.extract.settings import ExifToolSettings

_BATCHES_A_PROCESS = 4
"""A start takes 0.1 s and a batch of 32 takes 0.2 s: fewer batches would not pay for the start."""
_AUTO_LIMIT = 4
_CLOSE_S = 2.0


class Pool:
    """Lends ExifTool processes. The executable is looked for once and its absolute path kept."""

    def __init__(self, settings: ExifToolSettings, limit: int | None) -> None:
        """Start one process.

        Raises ExtractorMissingError; ``limit`` None means one a CPU, at most four.
        """
        self._settings = settings
        self._executable = find(settings.executable)
        self._limit = limit or min(os.cpu_count() or 1, _AUTO_LIMIT)
        self._wanted = 1
        self._lock = threading.Lock()
        self._files: dict[ExifTool, int] = {}
        """Process → how many files it was asked for."""
        self._retired: list[ExifTool] = []
        self._closed = False
        self.version = ""
        """Of the process started last."""
        self._start()

    @property
    def executable(self) -> str:
        """Return ExifTool's absolute path."""
        return str(self._executable)

    @property
    def running(self) -> int:
        """Return how many processes are wanted now."""
        return self._wanted

    def lease(self, files: int) -> ExifTool:
        """Return the least busy process, to be asked for ``files`` files.

        Raises ExtractorMissingError.
        """
        with self._lock:
            self._drop()
            if len(self._files) < self._wanted:
                self._start()
            tool = min(self._files, key=lambda tool: tool.waiting)
            self._files[tool] += files
            return tool

    def scale(self, backlog_batches: int) -> None:
        """Run as many processes as so many waiting batches are worth."""
        with self._lock:
            self._wanted = max(1, min(self._limit, 1 + backlog_batches // _BATCHES_A_PROCESS))
            for tool in sorted(self._files, key=lambda tool: tool.waiting)[
                : len(self._files) - self._wanted
            ]:
                self._retire(tool)

    def close(self) -> None:
        """End every process; nothing is lent afterwards."""
        with self._lock:
            self._closed = True
            for tool in (*self._files, *self._retired):
                tool.close()
            self._files.clear()
            self._retired.clear()

    def _start(self) -> None:
        if self._closed:
            raise ExtractorMissingError("ExifTool was closed")
        tool = ExifTool(self._executable, self._settings)
        self._files[tool] = 0
        self.version = tool.version

    def _drop(self) -> None:
        """Let go of the dead, and of those that have read their share.

        Perl's memory grows and never shrinks.
        """
        self._retired = [tool for tool in self._retired if not tool.ended()]
        for tool, files in list(self._files.items()):
            if not tool.alive:
                del self._files[tool]
            elif files >= self._settings.recycle_after:
                self._retire(tool)

    def _retire(self, tool: ExifTool) -> None:
        tool.retire()
        self._retired.append(tool)
        del self._files[tool]
