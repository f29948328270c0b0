"""The second half: a dump's lines into the database, on any machine."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from service.clock import Clock
from service.dump_lines import TransferResult, read_record
from service.errors import StartError
from service.model_lookup.resolve_rows import Resolver
from service.paths import Root
from service.readers.messages import Failed
from service.readers.readers import Question, Readers
from service.store import raw_records
from service.store.packed_image import PackedImage
from service.store.raw_records import StoredRecord
from service.store.writer import Store

BATCH = 64


def ingest(
    source: Path, store: Store, readers: Readers, roots: Sequence[Root], clock: Clock
) -> TransferResult:
    """Fill the database from a dump.

    A line that cannot be read is listed, and the others go on.
    """
    done = TransferResult()
    asked: deque[tuple[list[StoredRecord], Question]] = deque()
    saver = _IngestSaver(store, clock, done)
    readers.scale(readers.limit)
    with _open(source) as lines:
        records = _read_records(lines, roots, done)
        while batch := list(islice(records, BATCH)):
            asked.append((batch, readers.remake(batch)))
            if len(asked) > 2 * readers.processes:
                saver.save(*asked.popleft())
        while asked:
            saver.save(*asked.popleft())
    return done


class _IngestSaver:
    """Writes batches as the readers answer."""

    def __init__(self, store: Store, clock: Clock, done: TransferResult) -> None:
        self._store = store
        self._resolver = Resolver(store)
        self._clock = clock
        self._done = done

    def save(self, records: Sequence[StoredRecord], question: Question) -> None:
        """Wait for a batch's rows and write them."""
        rows: list[PackedImage] = []
        for record, answer in zip(records, question.wait_for_all(), strict=True):
            if isinstance(answer, PackedImage):
                rows.append(answer)
            elif isinstance(answer, Failed):
                file = record.file
                self._done.failed.append((f"{file.root}/{file.path}", answer.message))
        self._store.save(self._resolver.apply(rows), now=self._clock.stamp())
        self._done.count += len(rows)


def _open(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        what_to_do = "give --in the file that `aiimagepipe dump` wrote"
        raise StartError(f"{source}: cannot be read ({error.strerror}); {what_to_do}") from error


def _read_records(
    lines: Iterable[bytes], roots: Sequence[Root], done: TransferResult
) -> Iterator[StoredRecord]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            raw = read_record(line, roots)
            yield StoredRecord(raw.file, raw.mime_type, raw.sha256, raw_records.pack(raw))
        except ValueError as error:
            done.failed.append((f"line {number}", str(error)))
