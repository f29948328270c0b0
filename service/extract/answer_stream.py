"""A pipe's bytes cut into answers at ExifTool's numbered marks (``{ready7}`` on stdout, ``post7`` on stderr)."""

from collections.abc import Iterator


class AnswerTooLongError(Exception):
    """One answer grew beyond the cap before its mark came."""


class AnswerStream:
    """Takes bytes in pieces of any size and yields whole answers, in the order of asking."""

    def __init__(self, mark: str, first: int, cap: int) -> None:
        """Expect ``mark % first`` behind the first answer, ``mark % (first + 1)`` behind the next, and so on."""
        self._mark = mark
        self._number = first
        self._cap = cap
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield each answer that ``data`` completes, with its number.

        Raises AnswerTooLongError past the cap.
        """
        self._buffer += data
        while (at := self._buffer.find(self._expected, self._searched)) >= 0:
            answer = bytes(self._buffer[:at])
            del self._buffer[: at + len(self._expected)]
            self._searched = 0
            yield self._number, answer.strip()
            self._number += 1
        self._searched = max(0, len(self._buffer) - len(self._expected))
        if len(self._buffer) > self._cap:
            raise AnswerTooLongError

    @property
    def _expected(self) -> bytes:
        return (self._mark % self._number).encode("ascii")
