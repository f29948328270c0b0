"""The first half: every image's record as a line, where the images and ExifTool are."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from service import sidecars
from service.errors import BadFileError, TryAgainError
from service.export.atomic import replace_file
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.paths import Root
from service.records import RawRecord, WatchedFile
from service.transfer.lines import TransferResult, make_line
from service.watch.folder_listing import files_below
from service.watch.watch_settings import WatchSettings
from service.watch.watched_names import WatchedNames


def dump(
    roots: Sequence[Root], reader: TagReader, target: Path, settings: WatchSettings, batch_size: int
) -> TransferResult:
    """Write the record of every image below the roots as JSON lines, batch by batch.

    Replaces the file at the end.
    """
    done = TransferResult()
    files = _list_files(roots, WatchedNames(settings))
    with replace_file(target) as out:
        waiting = None
        while batch := list(islice(files, batch_size)):
            pending = reader.begin(list(_make_candidates(batch, settings.sidecars, done)))
            if waiting is not None:
                _write(waiting.result(), out, done)
            waiting = pending
        if waiting is not None:
            _write(waiting.result(), out, done)
    return done


def _list_files(roots: Sequence[Root], names: WatchedNames) -> Iterator[tuple[Root, Path]]:
    for root in roots:
        for path in files_below(str(root.path), names):
            yield root, Path(path)


def _make_candidates(
    batch: Iterable[tuple[Root, Path]], endings: Sequence[str], done: TransferResult
) -> Iterator[FileToRead]:
    for root, location in batch:
        try:
            status = location.stat()
            signature = inspect(location, status.st_size)
        except (OSError, BadFileError, TryAgainError) as error:
            done.failed.append((f"{root.name}/{root.relative(location)}", str(error)))
            continue
        file = WatchedFile(
            root=root.name,
            path=root.relative(location),
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            sidecars=sidecars.stamps(location, endings),
        )
        yield FileToRead(location, file, signature)


def _write(
    outcomes: Iterable[tuple[FileToRead, RawRecord | BadFileError | TryAgainError]],
    out: BinaryIO,
    done: TransferResult,
) -> None:
    for candidate, answer in outcomes:
        if isinstance(answer, RawRecord):
            out.write(make_line(answer, candidate.location))
            done.count += 1
        else:
            done.failed.append((f"{candidate.file.root}/{candidate.file.path}", str(answer)))
