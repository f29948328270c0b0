"""What ExifTool and the direct reader say of the same files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from service.errors import PipeError
from service.extract.direct.reading import DirectReader
from service.extract.file_to_read import FileToRead
from service.extract.reader import TagReader
from service.extract.signatures import inspect
from service.records import RawRecord, WatchedFile

Tags = list[tuple[str, JsonValue]]
"""In their order: parsers meet a file's texts in it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A file that was read directly."""

    place: Path
    direct: Tags
    exiftool: Tags


def compare(reader: TagReader, places: Sequence[Path]) -> Iterator[Compared]:
    """Yield what both say of each file that is read directly."""
    answers = {place: tags for place in places if (tags := _read(place)) is not None}
    files = [_to_read(place) for place in answers]
    for each, outcome in reader.begin(files).result() if files else ():
        assert isinstance(outcome, RawRecord), outcome
        said = [item for item in outcome.tags.items() if is_the_images(item[0])]
        yield Compared(each.location, list(answers[each.location].items()), said)


def is_the_images(name: str) -> bool:
    """Return whether a tag says something of the image: the direct reader leaves out the others."""
    return not name.startswith("System:") and name != "ExifTool:ExifToolVersion"


def differences(compared: Iterator[Compared]) -> list[str]:
    """Return a line for each file of which they do not say the same, in the same order."""
    return [
        f"{each.place.name}: {each.direct} is not {each.exiftool}"
        for each in compared
        if repr(each.direct) != repr(each.exiftool)  # 1 and 1.0 and True are equal
    ]


def _read(place: Path) -> dict[str, JsonValue] | None:
    size = place.stat().st_size
    try:
        kind = inspect(place, size).mime_type
    except PipeError:  # refused before anything reads its tags
        return None
    return DirectReader().read_tags(place, size, kind)


def _to_read(place: Path) -> FileToRead:
    size = place.stat().st_size
    file = WatchedFile(root="Input", path=place.name, size=size, mtime_ns=1)
    return FileToRead(place, file, inspect(place, size))
