"""The protocol of ``-stay_open``: an argument a line, and answers that end at numbered marks."""

from collections.abc import Iterator

from service.light_dataclasses import dataclass

STDOUT_MARK = "{ready%d}"
STDERR_MARK = "{post%d}"
_LINE_BREAKERS = frozenset(b"\r\n\0")


def argument_line(argument: str | bytes) -> bytes:
    """Return an argument as ExifTool reads it from stdin.

    Raises ValueError where it would not be one line.

    A line break would begin a further argument, and ``-if`` runs code.
    """
    data = argument.encode("utf-8") if isinstance(argument, str) else argument
    if not _LINE_BREAKERS.isdisjoint(data):
        raise ValueError(f"a line break or NUL in an argument: {argument!r}")
    return data + b"\n"


def execute_lines(number: int) -> bytes:
    """Return the lines that end a request: do it, and print these marks behind it."""
    return f"-echo4\n{STDERR_MARK % number}\n-execute{number}\n".encode("ascii")


@dataclass(frozen=True, slots=True)
class ExifToolAnswer:
    """What ExifTool said to one request."""

    stdout: bytes
    stderr: bytes


class AnswerTooLongError(Exception):
    """One answer grew beyond the cap before its mark came."""


class AnswerStream:
    """Takes bytes in pieces of any size and yields whole answers, in the order of asking."""

    def __init__(self, mark: str, first: int, cap: int) -> None:
        """Expect ``mark % first`` behind the first answer, the next number behind the next one.

        ``cap`` is the most bytes that an answer may have together with its mark.
        """
        self._mark = mark
        self._number = first
        self._cap = cap
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield each answer that ``data`` completes, with its number.

        Raises AnswerTooLongError past the cap.

        The same bytes give the same answers and the same error, in whatever pieces a pipe delivers
        them.
        """
        self._buffer += data
        while (end := self._find_end()) is not None:
            answer = bytes(self._buffer[: end - len(self._expected)])
            del self._buffer[:end]
            yield self._number, answer.strip()
            self._number += 1

    def _find_end(self) -> int | None:
        """Return the position behind the next mark, None where it has not come yet."""
        expected = self._expected
        # The cap is looked at first: a mark beyond it ends nothing, whether it has come or not.
        start = self._buffer.find(expected, self._searched, self._cap)
        if start >= 0:
            self._searched = 0
            return start + len(expected)
        if len(self._buffer) > self._cap:
            raise AnswerTooLongError
        self._searched = max(0, len(self._buffer) - len(expected))
        return None

    @property
    def _expected(self) -> bytes:
        return (self._mark % self._number).encode("ascii")
