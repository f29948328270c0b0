"""The one ExifTool of a reader: started when it is first needed, a fresh one for each that died."""

from typing import TYPE_CHECKING

from service.errors import ExtractorMissingError
from service.extract.exiftool_settings import ExifToolSettings, find_exiftool
from service.extract.version_memory import VersionMemory

if TYPE_CHECKING:
    from service.extract.exiftool import ExifToolProcess


class ExifToolKeeper:
    """Lends ExifTool. The executable is looked for once and its absolute path kept."""

    def __init__(self, settings: ExifToolSettings) -> None:
        """Find ExifTool, and start it unless its version is known from a run before.

        Raises ExtractorMissingError.
        """
        self._settings = settings
        self._executable = find_exiftool(settings.executable)
        self._tool: ExifToolProcess | None = None
        self._files = 0
        """How many files it was asked for."""
        self._retired: list[ExifToolProcess] = []
        self._is_closed = False
        memory = VersionMemory(settings.memory, self._executable) if settings.memory else None
        self.version = (memory and memory.recall()) or ""
        """Of the one started last; before the first, what is remembered."""
        if not self.version:
            self._tool = self._start()
            if memory is not None:
                memory.learn(self.version, settings)

    @property
    def executable(self) -> str:
        """Return ExifTool's absolute path."""
        return str(self._executable)

    def lease(self, files: int) -> "ExifToolProcess":
        """Return a running ExifTool, to be asked for ``files`` files.

        Raises ExtractorMissingError.
        """
        self._drop_spent()
        if self._tool is None:
            self._tool = self._start()
        self._files += files
        return self._tool

    def close(self) -> None:
        """End it, and those that still answer; nothing is lent afterwards."""
        self._is_closed = True
        for tool in (*self._retired, *([self._tool] if self._tool else [])):
            tool.terminate()
        self._tool = None
        self._retired.clear()

    def _start(self) -> "ExifToolProcess":
        if self._is_closed:
            raise ExtractorMissingError("ExifTool was closed")
        # It brings pyexiftool and its own with it, and most passes need no ExifTool.
        from service.extract.exiftool import ExifToolProcess  # noqa: PLC0415

        tool = ExifToolProcess(self._executable, self._settings)
        tool.run()
        self._files = 0
        self.version = tool.version
        return tool

    def _drop_spent(self) -> None:
        """Let go of one that is dead, and of one that has read its share.

        Perl's memory grows and never shrinks.
        """
        for tool in [tool for tool in self._retired if tool.has_ended()]:
            self._retired.remove(tool)
            tool.terminate()
        if self._tool is None:
            return
        if not self._tool.alive:
            self._tool.terminate()
        elif self._files >= self._settings.recycle_after:
            self._tool.retire()
            self._retired.append(self._tool)
        else:
            return
        self._tool = None
