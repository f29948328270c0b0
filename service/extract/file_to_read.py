"""What the reader is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from service.errors import BadFileError, TryAgainError
from service.extract.signatures import Signature
from service.extract.stay_open import argument_line
from service.light_dataclasses import dataclass
from service.records import RawRecord, WatchedFile


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file whose bytes have been inspected and whose tags are to be read."""

    location: Path
    """Absolute: ExifTool takes ``-dash.png`` and ``#hash.png`` for something else."""
    file: WatchedFile
    signature: Signature
    kept_texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What texts beside it said that have gone since, by stamp: they stay true of the same
    content."""

    def __post_init__(self) -> None:
        if not self.location.is_absolute():
            raise ValueError(f"not an absolute path: {self.location}")

    @property
    def exiftool_path(self) -> str:
        """Return the path as ExifTool is asked for it and repeats it: with ``/`` on Windows too."""
        return self.location.as_posix()

    @property
    def is_one_line(self) -> bool:
        """Return whether the path is one line of UTF-8: no other can go through its stdin."""
        try:
            argument_line(self.exiftool_path)
        except ValueError:
            return False
        return True


ReadOutcome = tuple[FileToRead, RawRecord | BadFileError | TryAgainError]
"""A file and what became of it."""
