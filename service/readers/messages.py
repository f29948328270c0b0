"""What is asked of a reader, and what it answers, as plain tuples for ``frames``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from service.errors import (
    BadFileError,
    ExtractorError,
    ExtractorMissingError,
    FileGoneError,
    PipeError,
    TryAgainError,
)
from service.extract.file_to_read import FileToRead
from service.extract.signatures import FileState, Signature
from service.extract.thumbnails import LARGEST, Thumbnail
from service.light_dataclasses import dataclass
from service.records import WatchedFile
from service.store.packed_image import PackedImage
from service.store.raw_records import StoredRecord

LOOK = "look"
"""Look at files' bytes: (path, size, time of writing) → Signature."""
TAKE = "take"
"""Look at files' bytes, and read the plain ones to their rows at once: file → Taken."""
AUDIT = "audit"
"""Look at known files' bytes again, and read the plain ones by both readers: file → Audit."""
READ = "read"
"""Read files to their rows: file and signature → PackedImage."""
DUMP = "dump"
"""Read files to lines of a dump: file and signature → bytes."""
REMAKE = "remake"
"""Make rows from stored records: file, MIME type, SHA-256 and record → PackedImage."""
DRAW = "draw"
"""Draw files small: (path, size, time of writing, pixels) → Thumbnail."""

_ERRORS: dict[str, type[PipeError]] = {
    error.__name__: error
    for error in (BadFileError, TryAgainError, FileGoneError, ExtractorError, ExtractorMissingError)
}


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a file has no rows: for ``failures``."""

    stage: str
    """``look``, ``extract``, ``parse`` or ``store``."""
    error_class: str
    message: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file is, and what it says where it is plain."""

    signature: Signature
    rows: PackedImage | None
    """None where it is to be read."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What a known file is now, and whether reading it directly says what ExifTool says."""

    signature: Signature
    is_compared: bool
    """Whether both readers read it."""
    rows: PackedImage | None
    """Those of ExifTool's record, where it says anything else."""


def pack_seen(location: Path, file: WatchedFile) -> tuple[Any, ...]:
    """Return what ``LOOK`` is asked, and ``DRAW`` with the pixels of the longer side behind it."""
    return str(location), file.size, file.mtime_ns


def pack_file(file: WatchedFile) -> tuple[Any, ...]:
    """Return a file as a tuple."""
    return file.root, file.path, file.size, file.mtime_ns, tuple(file.sidecars)


def unpack_file(packed: Sequence[Any]) -> WatchedFile:
    """Return the file of ``pack_file``."""
    root, path, size, mtime_ns, sidecars = packed
    return WatchedFile(root=root, path=path, size=size, mtime_ns=mtime_ns, sidecars=tuple(sidecars))


def pack_signature(found: Signature) -> tuple[Any, ...]:
    """Return a signature as a tuple."""
    return found.mime_type, found.sha256, found.has_alpha, found.state, found.needs_exiftool


def unpack_signature(packed: Sequence[Any]) -> Signature:
    """Return the signature of ``pack_signature``."""
    mime_type, sha256, has_alpha, state, needs_exiftool = packed
    was = None if state is None else FileState(*state)
    return Signature(mime_type, sha256, has_alpha, was, needs_exiftool)


def pack_known(location: Path, file: WatchedFile) -> tuple[Any, ...]:
    """Return what ``TAKE`` and ``AUDIT`` are asked."""
    return str(location), pack_file(file)


def unpack_known(packed: Sequence[Any]) -> tuple[Path, WatchedFile]:
    """Return the place and the file of ``pack_known``."""
    location, file = packed
    return Path(location), unpack_file(file)


def pack_to_read(each: FileToRead) -> tuple[Any, ...]:
    """Return what ``READ`` and ``DUMP`` are asked."""
    found = each.signature
    packed = pack_signature(found)
    return str(each.location), pack_file(each.file), packed, tuple(each.kept_texts.items())


def unpack_to_read(packed: Sequence[Any]) -> FileToRead:
    """Return the file of ``pack_to_read``."""
    location, file, signature, kept_texts = packed
    texts: Mapping[str, str] = dict(kept_texts)
    return FileToRead(Path(location), unpack_file(file), unpack_signature(signature), texts)


def pack_record(record: StoredRecord) -> tuple[Any, ...]:
    """Return what ``REMAKE`` is asked."""
    return pack_file(record.file), record.mime_type, record.sha256, record.packed


def pack_error(error: PipeError) -> tuple[Any, ...]:
    """Return an answer: why a file could not be read."""
    name = type(error).__name__
    if name not in _ERRORS:
        name = "BadFileError" if isinstance(error, BadFileError) else "TryAgainError"
    return "error", name, str(error)


Answer = (
    Signature
    | Taken
    | Audit
    | PackedImage
    | Thumbnail
    | bytes
    | Failed
    | BadFileError
    | TryAgainError
)


def unpack_answer(packed: Sequence[Any]) -> Answer:
    """Return what a reader answered. Raises ValueError for what is no answer."""
    match packed:
        case ("rows", (str(), str(), int(), int(), tuple()), *_):
            return PackedImage(*packed[1:])
        case ("thumbnail", int(width), int(height), bytes(webp)) if len(webp) <= LARGEST:
            return Thumbnail(width, height, webp)
        case ("line", bytes(line)):
            return line
    return _unpack_look(packed)


def _unpack_look(packed: Sequence[Any]) -> Answer:
    match packed:
        case ("signature", str() | None, str(), bool(), tuple() | None, bool()):
            return unpack_signature(packed[1:])
        case ("taken", tuple(found), tuple() | None as rows):
            return Taken(unpack_signature(found), None if rows is None else PackedImage(*rows))
        case ("audit", tuple(found), bool(is_compared), tuple() | None as rows):
            made = None if rows is None else PackedImage(*rows)
            return Audit(unpack_signature(found), is_compared, made)
    return _unpack_failure(packed)


def _unpack_failure(packed: Sequence[Any]) -> Failed | BadFileError | TryAgainError:
    match packed:
        case ("failed", str(stage), str(error_class), str(message)):
            return Failed(stage, error_class, message)
        case ("error", str(name), str(message)):
            error = _ERRORS[name](message)
            if isinstance(error, BadFileError | TryAgainError):
                return error
    raise ValueError(f"no answer of a reader: {packed!r:.100}")
