"""The second half: a dump's records into the database, on any machine.

A dump has one object a line. What ``exiftool -j`` wrote by itself is an array of them, of any size,
which is read object by object.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from service.catalog.json_stream import JunkError, elements, marked_encoding
from service.clock import Clock
from service.dump_lines import TransferResult, record_of
from service.errors import StartError
from service.model_lookup.resolve_rows import Resolver
from service.parse.json_texts import parse_json
from service.paths import Root
from service.readers.messages import Failed
from service.readers.readers import Question, Readers
from service.records.json_values import JsonValue
from service.store import raw_records
from service.store.packed_image import PackedImage
from service.store.raw_records import StoredRecord
from service.store.writer import Store

BATCH = 64

HEAD = 100
"""Characters that tell an array from lines."""
_ARRAY = re.compile(r"\ufeff?\s*\[\s*[{\]]")


def ingest(
    source: Path, store: Store, readers: Readers, roots: Sequence[Root], clock: Clock
) -> TransferResult:
    """Fill the database from a dump.

    A line or an object that cannot be read is listed, and the others go on.
    """
    done = TransferResult()
    asked: deque[tuple[list[StoredRecord], Question]] = deque()
    saver = _IngestSaver(store, clock, done)
    readers.scale(readers.limit)
    with _open(source) as text:
        records = _read_records(text, roots, done)
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
        self._store.checkpoint()  # else the log would grow to many times the dump
        self._done.count += len(rows)


def _open(source: Path) -> TextIO:
    try:
        encoding = marked_encoding(source) or "utf-8"
        return source.open(encoding=encoding, errors="replace", newline="\n")
    except OSError as error:
        what_to_do = "give --in the file that `aiimagepipe dump` wrote"
        raise StartError(f"{source}: cannot be read ({error.strerror}); {what_to_do}") from error


def _read_records(
    text: TextIO, roots: Sequence[Root], done: TransferResult
) -> Iterator[StoredRecord]:
    """Yield what a dump states of each file; what cannot be read is among the failures."""
    is_array = _ARRAY.match(text.read(HEAD)) is not None
    text.seek(0)
    values = _objects(text, done) if is_array else _lines(text)
    for place, value in values:
        try:
            raw = record_of(value, roots)
            yield StoredRecord(raw.file, raw.mime_type, raw.sha256, raw_records.pack(raw))
        except (ValueError, TypeError) as error:  # TypeError: nested too deep
            done.failed.append((place, str(error)))


def _lines(text: TextIO) -> Iterator[tuple[str, JsonValue]]:
    for number, line in enumerate(text, 1):
        if line.strip():
            yield f"line {number}", parse_json(line)


def _objects(text: TextIO, done: TransferResult) -> Iterator[tuple[str, JsonValue]]:
    number = 0
    try:
        for number, value in enumerate(elements(text), 1):
            yield f"object {number}", value
    except JunkError as error:
        done.failed.append((f"behind object {number}", str(error)))
