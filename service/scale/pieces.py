"""Shards of a dump, cut into pieces at the ends of lines."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

PIECE = 32 * 1024 * 1024
"""Bytes: some thousand images, a quarter of a minute of work. One slow piece at the end holds nobody up for long."""


class Piece(NamedTuple):
    """The lines of a file that begin in a stretch of bytes."""

    number: int
    file: str
    start: int
    end: int


def pieces_of(files: Iterable[Path], size: int = PIECE) -> Iterator[Piece]:
    """Yield the pieces of these files, numbered in order; every line is in exactly one."""
    stretches = (
        (file, start, min(start + size, whole))
        for file, whole in ((file, file.stat().st_size) for file in files)
        for start in range(0, whole, size)
    )
    for number, (file, start, end) in enumerate(stretches):
        yield Piece(number, str(file), start, end)


def lines_of(piece: Piece) -> Iterator[tuple[int, bytes]]:
    """Yield where each line of a piece begins, and the line."""
    with Path(piece.file).open("rb") as lines:
        if piece.start:
            lines.seek(piece.start - 1)
            lines.readline()  # the rest of the line before; where that ended just here, nothing but its end
        at = lines.tell()
        while at < piece.end and (line := lines.readline()):
            yield at, line
            at = lines.tell()
