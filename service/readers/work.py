"""What a reader process does: one request after another, and the next one prepared meanwhile.

ExifTool is a process of its own. While it reads a batch, this one looks at the bytes of the next;
when it has answered, this one makes the rows. Before each stage of each file it notes so on its
slate: the main process ends a reader that is silent for longer than the file may take. The answers
of one request are sent several at a time, since whoever asked waits for the last of them.
"""

import logging
import queue
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zstandard import ZstdError

from service import pipeline
from service.dump_lines import make_line
from service.errors import BadFileError, TooSlowError, TryAgainError
from service.extract.file_to_read import FileToRead
from service.extract.reader import Audited, TagReader
from service.extract.signatures import STEP, inspect
from service.extract.tag_batch import TagBatch
from service.extract.thumbnails import draw_thumbnail
from service.light_dataclasses import dataclass
from service.readers import messages
from service.readers.frames import MessageWriter
from service.readers.slate import SlateWriter
from service.records import ImageRows, RawRecord
from service.store import raw_records
from service.store.packed_image import pack_image

log = logging.getLogger(__name__)

_LARGE = 4 * 1024 * 1024
"""Bytes of a file that takes so long that no answer waits for it."""

AHEAD = 1
"""Batches that ExifTool is given while this process still makes the rows of one."""


@dataclass(frozen=True, slots=True)
class ExifToolDeadlines:
    """Seconds for ExifTool, for a batch and for each file alone, before bytes are counted."""

    quick: float
    slow: float
    bytes_per_s: float

    def of(self, size: int, *, is_slow: bool) -> float:
        """Return the seconds for so many bytes."""
        return (self.slow if is_slow else self.quick) + size / self.bytes_per_s


@dataclass(frozen=True, slots=True)
class _Reading:
    """A request that ExifTool is reading."""

    number: int
    kind: str
    is_slow: bool
    batch: TagBatch


