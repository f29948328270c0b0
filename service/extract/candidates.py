"""What the reader is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service.errors import BadFileError, TryAgainError
from service.extract.signatures import Signature
from service.records import RawRecord, WatchedFile

_LINE_BREAKERS = frozenset("\r\n\0")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file whose bytes have been inspected and whose tags are to be read."""

    location: Path
    """Absolute: ExifTool takes ``-dash.png`` and ``#hash.png`` for something else."""
    file: WatchedFile
    signature: Signature
    kept_texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What texts beside it said that have gone since, by stamp.

    They stay true of the same content.
    """

    def __post_init__(self) -> None:
        if not self.location.is_absolute():
            raise ValueError(f"not an absolute path: {self.location}")

    @property
    def asked_as(self) -> str:
        """Return the path as ExifTool is asked for it, and repeats it.

        With ``/`` on Windows, too.
        """
        return self.location.as_posix()

    @property
    def plain(self) -> bool:
        """Return whether the path is one line of UTF-8.

        Any other cannot go through ExifTool's stdin.
        """
        path = self.asked_as
        if not _LINE_BREAKERS.isdisjoint(path):
            return False
        try:
            path.encode("utf-8")
        except UnicodeEncodeError:  # bytes that are not UTF-8 are lone surrogates in Python
            return False
        return True


Outcome = tuple[Candidate, RawRecord | BadFileError | TryAgainError]
"""A candidate and what became of it."""
