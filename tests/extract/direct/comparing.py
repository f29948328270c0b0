"""What ExifTool and the direct reader say of the same files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from service.errors import PipeError
from service.extract.answers import of_the_image
from service.extract.direct.reading import DIRECT
from service.extract.exiftool_settings import ExifToolSettings
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.records import RawRecord, WatchedFile

AT_ONCE = 8
"""Files of one example: a question to ExifTool costs more than a file."""

many = settings(max_examples=12, suppress_health_check=list(HealthCheck))


def write(folder: Path, ending: str, files: Sequence[bytes]) -> list[Path]:
    """Write files beside each other, and return their places."""
    places = [folder / f"{number}.{ending}" for number in range(len(files))]
    for place, data in zip(places, files, strict=True):
        place.write_bytes(data)
    return places


def together(kind: Callable[[], st.SearchStrategy[bytes]]) -> st.SearchStrategy[list[bytes]]:
    """Return what draws the files of one example."""
    return st.lists(kind(), min_size=AT_ONCE, max_size=AT_ONCE)


class Compared(NamedTuple):
    """The record of a file that was read directly, and ExifTool's without what is not the image's.

    None where ExifTool did not survive it.
    """

    direct: RawRecord
    exiftool: RawRecord | None


class BothReaders:
    """A reader that reads directly what it can, and one that asks ExifTool for every file."""

    def __init__(self, direct: TagReader, exiftool: TagReader) -> None:
        self._direct = direct
        self._exiftool = exiftool

    def compare(self, places: Sequence[Path]) -> Iterator[Compared]:
        """Yield what both say of each file that is read directly."""
        files = [each for place in places if (each := _to_read(place)) is not None]
        found = self._direct.begin(files).result()
        read = [
            (each, record)
            for each, record in found
            if isinstance(record, RawRecord) and record.extractor == DIRECT
        ]
        answers = self._exiftool.begin([each for each, _ in read]).result()
        for (_, direct), (_, exiftool) in zip(read, answers, strict=True):
            yield Compared(direct, _of_the_image(exiftool))


@contextmanager
def open_readers(exiftool: Path) -> Iterator[BothReaders]:
    """Give both readers, and end their ExifTools."""
    direct, plain = (ExifToolSettings(exiftool, direct=each) for each in (True, False))
    with TagReader(direct) as one, TagReader(plain) as other:
        yield BothReaders(one, other)


def differences(compared: Sequence[Compared]) -> list[str]:
    """Return a line for each file of which they do not say the same, in the same order."""
    return [
        f"{direct.file.path}: {direct.tags} is not {exiftool.tags}"
        for direct, exiftool in compared
        if exiftool is not None and repr(direct.tags) != repr(exiftool.tags)  # 1 is no 1.0, no True
    ]


def _of_the_image(outcome: object) -> RawRecord | None:
    if not isinstance(outcome, RawRecord):
        return None
    return replace(outcome, tags=of_the_image(outcome.tags))


def _to_read(place: Path) -> FileToRead | None:
    size = place.stat().st_size
    file = WatchedFile(root="Input", path=place.name, size=size, mtime_ns=1)
    try:
        return FileToRead(place, file, inspect(place, size))
    except PipeError:  # refused before anything reads its tags
        return None
