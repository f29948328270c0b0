"""The second half: a dump's records into the database, on any machine.

A dump has one object a line. What ``exiftool -j`` wrote by itself is an array of them, of any size,
which is read object by object.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from service.catalog.json_stream import JunkError, elements, marked_encoding
from service.clock import Clock
from service.dump_lines import UNKNOWN, TransferResult, record_of
from service.errors import StartError
from service.model_lookup.resolve_rows import Resolver
from service.parse.json_texts import parse_json
from service.paths import Root
from service.readers.messages import Failed
from service.readers.readers import Readers
from service.readers.remaking import Remaking
from service.records.files import WatchedFile
from service.records.json_values import JsonValue
from service.store import raw_records
from service.store.packed_image import PackedImage
from service.store.raw_records import StoredRecord
from service.store.writer import Store

BATCH = 64

TEXTS = ("text/", "application/json")
"""How the kinds begin of texts beside images, which ``exiftool -r`` lists with them."""

HEAD = 100
"""Characters that tell an array from lines."""
_ARRAY = re.compile(r"\ufeff?\s*\[\s*[{\]]")


def ingest(
    source: Path, store: Store, readers: Readers, roots: Sequence[Root], clock: Clock
) -> TransferResult:
    """Fill the database from a dump.

    A line or an object that cannot be read is listed, and the others go on.
    """
    ingestion = Ingestion(source, store, readers, roots, clock)
    for _ in ingestion.run(BATCH):
        store.checkpoint()  # else the log would grow to many times the dump
    return ingestion.done


class Ingestion(Remaking):
    """Fills the database from a dump, a batch at a time. Raises StartError where it has none."""

    def __init__(
        self,
        source: Path,
        store: Store,
        readers: Readers,
        roots: Sequence[Root],
        clock: Clock,
    ) -> None:
        super().__init__(readers)
        self.done = TransferResult()
        self._store = store
        self._resolver = Resolver(store)
        self._clock = clock
        self._text = _open(source)
        self._records = _read_records(self._text, roots, self.done)

    def ask(self, limit: int) -> bool:
        """Ask the readers for the rows of up to ``limit`` files; return whether there were any."""
        batch = list(islice(filter(self._says_more, self._records), limit))
        if not batch:
            self._text.close()
            return False
        self._ask_for(batch)
        return True

    def _save(
        self, rows: Sequence[PackedImage], failed: Sequence[tuple[WatchedFile, Failed]]
    ) -> int:
        self._store.save(self._resolver.apply(rows), now=self._clock.stamp())
        self.done.failed += [(f"{file.root}/{file.path}", one.message) for file, one in failed]
        self.done.count += len(rows)
        return len(rows)

    def _says_more(self, record: StoredRecord) -> bool:
        """Return False, and count it, where a file's own row is there: its bytes were read for it.

        What ExifTool printed by itself knows neither hash nor size. A text in it is no image, and
        not counted.
        """
        if record.file.size != UNKNOWN:
            return True
        if (record.mime_type or "").startswith(TEXTS):
            return False
        known = self._store.find(record.file.root, record.file.path)
        is_poorer = known is not None and known.file.size != UNKNOWN
        self.done.kept += is_poorer
        return not is_poorer

    def further_counts(self) -> dict[str, int]:
        """Return what a waiting command tells besides."""
        return {"kept": self.done.kept}

    def failures(self) -> list[tuple[str, str]]:
        """Return the place of what could not be read, and why."""
        return self.done.failed


def _open(source: Path) -> TextIO:
    if source.exists() and not source.is_file():  # a pipe would hold the service up for ever
        raise StartError(f"{source}: is no file; write what comes out of a pipe into one first")
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
