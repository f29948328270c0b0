"""Messages on a pipe: four bytes of length, then one MessagePack value.

MessagePack and not pickle: what a process sends that has just read a hostile file must not be able
to run anything in ours. Texts may hold lone surrogates (paths that are not UTF-8).
"""

import os
import struct
from collections.abc import Iterator
from typing import IO, Any

import msgpack

LONGEST = 256 * 1024 * 1024
"""Bytes of one message. A longer one is not ours."""

_LENGTH = struct.Struct(">I")
_READ = 256 * 1024
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
    buffer = bytearray()
    while data := os.read(pipe.fileno(), _READ):
        buffer += data
        start = 0
        while len(buffer) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(buffer, start)
            if length > LONGEST:
                raise BrokenMessageError(f"a message of {length:,} bytes")
            end = start + _LENGTH.size + length
            if len(buffer) < end:
                break
            yield _unpacked(buffer[start + _LENGTH.size : end])
            start = end
        del buffer[:start]


def _pack_big(value: object) -> msgpack.ExtType:
    if isinstance(value, int):
        return msgpack.ExtType(_BIG, str(value).encode())
    raise TypeError(f"cannot be sent: {type(value).__name__}")


def _unpack_big(code: int, data: bytes) -> int:
    if code != _BIG:
        raise ValueError(f"unknown extension type {code}")
    return int(data)


def _unpacked(body: bytearray) -> Any:
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
