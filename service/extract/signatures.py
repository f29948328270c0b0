"""One sequential read of a file: its kind, its SHA-256, and whether ExifTool may be shown it."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field, replace
from io import FileIO
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

from service.errors import BadFileError, FileGoneError, TryAgainError
from service.extract import magic_numbers
from service.extract.png_chunks import ChunkScan
from service.extract.structure_checks import SegmentScan, XmpScan, check_blocks, check_directories
from service.file_systems import modified_ns
from service.light_dataclasses import dataclass

STEP = 64 * 1024 * 1024
"""Bytes of a file between two signs of life. In the slow lane a minute is allowed to so many."""
_BLOCK = 512 * 1024
_WALKS = {"image/tiff": check_directories, "image/gif": check_blocks}
"""What is looked at by going to and fro in a file, once it has been read."""
Said = TypeVar("Said")

_PRINTABLE = bytes(range(32, 127)).rjust(127, b".").ljust(256, b".")
"""Byte → itself where it is printable ASCII, else a dot."""


class FileState(NamedTuple):
    """By what it is seen that a file was written or replaced, each as ``lstat`` says it."""

    size: int
    """Bytes."""
    mtime_ns: int
    """When it was last written, as rows have it."""
    ctime_ns: int
    """When its bytes or its entry last changed: also where a program set ``mtime_ns`` back. On
    Windows when it was made."""
    inode: int
    """A file that takes another's place has a number of its own."""

    @classmethod
    def of(cls, location: Path) -> Self:
        """Return the state of a file at this moment. Raises OSError."""
        found = os.lstat(location)
        return cls(found.st_size, modified_ns(found), found.st_ctime_ns, found.st_ino)


@dataclass(frozen=True, slots=True)
class Signature:
    """What a file's bytes say of it before any metadata is read."""

    mime_type: str | None
    """None only for an empty file."""
    sha256: str
    """Lower-case hex."""
    has_alpha: bool
    """Whether a PNG or a WebP has an alpha channel; False for every other kind."""
    state: FileState | None = field(default=None, compare=False)
    """What the file was when its bytes were hashed; ``check_unchanged`` compares with it."""
    needs_exiftool: bool = field(default=False, compare=False)
    """Whether it was tried to read these bytes without ExifTool, in vain."""


def inspect(
    location: Path,
    size: int,
    mtime_ns: int | None = None,
    on_step: Callable[[], None] = lambda: None,
) -> Signature:
    """Read a file once, from start to end, and return its signature.

    ``on_step`` is called after each ``STEP`` bytes, so that a slow disk is known from a dead one.
    Raises BadFileError for what is no image, carries a text bomb or has a structure that would
    cost ExifTool too much, FileGoneError where there is no such file, and TryAgainError where it is
    locked, no longer ``size`` bytes long, last written at another time than ``mtime_ns`` (None:
    whenever), or written while it was read.
    """
    with _opened(location, mtime_ns) as (file, state):
        return _read(file, size, state, on_step)


def inspect_held(
    location: Path,
    size: int,
    mtime_ns: int,
    room: bytearray,
    read: Callable[[str | None, memoryview], Said | None],
) -> tuple[Signature, Said | None]:
    """Do the same in ``room``, which is longer than ``size``, and ``read`` the bytes there.

    What can be held is too small for signs of life meanwhile.
    ``read`` is told their kind, and returns None where ExifTool is to be asked: only then does it
    matter what XMP costs.
    """
    with _opened(location, mtime_ns) as (file, state):
        data = _fill(room, file)
        look = _Look(data, size, looks_for_xmp=False)
        for piece in _pieces(data):
            look.feed(piece)
        _require_whole(len(data), size)
        found = look.conclude(file, hashlib.sha256(data).hexdigest(), state)
    said = read(found.mime_type, data)
    if said is not None:
        return found, said
    if _may_hold_xmp(found.mime_type):
        scan = XmpScan()
        for piece in _pieces(data):
            scan.feed(piece)
    return replace(found, needs_exiftool=True), None


