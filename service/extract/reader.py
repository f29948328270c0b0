"""Reads the tags of settled files, a batch at a time: by ExifTool, or where that suffices directly.

Each file gets its own outcome, whatever becomes of the batch.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from service.errors import BadFileError, ExtractorMissingError, StartError, TryAgainError
from service.extract.answers import Tags
from service.extract.direct.found_tags import Dialect
from service.extract.direct.reading import DirectReader
from service.extract.exiftool_settings import ExifToolSettings, version_parts
from service.extract.file_to_read import FileToRead
from service.extract.keeper import ExifToolKeeper
from service.extract.record_maker import RecordMaker
from service.extract.signatures import inspect
from service.extract.tag_batch import TagBatch
from service.light_dataclasses import dataclass
from service.records import RawRecord, WatchedFile


@dataclass(frozen=True, slots=True)
class Audited:
    """What both readers say of a file."""

    is_compared: bool = False
    """Whether both read it."""
    record: RawRecord | None = None
    """ExifTool's record, where it differs."""


class TagReader:
    """Owns an ExifTool, which it starts when it is needed, from its own start to its end."""

    def __init__(self, settings: ExifToolSettings | None = None) -> None:
        """Find ExifTool, and start it where its version is not remembered.

        Raises StartError where there is none, or one too old; the message says what to do.
        """
        self._settings = settings or ExifToolSettings()
        try:
            self._keeper = ExifToolKeeper(self._settings)
        except ExtractorMissingError as error:
            raise StartError(str(error)) from error
        self._direct: DirectReader | None = None
        if self._settings.direct:
            self._direct = DirectReader(Dialect.of(version_parts(self._keeper.version) or ()))
        self._records = RecordMaker(self._keeper, self._settings, self._direct)

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
        return f"exiftool {self._keeper.version}"

    def begin(
        self, files: Sequence[FileToRead], on_file: Callable[[int], None] = lambda _: None
    ) -> "TagBatch":
        """Ask ExifTool for the tags of ``files`` and return at once, with several under way.

        Plain files are read here and now where the settings say so, each after ``on_file`` was
        called with its place among them.
        """
        return TagBatch(files, self._keeper, self._settings, self._direct, on_file)

    def take(
        self, location: Path, file: WatchedFile, on_step: Callable[[], None] = lambda: None
    ) -> tuple[FileToRead, RawRecord | None]:
        """Look at a file's bytes, and read it directly of the same bytes.

        The record is None where ExifTool is to read the file. Raises BadFileError and
        TryAgainError, as ``inspect`` of ``signatures`` does.
        """
        tags = None
        if self._direct is None:
            signature = inspect(location, file.size, file.mtime_ns, on_step)
        else:
            signature, tags = self._direct.inspect(location, file.size, file.mtime_ns, on_step)
        found = FileToRead(location, file, signature)
        return found, None if tags is None else self._make_record(found, tags)

    def _make_record(self, found: FileToRead, tags: Tags) -> RawRecord | None:
        """Return a record of what was read directly.

        None where there is a bug, which is met again, and told, where the file is read.
        """
        try:
            return self._records.of_direct(found, tags)
        except (BadFileError, TryAgainError, MemoryError):
            raise
        except Exception:  # noqa: BLE001
            return None

    def audit(self, file: FileToRead, allowed: float | None = None) -> "Audited":
        """Read a file by both readers, where the direct one can, and compare what they say.

        ExifTool may take ``allowed`` seconds. Raises TryAgainError where the file changes.
        """
        if self._direct is None:
            return Audited()
        tags = self._direct.read_tags(file.location, file.file.size, file.signature.mime_type)
        if tags is None:
            return Audited()
        try:
            record = TagBatch([file], self._keeper, self._settings).contradict(tags, allowed)
        except BadFileError:  # ExifTool did not survive it, and has no word against the other
            return Audited()
        return Audited(is_compared=True, record=record)

    def close(self) -> None:
        """End ExifTool and all that it started."""
        self._keeper.close()
