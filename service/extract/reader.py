"""Reads the tags of settled files, a batch at a time, with one ExifTool or several."""

from collections.abc import Sequence
from types import TracebackType
from typing import Literal, Self

from service.errors import ExtractorMissingError, StartError
from service.extract.candidates import Candidate
from service.extract.pool import Pool
from service.extract.reading import Pending
from service.extract.settings import ExifToolSettings


class Reader:
    """Owns the ExifTool processes from the start of the service to its end."""

    def __init__(
        self, settings: ExifToolSettings | None = None, processes: int | Literal["auto"] = "auto"
    ) -> None:
        """Start ExifTool.

        Raises StartError where there is none, or one too old; the message says how to mend it.
        """
        self._settings = settings or ExifToolSettings()
        try:
            self._pool = Pool(self._settings, None if processes == "auto" else processes)
        except ExtractorMissingError as error:
            raise StartError(str(error)) from error

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
    def version(self) -> str:
        """Return who reads, as records name it: ``exiftool 12.57``."""
        return f"exiftool {self._pool.version}"

    def begin(self, files: Sequence[Candidate]) -> Pending:
        """Ask for the tags of ``files`` and return at once; several batches may be under way."""
        return Pending(files, self._pool, self._settings)

    def scale(self, backlog_batches: int) -> None:
        """Run more processes while so many batches wait, and one again when none do."""
        self._pool.scale(backlog_batches)

    @property
    def processes(self) -> int:
        """Return how many processes read at this moment.

        That many batches can be under way without waiting.
        """
        return self._pool.running

    def close(self) -> None:
        """End every process and all that they started."""
        self._pool.close()
