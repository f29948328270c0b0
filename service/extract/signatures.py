"""One sequential read of a file.

Of what kind it is, its SHA-256, and whether ExifTool may be shown it.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from service.errors import BadFileError, FileGoneError, TryAgainError
from service.extract import magic
from service.extract.png_chunks import ChunkScan

_BLOCK = 512 * 1024


@dataclass(frozen=True, slots=True)
class Signature:
    """What a file's bytes say of it before any metadata is read."""

    mime_type: str | None
    """None only for an empty file."""
    sha256: str
    """Lower-case hex."""
    has_alpha: bool
    """Whether a PNG or a WebP has an alpha channel; False for every other kind."""


def inspect(location: Path, size: int) -> Signature:
    """Read a file once, from start to end, and return its signature.

    Raises BadFileError for what is no image or carries a text bomb, FileGoneError where there is no
    such file, and TryAgainError where it is locked or no longer ``size`` bytes long.
    """
    try:
        # Path.open takes no opener.
        with open(location, "rb", buffering=0, opener=_opener) as file:
            return _read(file, size)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileGoneError(f"gone before it was read: {error.strerror}") from error
    except IsADirectoryError as error:
        raise BadFileError("not a regular file") from error
    except OSError as error:  # a share violation on Windows is a PermissionError, too
        raise TryAgainError(f"cannot be read now: {error.strerror}") from error


def _opener(path: str, flags: int) -> int:
    """Open without waiting: a named pipe in the folder would otherwise hold the worker for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _read(file: FileIO, size: int) -> Signature:
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise BadFileError("not a regular file")
    # The first block is looked at by itself: an unknown kind is refused before gigabytes of it are
    # hashed.
    head = file.read(_BLOCK)
    mime_type = _known(head, size)
    scan = ChunkScan() if mime_type == "image/png" else None
    digest = hashlib.sha256()
    count = 0
    for block in _blocks(file, head, size):
        if scan is not None:
            scan.feed(block if count else block[len(magic.PNG) :])
        digest.update(block)
        count += len(block)
        if count > size:  # a file that grows as fast as it is read would never end
            break
    if count != size:
        raise TryAgainError(f"still being written: {count} bytes read, {size} expected")
    if scan is not None:
        return Signature(
            "image/apng" if scan.animated else mime_type, digest.hexdigest(), scan.has_alpha
        )
    return Signature(
        mime_type, digest.hexdigest(), mime_type == "image/webp" and magic.webp_alpha(head)
    )


def _blocks(file: FileIO, head: bytes, size: int) -> Iterator[memoryview]:
    """Yield the whole file; each block is good until the next one is asked for."""
    yield memoryview(head)
    buffer = memoryview(bytearray(min(_BLOCK, max(1, size - len(head)))))
    while got := file.readinto(buffer):
        yield buffer[:got]


def _known(head: bytes, size: int) -> str | None:
    mime_type = magic.kind(head[: magic.HEAD])
    if mime_type is None and head:
        raise BadFileError(f"not an image: starts with {_shown(head[:12])}")
    if size and not head:
        raise TryAgainError(f"still being written: empty, {size} bytes expected")
    return mime_type


def _shown(start: bytes) -> str:
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in start)  # noqa: PLR2004 - printable ASCII
    return f"{start.hex(' ')} ({text})"
