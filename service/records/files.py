"""A file on the disk, and all that could be read of it."""

from pydantic import BaseModel, ConfigDict, JsonValue


class Record(BaseModel):
    """An immutable record whose fields are checked once, where it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WatchedFile(Record):
    """A file that has settled: where it lies, how large it is, and when it was last written."""

    root: str
    """The configured name of the watched folder."""
    path: str
    """Relative to the root, with ``/`` between parts; bytes that are not UTF-8 written as ``\\udcXX``."""
    size: int
    """Bytes."""
    mtime_ns: int
    """Modification time, nanoseconds since 1970, as the file system states it."""
    sidecars: tuple[str, ...] = ()
    """The texts beside it that were read with it, each as ``.txt 812 1690…``: see ``sidecars.stamps``."""


class RawRecord(Record):
    """All that could be read of a file. Kept in the database; every later stage starts from it alone."""

    file: WatchedFile
    mime_type: str | None
    """By magic bytes; None where they are of no kind we read."""
    sha256: str | None
    """Of the whole file, lower-case hex."""
    extractor: str
    """Who read it: ``exiftool 12.57``."""
    tags: dict[str, JsonValue]
    """ExifTool's ``-j -G1:4`` object without SourceFile, plus ``Stealth:*`` for texts hidden in pixels
    and ``Sidecar:.txt`` and the like for texts beside the file."""
