"""The second half: a dump's lines into the database, on any machine."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from service.clock import Clock
from service.errors import StartError
from service.model_lookup.resolve_rows import Resolver
from service.paths import Root
from service.records import ImageRows, RawRecord
from service.store.writer import Store
from service.transfer.lines import TransferResult, read_record
from service.worker.batch import process_record

BATCH = 64


def ingest(source: Path, store: Store, roots: Sequence[Root], clock: Clock) -> TransferResult:
    """Fill the database from a dump.

    A line that cannot be read is listed, and the others go on.
    """
    done = TransferResult()
    resolver = Resolver(store)
    with _open(source) as lines:
        records = _read_records(lines, roots, done)
        while batch := list(islice(records, BATCH)):
            rows: list[ImageRows] = []
            for raw in batch:
                made = process_record(raw)
                if isinstance(made, ImageRows):
                    rows.append(made)
                else:
                    done.failed.append((f"{made.root}/{made.path}", made.message))
            store.save(resolver.apply(rows), now=clock.stamp())
            done.count += len(rows)
    return done


def _open(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        what_to_do = "give --in the file that `aiimagepipe dump` wrote"
        raise StartError(f"{source}: cannot be read ({error.strerror}); {what_to_do}") from error


def _read_records(
    lines: Iterable[bytes], roots: Sequence[Root], done: TransferResult
) -> Iterator[RawRecord]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield read_record(line, roots)
        except (ValueError, ValidationError) as error:
            done.failed.append((f"line {number}", str(error)))
