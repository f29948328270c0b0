"""Shards of a dump cut into pieces, and one piece through the pure stages into Parquet.

A piece is what one process does; no state is left behind.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from service.export.categories import Categories
from service.light_dataclasses import dataclass
from service.paths import Root
from service.readers.work import make_rows
from service.records import ImageRows, RawRecord
from service.scale.parquet import write_tables
from service.store.connection import open_readonly
from service.store.writer import Store
from service.transfer import read_record

PIECE = 32 * 1024 * 1024
"""Bytes: some thousand images, a quarter of a minute of work.

One slow piece at the end holds nobody up for long.
"""


class Piece(NamedTuple):
    """The lines of a file that begin in a stretch of bytes."""

    number: int
    file: str
    start: int
    end: int


def cut_pieces(files: Iterable[Path], size: int = PIECE) -> Iterator[Piece]:
    """Yield the pieces of these files, numbered in order; every line is in exactly one."""
    numbers = count()
    for file in files:
        whole = file.stat().st_size
        for start in range(0, whole, size):
            yield Piece(next(numbers), str(file), start, min(start + size, whole))


def lines_of(piece: Piece) -> Iterator[tuple[int, bytes]]:
    """Yield where each line of a piece begins, and the line."""
    with Path(piece.file).open("rb") as lines:
        if piece.start:
            lines.seek(piece.start - 1)
            # the rest of the line before; where that ended just here, nothing but its end
            lines.readline()
        at = lines.tell()
        while at < piece.end and (line := lines.readline()):
            yield at, line
            at = lines.tell()


BATCH = 64


@dataclass(frozen=True, slots=True)
class BulkJob:
    """What all pieces have in common."""

    roots: tuple[Root, ...]
    """For dumps that ExifTool wrote by itself."""
    out: str
    """Folder of the tables; every process must see it under this path."""
    now: str
    """``ingested_at`` of all rows."""


@dataclass(frozen=True, slots=True)
class PieceResult:
    """What became of a piece."""

    count: int
    size: int
    """Bytes of the dump."""
    failed: tuple[tuple[str, str], ...]
    """File and byte of the line, and the reason."""


def make_piece(piece: Piece, job: BulkJob) -> PieceResult:
    """Write the rows of a piece, exactly as the service would have them.

    They go through a store of its own, in a temporary file.
    """
    failed: list[tuple[str, str]] = []
    done = 0
    with tempfile.TemporaryDirectory(prefix="aiimagepipe-") as folder:
        path = Path(folder) / "piece.db"
        with Store.open(path) as store:
            store.set_categories(Categories().words)
            records = _records(piece, job.roots, failed)
            while batch := list(islice(records, BATCH)):
                rows = list(_process_batch(batch, failed))
                # the dump itself is the stored record
                store.save(rows, now=job.now, from_disk=False)
                done += len(rows)
        with closing(open_readonly(path)) as connection:
            write_tables(connection, Path(job.out), piece.number)
    return PieceResult(done, piece.end - piece.start, tuple(failed))


def _records(
    piece: Piece, roots: tuple[Root, ...], failed: list[tuple[str, str]]
) -> Iterator[RawRecord]:
    for at, line in lines_of(piece):
        if not line.strip():
            continue
        try:
            yield read_record(line, roots)
        except ValueError as error:
            failed.append((f"{piece.file}, byte {at}", str(error)))


def _process_batch(
    batch: Iterable[RawRecord], failed: list[tuple[str, str]]
) -> Iterator[ImageRows]:
    for raw in batch:
        rows = make_rows(raw)
        if isinstance(rows, ImageRows):
            yield rows
        else:
            failed.append((f"{raw.file.root}/{raw.file.path}", rows.message))
