"""A reader's slate: the few bytes on which it notes what it is at, for the main process to look at.

A message for each stage of each file would wake a thread of the main process each time, for what
is hardly ever asked. So a reader writes it into memory that both share, and the main process looks
there when the reader may be late, when it has died, and for ``status``. A thread of the reader
could not tell in its place: a regular expression that hangs holds the interpreter's lock.

The memory has no name in any folder, so that nothing is left of it however both end: an anonymous
file on POSIX, whose number the reader inherits, and a named mapping on Windows. The main process
reads the file and never maps it: a reader that cuts it short would end us with SIGBUS.
"""

import mmap
import os
import struct
import sys
import time
from typing import NamedTuple

_SIZE = 4096
_NOTE = struct.Struct("<Qqqq16sddQ")
"""The note's number, request, place, size, stage, both times, and the number again."""
_PLACES = (0, 128)
"""Notes are written by turns to one and the other, so that one is whole at any moment: also where a
reader was killed while it wrote."""
_EARLY_S = 1.0
"""A note may be so much later than our clock: that of two processors may differ a little."""


class Note(NamedTuple):
    """What a reader says it is at. It is no more than well-formed: the reader may lie."""

    number: int
    """Of the request."""
    place: int
    """Of the file in it."""
    stage: str
    size: int
    """Bytes that keep it."""
    begun: float
    """When it began that stage of that file, by ``time.monotonic``."""
    time: float
    """When it last showed that it goes on."""


class Slate:
    """The main process's side. Close it when the reader has ended."""

    def __init__(self) -> None:
        """Raise OSError where the system has no room for it."""
        if sys.platform == "win32":
            self.name = f"aiimagepipe-{os.urandom(16).hex()}"
            self._map = mmap.mmap(-1, _SIZE, self.name)
        else:
            self._file = _open_anonymous()
            self.name = str(self._file)

    @property
    def inherited(self) -> tuple[int, ...]:
        """Return the open files that the reader must inherit."""
        return () if sys.platform == "win32" else (self._file,)

    def read(self) -> Note | None:
        """Return the last note; None where there is none, or what is there cannot be one."""
        if sys.platform == "win32":
            data = self._map[:]
        else:
            data = os.pread(self._file, _SIZE, 0)
        if len(data) != _SIZE:
            return None
        first, second = (_NOTE.unpack_from(data, place) for place in _PLACES)
        whole = [note for note in (first, second) if note[0] == note[-1] and note[0] > 0]
        return _checked(max(whole)) if whole else None

    def close(self) -> None:
        """Give the memory back."""
        if sys.platform == "win32":
            self._map.close()
        else:
            os.close(self._file)


class SlateWriter:
    """The reader's side. One thread writes."""

    def __init__(self, name: str) -> None:
        """Open the slate that the main process calls ``name``."""
        if sys.platform == "win32":
            self._map = mmap.mmap(-1, _SIZE, name)
        else:
            self._map = mmap.mmap(int(name), _SIZE)
            os.close(int(name))
        self._count = 0
        self._last: tuple[int, int, int, bytes, float] = (0, 0, 0, b"", 0.0)

    def note(self, number: int, place: int, stage: str, size: int) -> None:
        """Note that a stage of a file begins, which so many bytes keep it at."""
        self._last = number, place, size, stage.encode(), time.monotonic()
        self.go_on()

    def go_on(self) -> None:
        """Note that it still is at what it noted last, and has its time anew."""
        self._count = count = self._count + 1
        _NOTE.pack_into(self._map, _PLACES[count & 1], count, *self._last, time.monotonic(), count)


def _checked(fields: tuple[int, int, int, int, bytes, float, float, int]) -> Note | None:
    _, number, place, size, word, begun, last, _ = fields
    stage = word.rstrip(b"\0")
    if place < 0 or size < 0 or not (stage.isascii() and stage.decode("latin-1").isprintable()):
        return None
    now = time.monotonic()
    if not 0 <= begun <= last <= now + _EARLY_S:  # NaN is none of these either
        return None
    return Note(number, place, stage.decode("ascii"), size, min(begun, now), min(last, now))


def _open_anonymous() -> int:
    """Return the number of an open file that has no name and vanishes with its last user."""
    if sys.platform == "linux" and hasattr(os, "memfd_create"):
        file = os.memfd_create("aiimagepipe reader")
    else:
        import tempfile  # noqa: PLC0415 (macOS only)

        with tempfile.TemporaryFile(buffering=0) as named:
            file = os.dup(named.fileno())
    try:
        os.write(file, bytes(_SIZE))  # a hole on a full disk would end the reader with SIGBUS
    except OSError:
        os.close(file)
        raise
    return file
