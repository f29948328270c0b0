"""Messages on a pipe: four bytes of length, then one MessagePack value.

MessagePack and not pickle: what a process sends that has just read a hostile file must not be able
to run anything in ours. Texts may hold lone surrogates (paths that are not UTF-8).
"""

import struct
import threading
from collections.abc import Iterator
from io import FileIO
from typing import IO, Any

import msgpack

LONGEST = 256 * 1024 * 1024
"""Bytes of one message. A longer one is not ours."""

_LENGTH = struct.Struct(">I")
_ROOM = 256 * 1024
"""Bytes of messages that are read at a time."""
_MOST_HELD = 64 * 1024
"""Bytes of messages that are held back at most. A write of fewer would wake the other process as
often as one of these."""
_BIG = 1
"""MessagePack's extension type for an integer past 64 bits, as decimal digits. A file's time may be
one: a file system of 64-bit seconds can say the year 5138 in nanoseconds."""


class BrokenMessageError(Exception):
    """What came is no message: the process at the other end is out of step."""


def pack_message(message: object) -> bytes:
    """Return a message of None, bool, int, float, str, bytes, lists and tuples as it is sent."""
    body: bytes = msgpack.packb(
        message, default=_pack_big, use_bin_type=True, unicode_errors="surrogatepass"
    )
    return _LENGTH.pack(len(body)) + body


def read_messages(pipe: IO[bytes]) -> Iterator[Any]:
    """Yield each message (tuples, never lists) until the pipe ends.

    Raises BrokenMessageError for what is no message, OSError where the pipe is torn.
    """
    file = FileIO(pipe.fileno(), closefd=False)
    room = memoryview(bytearray(_ROOM))
    end = 0
    while count := file.readinto(room[end:]):
        end += count
        start, longest = 0, _ROOM
        while end - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(room, start)
            if length > LONGEST:
                raise BrokenMessageError(f"a message of {length:,} bytes")
            behind = start + _LENGTH.size + length
            if behind > end:
                longest = max(_ROOM, behind - start)
                break
            yield _unpacked(room[start + _LENGTH.size : behind])
            start = behind
        if start or len(room) != longest:  # else a long message goes on to come
            rest, end = room[start:end], end - start
            if len(room) != longest:
                room = memoryview(bytearray(longest))
            room[:end] = rest


class MessageWriter:
    """Writes whole messages to a pipe. Any thread may send."""

    def __init__(self, pipe: IO[bytes]) -> None:
        """Write to ``pipe``, which is unbuffered."""
        self._pipe = pipe
        self._lock = threading.Lock()
        self._held: list[bytes] = []
        self._size = 0

    def send(self, *message: Any) -> None:
        """Write one message, and before it what is held back."""
        self._add(message, _MOST_HELD)

    def hold(self, *message: Any) -> None:
        """Write one message, at the latest when ``flush`` is called: several go in one write."""
        self._add(message, 0)

    def flush(self) -> None:
        """Write what is held back."""
        if self._held:
            with self._lock:
                self._write()

    def _add(self, message: tuple[Any, ...], weight: int) -> None:
        frame = pack_message(message)
        with self._lock:
            self._held.append(frame)
            self._size += len(frame) + weight
            if self._size >= _MOST_HELD:
                self._write()

    def _write(self) -> None:
        held, self._held, self._size = self._held, [], 0
        rest = memoryview(b"".join(held))
        while rest:
            rest = rest[self._pipe.write(rest) :]


def _pack_big(value: object) -> msgpack.ExtType:
    if isinstance(value, int):
        return msgpack.ExtType(_BIG, str(value).encode())
    raise TypeError(f"cannot be sent: {type(value).__name__}")


def _unpack_big(code: int, data: bytes) -> int:
    if code != _BIG:
        raise ValueError(f"unknown extension type {code}")
    return int(data)


def _unpacked(body: memoryview) -> Any:
    try:
        return msgpack.unpackb(
            body,
            raw=False,
            use_list=False,
            ext_hook=_unpack_big,
            unicode_errors="surrogatepass",
            strict_map_key=False,
        )
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise BrokenMessageError(str(error)) from error