class ReaderWork:
    """Answers requests, and notes on its slate what it is at.

    Without ``tags`` it only makes rows from stored records.
    """

    def __init__(
        self,
        tags: TagReader | None,
        deadlines: ExifToolDeadlines,
        slate: SlateWriter,
        answers: MessageWriter,
    ) -> None:
        self._tags = tags
        self._deadlines = deadlines
        self._slate = slate
        self._answers = answers
        self._readings: deque[_Reading] = deque()

    def serve(self, requests: "queue.SimpleQueue[Any]") -> None:
        """Answer until None is asked."""
        is_open = True
        while is_open or self._readings:
            is_full = len(self._readings) > AHEAD
            if self._readings and (is_full or not is_open or requests.empty()):
                self._finish(self._readings.popleft())
                self._answers.flush()
                continue
            request = requests.get()
            if request is None:
                is_open = False
            else:
                self._begin(*request)
                self._answers.flush()

    def _note(self, number: int, index: int, stage: str, size: int) -> None:
        """Note that a stage of a file begins. Before a long one all that is answered is sent."""
        if size > _LARGE:
            self._answers.flush()
        self._slate.note(number, index, stage, size)

    def _begin(self, number: int, kind: str, is_slow: bool, items: Sequence[Any]) -> None:  # noqa: FBT001 (a message's part)
        if kind == messages.LOOK:
            self._look(number, items)
        elif kind == messages.REMAKE:
            self._remake(number, items)
        elif kind == messages.AUDIT:
            self._audit(number, items)
        elif kind == messages.DRAW:
            self._draw(number, items, is_slow=is_slow)
        elif self._tags is None:
            raise ValueError(f"asked to {kind} without ExifTool")
        elif kind == messages.TAKE:
            self._take(number, items, self._tags)
        else:
            files = [messages.unpack_to_read(item) for item in items]

            def tell(index: int) -> None:
                self._note(number, index, "extract", files[index].file.size)

            self._readings.append(_Reading(number, kind, is_slow, self._tags.begin(files, tell)))

    def _look(self, number: int, items: Sequence[Any]) -> None:
        for index, (location, size, mtime_ns) in enumerate(items):
            self._note(number, index, "look", min(size, STEP))
            try:
                found = inspect(Path(location), size, mtime_ns, self._slate.go_on)
            except (BadFileError, TryAgainError) as error:
                answer = messages.pack_error(error)
            else:
                answer = ("signature", *messages.pack_signature(found))
            self._answers.hold("is", number, index, answer)

    def _take(self, number: int, items: Sequence[Any], tags: TagReader) -> None:
        for index, item in enumerate(items):
            location, file = messages.unpack_known(item)
            self._note(number, index, "look", min(file.size, STEP))
            try:
                found, raw = tags.take(location, file, self._slate.go_on)
            except (BadFileError, TryAgainError) as error:
                answer = messages.pack_error(error)
            else:
                packed = None
                if raw is not None:
                    self._note(number, index, "parse", file.size)
                    packed = _pack_known(raw, tells_bug=False)  # it is told when the file is read
                answer = ("taken", messages.pack_signature(found.signature), packed)
            self._answers.hold("is", number, index, answer)

    def _audit(self, number: int, items: Sequence[Any]) -> None:
        for index, item in enumerate(items):
            location, file = messages.unpack_known(item)
            self._note(number, index, "look", min(file.size, STEP))
            try:
                found = inspect(location, file.size, file.mtime_ns, self._slate.go_on)
                self._note(number, index, "extract", file.size)
                audited = self._compare(FileToRead(location, file, found))
            except (BadFileError, TryAgainError) as error:
                answer = messages.pack_error(error)
            else:
                packed = None
                if audited.record is not None:
                    packed = _pack_known(audited.record, tells_bug=True)
                signature = messages.pack_signature(found)
                answer = ("audit", signature, audited.is_compared, packed)
            self._answers.send("is", number, index, answer)

    def _compare(self, file: FileToRead) -> Audited:
        """Read a file by both readers. One with texts beside it is left alone: some may be gone."""
        if self._tags is None or file.file.sidecars:
            return Audited()
        return self._tags.audit(file, self._deadlines.of(file.file.size, is_slow=False))

    def _draw(self, number: int, items: Sequence[Any], *, is_slow: bool) -> None:
        for index, (location, size, mtime_ns, edge) in enumerate(items):
            self._note(number, index, "draw", size)
            try:
                seconds = self._deadlines.of(size, is_slow=is_slow)
                drawn = draw_thumbnail(Path(location), size, mtime_ns, edge, seconds)
                answer: tuple[Any, ...] = ("thumbnail", *drawn)
            except TooSlowError as error:
                if not is_slow:
                    self._answers.send("slow", number, index)
                    continue
                answer = messages.pack_error(error)
            except (BadFileError, TryAgainError) as error:
                answer = messages.pack_error(error)
            self._answers.send("is", number, index, answer)

    def _finish(self, reading: _Reading) -> None:
        """Wait for ExifTool, and answer for each file as soon as its rows are made."""
        number, batch = reading.number, reading.batch
        size = sum(each.file.size for each in batch.files)
        self._note(number, 0, "extract", size)
        batch.wait(self._deadlines.of(size, is_slow=reading.is_slow))
        for index, each in enumerate(batch.files):
            if not batch.is_read(each):  # ExifTool is to be waited for
                self._answers.flush()
                self._note(number, index, "extract", each.file.size)
            allowed = self._deadlines.of(each.file.size, is_slow=reading.is_slow)
            try:
                raw = batch.read_record(each, allowed)
            except TooSlowError as error:
                if reading.is_slow:
                    self._answers.hold("is", number, index, _too_slow(error, each))
                else:
                    self._answers.send("slow", number, index)
                continue
            except (BadFileError, TryAgainError) as error:
                self._answers.hold("is", number, index, messages.pack_error(error))
                continue
            answer = self._answer_of(reading, number, index, each, raw)
            self._answers.hold("is", number, index, answer)

    def _answer_of(
        self, reading: _Reading, number: int, index: int, each: FileToRead, raw: RawRecord
    ) -> tuple[Any, ...]:
        if reading.kind == messages.DUMP:
            return "line", make_line(raw, each.location)
        self._note(number, index, "parse", each.file.size)
        return _pack_rows(raw)

    def _remake(self, number: int, items: Sequence[Any]) -> None:
        for index, (file, mime_type, sha256, packed) in enumerate(items):
            self._note(number, index, "parse", len(packed))
            try:
                raw = raw_records.unpack(packed, messages.unpack_file(file), mime_type, sha256)
            except (ZstdError, ValueError, KeyError) as error:  # damaged on the disk
                answer: tuple[Any, ...] = ("failed", "store", type(error).__name__, str(error))
            else:
                answer = _pack_rows(raw, packed)
            self._answers.hold("is", number, index, answer)


def _too_slow(error: TooSlowError, each: FileToRead) -> tuple[Any, ...]:
    return "failed", "extract", "TooSlowError", f"{error} ({each.file.size:,} bytes)"


def make_rows(raw: RawRecord, *, tells_bug: bool = True) -> ImageRows | messages.Failed:
    """Return an image's rows, or its failure where a stage has a bug, which is logged.

    One odd file must not stop the service. Without ``tells_bug`` the caller makes the rows again.
    """
    try:
        return pipeline.process(raw)
    except MemoryError:  # the reader ends; the file is read again by itself, in a fresh one
        raise
    except Exception as error:  # the one place where a stage's bug is met
        if tells_bug:
            place = {"path": raw.file.path, "root": raw.file.root}
            log.exception("bug_in_a_stage", extra=place)
        return messages.Failed("parse", type(error).__name__, str(error))


def _pack_known(raw: RawRecord, *, tells_bug: bool) -> tuple[Any, ...] | None:
    """Return an image's packed rows, None where a stage has a bug."""
    rows = make_rows(raw, tells_bug=tells_bug)
    return tuple(pack_image(rows)) if isinstance(rows, ImageRows) else None


def _pack_rows(raw: RawRecord, record: bytes | None = None) -> tuple[Any, ...]:
    rows = make_rows(raw)
    if isinstance(rows, messages.Failed):
        return "failed", rows.stage, rows.error_class, rows.message
    return "rows", *pack_image(rows, record)