@contextmanager
def _opened(location: Path, mtime_ns: int | None) -> Iterator[tuple[FileIO, FileState]]:
    """Open a file that must stay as it is until the block ends; raise what ``inspect`` does."""
    try:
        state = FileState.of(location)
        if mtime_ns is not None and state.mtime_ns != mtime_ns:
            raise TryAgainError("written since it was seen")
        with FileIO(location, opener=_open_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadFileError("not a regular file")
            yield file, state
        if FileState.of(location) != state:
            raise TryAgainError("written or replaced while it was read")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileGoneError(f"gone before it was read: {error.strerror}") from error
    except IsADirectoryError as error:
        raise BadFileError("not a regular file") from error
    except OSError as error:  # a share violation on Windows is a PermissionError, too
        raise TryAgainError(f"cannot be read now: {error.strerror}") from error


def check_unchanged(location: Path, state: FileState | None) -> None:
    """Raise TryAgainError where a file is no longer what it was when it was hashed.

    Else one content's hash would stand beside another's facts, and, where the size and the time
    are the same, for ever. FileGoneError where there is no file any more.
    """
    if state is None:
        return
    try:
        now = FileState.of(location)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileGoneError("gone while ExifTool read it") from error
    except OSError as error:
        raise TryAgainError(f"cannot be looked at now: {error.strerror}") from error
    if now != state:
        raise TryAgainError("written or replaced while ExifTool read it")


def _open_without_waiting(path: str, flags: int) -> int:
    """Open without waiting: a named pipe in the folder would otherwise hold the worker for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _read(file: FileIO, size: int, state: FileState, on_step: Callable[[], None]) -> Signature:
    # The first block is looked at by itself: an unknown kind is refused before gigabytes of it are
    # hashed.
    head = memoryview(file.read(_BLOCK))
    look = _Look(head, size, looks_for_xmp=True)
    digest = hashlib.sha256()
    count = 0
    for block in _blocks(file, head, size):
        look.feed(block)
        digest.update(block)
        steps = count // STEP
        count += len(block)
        if count // STEP > steps:
            on_step()
        if count > size:  # a file that grows as fast as it is read would never end
            break
    _require_whole(count, size)
    return look.conclude(file, digest.hexdigest(), state)


def _require_whole(count: int, size: int) -> None:
    if count != size:
        raise TryAgainError(f"still being written: {count} bytes read, {size} expected")


class _Look:
    """What is looked at in a file's bytes besides its hash, by its kind."""

    def __init__(self, head: memoryview, size: int, *, looks_for_xmp: bool) -> None:
        self._mime_type = mime_type = _read_kind(head, size)
        self._has_alpha = mime_type == "image/webp" and magic_numbers.has_webp_alpha(
            head[:64].tobytes()
        )
        self._chunks = ChunkScan() if mime_type == "image/png" else None
        self._segments = SegmentScan() if mime_type == "image/jpeg" else None
        self._xmp = XmpScan() if looks_for_xmp and _may_hold_xmp(mime_type) else None
        self._is_begun = False

    def feed(self, block: memoryview) -> None:
        """Take the next bytes. Raises BadFileError where something exceeds a limit."""
        if self._xmp is not None:
            self._xmp.feed(block)
        if self._segments is not None:
            self._segments.feed(block)
        if self._chunks is not None:
            start = 0 if self._is_begun else len(magic_numbers.PNG)
            self._chunks.feed(block[start:])
        self._is_begun = True

    def conclude(self, file: FileIO, sha256: str, state: FileState) -> Signature:
        """Return the signature, once all bytes were taken. Raises BadFileError as ``feed`` does."""
        if self._mime_type in _WALKS:
            _WALKS[self._mime_type](file)
        if self._chunks is None:
            return Signature(self._mime_type, sha256, self._has_alpha, state)
        mime_type = "image/apng" if self._chunks.animated else self._mime_type
        return Signature(mime_type, sha256, self._chunks.has_alpha, state)


def _may_hold_xmp(mime_type: str | None) -> bool:
    """Return whether XMP is looked for in all bytes of a kind. In a PNG it is in its chunks."""
    is_image = mime_type is not None and mime_type.startswith("image/")
    return is_image and mime_type not in ("image/png", "image/apng")


def _fill(room: bytearray, file: FileIO) -> memoryview:
    """Read what fits, and return it."""
    whole = memoryview(room)
    count = 0
    while got := file.readinto(whole[count:]):
        count += got
    return whole[:count]


def _blocks(file: FileIO, head: memoryview, size: int) -> Iterator[memoryview]:
    """Yield the whole file; each block is good until the next one is asked for."""
    yield from _pieces(head)
    buffer = memoryview(bytearray(min(_BLOCK, max(1, size - len(head)))))
    while got := file.readinto(buffer):
        yield buffer[:got]


def _pieces(data: memoryview) -> Iterator[memoryview]:
    """Yield bytes in blocks: what is counted in one is known before the next is taken apart."""
    for at in range(0, len(data), _BLOCK):
        yield data[at : at + _BLOCK]


def _read_kind(head: memoryview, size: int) -> str | None:
    mime_type = magic_numbers.kind_of(head[: magic_numbers.HEAD].tobytes())
    if mime_type is None and head:
        raise BadFileError(f"not an image: starts with {_describe(head[:12].tobytes())}")
    if size and not head:
        raise TryAgainError(f"still being written: empty, {size} bytes expected")
    return mime_type


def _describe(start: bytes) -> str:
    text = start.translate(_PRINTABLE).decode("ascii")
    return f"{start.hex(' ')} ({text})"
