"""The first half: every image's record as a line, where the images and ExifTool are."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from service import sidecars
from service.dump_lines import TransferResult
from service.export.atomic import replace_file
from service.extract.file_to_read import FileToRead
from service.extract.signatures import Signature
from service.file_systems import modified_ns
from service.paths import Root
from service.readers.messages import Answer, Failed
from service.readers.readers import Question, Readers
from service.records import WatchedFile
from service.watch.folder_listing import files_below
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames


def dump(
    roots: Sequence[Root],
    readers: Readers,
    target: Path,
    settings: WatchSettings,
    batch_size: int,
) -> TransferResult:
    """Write the record of every image below the roots as JSON lines, batch by batch.

    Replaces the file at the end.
    """
    done = TransferResult()
    files = _list_files(roots, WatchedNames(settings), settings.sidecars, done)
    with replace_file(target) as out:
        dumping = _Dumping(readers, out, done)
        while batch := list(islice(files, batch_size)):
            dumping.add(batch)
        dumping.finish()
    return done


class _Dumping:
    """Batches that the readers look at and read, each written in its turn."""

    def __init__(self, readers: Readers, out: BinaryIO, done: TransferResult) -> None:
        self._readers = readers
        self._out = out
        self._done = done
        self._looking: deque[tuple[list[_Found], Question]] = deque()
        self._reading: deque[tuple[list[FileToRead], Question]] = deque()
        readers.scale(readers.limit)

    def add(self, batch: list["_Found"]) -> None:
        """Have a batch looked at, and write what has been read when enough is under way."""
        question = self._readers.look([(found.location, found.file) for found in batch])
        self._looking.append((batch, question))
        if len(self._looking) > self._readers.processes:
            self._read_next()
        if len(self._reading) > self._readers.processes:
            self._write_next()

    def finish(self) -> None:
        """Write all that is under way."""
        while self._looking:
            self._read_next()
        while self._reading:
            self._write_next()

    def _read_next(self) -> None:
        batch, question = self._looking.popleft()
        to_read: list[FileToRead] = []
        for found, answer in zip(batch, question.wait_for_all(), strict=True):
            if isinstance(answer, Signature):
                to_read.append(FileToRead(found.location, found.file, answer))
            else:
                self._fail(found.file, answer)
        self._reading.append((to_read, self._readers.read_lines(to_read)))

    def _write_next(self) -> None:
        files, question = self._reading.popleft()
        for each, answer in zip(files, question.wait_for_all(), strict=True):
            if isinstance(answer, bytes):
                self._out.write(answer)
                self._done.count += 1
            else:
                self._fail(each.file, answer)

    def _fail(self, file: WatchedFile, answer: Answer) -> None:
        reason = answer.message if isinstance(answer, Failed) else str(answer)
        self._done.failed.append((f"{file.root}/{file.path}", reason))


class _Found(NamedTuple):
    """An image below a root."""

    location: Path
    file: WatchedFile


def _list_files(
    roots: Sequence[Root], names: WatchedNames, endings: Sequence[str], done: TransferResult
) -> Iterator[_Found]:
    for root in roots:
        for path in files_below(str(root.path), names):
            location = Path(path)
            relative = root.relative(location)
            try:
                status = location.stat()
            except OSError as error:
                done.failed.append((f"{root.name}/{relative}", str(error)))
                continue
            file = WatchedFile(
                root=root.name,
                path=relative,
                size=status.st_size,
                mtime_ns=modified_ns(status),
                sidecars=sidecars.stamps(location, endings),
            )
            yield _Found(location, file)
