"""The way in: the tags of a file, or None where it is ExifTool's."""

import logging
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from service.extract.cut_texts import whole_texts
from service.extract.direct.avif import read_avif
from service.extract.direct.found_tags import TESTED, Dialect, FoundTags, NotUnderstoodError, Tags
from service.extract.direct.jpeg import read_jpeg
from service.extract.direct.jxl import read_jxl
from service.extract.direct.png import read_png
from service.extract.direct.webp import read_webp
from service.extract.signatures import Signature, inspect, inspect_held
from service.light_dataclasses import dataclass

log = logging.getLogger(__name__)

VERSION = 2
"""Raised when the tags of any file change."""

DIRECT = f"direct {VERSION}"
"""Who read it, as records name it."""

LARGEST = 32 * 1024 * 1024
"""Bytes of a file, which is held whole. At larger ones reading costs more than ExifTool does."""

_KEPT = 4 * 1024 * 1024
"""Bytes of a file, from which its memory is given back."""

_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".avif", ".jxl"})
"""Of names. ExifTool calls a JPEG that ends otherwise by that ending."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of file, as ExifTool calls it, and what reads it."""

    file_type: str
    ending: str
    read: Callable[[memoryview, FoundTags], None]


_KINDS = {
    "image/png": _Kind("PNG", "png", read_png),
    "image/jpeg": _Kind("JPEG", "jpg", read_jpeg),
    "image/webp": _Kind("WEBP", "webp", read_webp),
    "image/avif": _Kind("AVIF", "avif", read_avif),
    "image/jxl": _Kind("JXL", "jxl", read_jxl),
}


class DirectReader:
    """Reads files whole, one after the other into the same memory.

    Fresh pages for each would cost three times what is done with its bytes.
    """

    def __init__(self, dialect: Dialect) -> None:
        """Answer as the ExifTool of this dialect does."""
        self._dialect = dialect
        self._buffer = bytearray()

    def read_tags(self, location: Path, size: int, mime_type: str | None) -> Tags | None:
        """Return what ExifTool would say of a file, without ``System`` and its own version.

        None where ExifTool is to be asked: a kind that is not read here, a file that is large or
        gone, or that holds anything for which there is no rule.
        """
        if mime_type not in _KINDS or size > LARGEST or location.suffix.lower() not in _ENDINGS:
            return None
        buffer = self._room_for(size)
        try:
            with location.open("rb", buffering=0) as file:
                is_whole = file.readinto(buffer) == size
        except OSError:
            return None
        return self.read_bytes(memoryview(buffer)[:size], mime_type, location) if is_whole else None

    def inspect(
        self, location: Path, size: int, mtime_ns: int, on_step: Callable[[], None]
    ) -> tuple[Signature, Tags | None]:
        """Return a file's signature, and its tags as ``read_tags`` does, of one reading of it.

        Raises what ``inspect`` of ``signatures`` raises.
        """
        if size > LARGEST or location.suffix.lower() not in _ENDINGS:
            return inspect(location, size, mtime_ns, on_step), None

        def read(mime_type: str | None, data: memoryview) -> Tags | None:
            return self.read_bytes(data, mime_type, location) if mime_type in _KINDS else None

        return inspect_held(location, size, mtime_ns, self._room_for(size), read)

    def read_bytes(self, data: bytes | memoryview, mime_type: str, location: Path) -> Tags | None:
        """Return what ExifTool would say of bytes that are, or come from, the file of a place."""
        try:
            return tags_of(data, mime_type, self._dialect)
        except MemoryError:  # the reader ends; the file is read again by itself, in a fresh one
            raise
        except Exception:  # a bug of ours is no reason not to ask ExifTool
            log.exception("bug_in_reading_directly", extra={"path": str(location)})
            return None

    def _room_for(self, size: int) -> bytearray:
        """Return room for a file and one more byte, which shows whether it has grown."""
        if size >= _KEPT:
            return bytearray(size + 1)
        if size >= len(self._buffer):
            self._buffer = bytearray(min(2 * size, _KEPT - 1) + 1)
        return self._buffer


def tags_of(data: bytes | memoryview, mime_type: str, dialect: Dialect = TESTED) -> Tags | None:
    """Return the tags of a whole file's bytes, None where ExifTool is to be asked."""
    kind = _KINDS[mime_type]
    found = FoundTags(dialect)
    found.add("File", "FileType", kind.file_type)
    found.add("File", "FileTypeExtension", kind.ending)
    found.add("File", "MIMEType", mime_type)
    try:
        kind.read(memoryview(data), found)
    except NotUnderstoodError:
        return None
    tags = found.tags()
    if found.has_cut_text:
        tags |= whole_texts(BytesIO(data), tags)
    return tags
