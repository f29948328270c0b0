"""A batch of files: the plain ones read here, the others by ExifTool, each with its own outcome."""

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from service.errors import (
    BadFileError,
    ExtractorError,
    ExtractorMissingError,
    ExtractorTooSlowError,
    FileGoneError,
    TooSlowError,
    TryAgainError,
)
from service.extract import cut_texts
from service.extract.answers import (
    Tags,
    first_complaint,
    of_the_image,
    tags_by_name,
    tags_of_one_file,
)
from service.extract.direct.reading import DirectReader
from service.extract.exiftool_settings import NO_CONFIG, READ, ExifToolSettings
from service.extract.file_to_read import FileToRead, ReadOutcome
from service.extract.keeper import ExifToolKeeper
from service.extract.record_maker import RecordMaker
from service.process_tree import ProcessTree
from service.records import RawRecord

if TYPE_CHECKING:
    from service.extract.channel import Request

log = logging.getLogger(__name__)

EMPTY_FILE: Tags = {"ExifTool:Error": "File is empty"}
"""What ExifTool would say of a file without bytes; it is not asked."""


class TagBatch:
    """A batch of files: the plain ones have been read, the others ExifTool is reading.

    Its result waits for ExifTool, and reads what failed together one by one.
    """

    def __init__(
        self,
        files: Sequence[FileToRead],
        keeper: ExifToolKeeper,
        settings: ExifToolSettings,
        direct: DirectReader | None = None,
        on_file: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Ask ExifTool at once, so that it works while the caller does other things."""
        self._files = tuple(files)
        self._keeper = keeper
        self._settings = settings
        self._missing: ExtractorMissingError | None = None
        self._records = RecordMaker(keeper, settings, direct)
        self._direct = self._read_directly(direct, on_file) if direct else {}
        rest = [each for each in self._files if each.location not in self._direct]
        self._request = self._begin([each for each in rest if each.file.size and each.is_one_line])
        self._tags: dict[str, Tags] = {}
        self._outcomes: list[ReadOutcome] | None = None

    def _read_directly(
        self, direct: DirectReader, on_file: Callable[[int], None]
    ) -> dict[Path, Tags]:
        """Return the tags of the files that need no ExifTool."""
        found: dict[Path, Tags] = {}
        for place, each in enumerate(self._files):
            on_file(place)
            if each.signature.needs_exiftool:
                continue
            tags = direct.read_tags(each.location, each.file.size, each.signature.mime_type)
            if tags is not None:
                found[each.location] = tags
        return found

    def _begin(self, together: list[FileToRead]) -> "Request | None":
        try:
            return _ask(together, self._keeper, self._settings) if together else None
        except ExtractorMissingError as error:
            self._missing = error
            return None

    def result(self, deadline_s: float | None = None) -> list[ReadOutcome]:
        """Return one outcome for each file, in the order of asking.

        ``deadline_s`` overrides the time that the settings allow to the batch, and to each file
        that is read alone.
        """
        if self._outcomes is None:
            self.wait(deadline_s)
            self._outcomes = []
            for each in self._files:
                outcome: RawRecord | BadFileError | TryAgainError
                try:
                    outcome = self.read_record(each, deadline_s)
                except (BadFileError, TryAgainError) as error:
                    outcome = error
                self._outcomes.append((each, outcome))
        return self._outcomes

    @property
    def files(self) -> tuple[FileToRead, ...]:
        """Return the files of the batch."""
        return self._files

    def is_read(self, each: FileToRead) -> bool:
        """Return whether a file of the batch needed no ExifTool."""
        return each.location in self._direct

    def wait(self, allowed: float | None = None) -> None:
        """Wait for ExifTool's answer to the whole batch, at most ``allowed`` seconds."""
        if self._request is None:
            return
        try:
            answer = self._request.result(allowed)
            self._tags = tags_by_name(answer.stdout, [each.exiftool_path for each in self._files])
        except ExtractorError:
            self._tags = {}  # the culprit, if there is one, shows when it is read alone

    def read_record(self, each: FileToRead, allowed: float | None = None) -> RawRecord:
        """Return the record of one file of the batch, once it was waited for.

        A file without an answer is read again by itself, for at most ``allowed`` seconds. Raises
        BadFileError or TryAgainError.
        """
        try:
            if (tags := self._direct.pop(each.location, None)) is not None:
                return self._records.of_direct(each, tags)
            return self._records.of_exiftool(each, self._read_tags(each, allowed))
        except ExtractorMissingError as error:
            self._missing = error  # nor will it start for the rest of this batch
            raise
        except (BadFileError, TryAgainError, MemoryError):
            raise
        except Exception as error:
            # One odd file must not stop the service, nor again after each restart.
            log.exception("bug_in_reading", extra={"path": each.file.path, "root": each.file.root})
            raise BadFileError(f"a bug met this file: {error!r}") from error

    def contradict(self, tags: Tags, allowed: float | None) -> RawRecord | None:
        """Return ExifTool's record of the one file of the batch, where it says other tags.

        Raises what ``read_record`` raises.
        """
        [each] = self._files
        self.wait(allowed)
        said = self._read_tags(each, allowed)
        if repr(of_the_image(said)) == repr(tags):  # also in their order, and 1 is not 1.0
            return None
        return self._records.of_exiftool(each, said)

    def _read_tags(self, each: FileToRead, allowed: float | None) -> Tags:
        """Return what ExifTool says, with what it cuts off."""
        tags = self._ask_exiftool(each, allowed)
        if each.signature.mime_type in cut_texts.MIME_TYPES:
            tags |= cut_texts.whole_texts_of(each.location, tags)
        return tags

    def _ask_exiftool(self, each: FileToRead, allowed: float | None) -> Tags:
        if not each.file.size:
            return dict(EMPTY_FILE)
        tags = self._tags.pop(each.exiftool_path, None)
        if tags is not None:
            return tags
        if self._missing is not None:
            raise self._missing
        return read_alone(each, self._keeper, self._settings, allowed)


def read_alone(
    file: FileToRead, keeper: ExifToolKeeper, settings: ExifToolSettings, allowed: float | None
) -> Tags:
    """Read one file by itself: its batch failed, or its name cannot go through ExifTool's stdin.

    Raises BadFileError where ExifTool dies, hangs or has no answer over this very file,
    FileGoneError where there is no such file any more, ExtractorMissingError where ExifTool cannot
    be started.
    """
    if not os.path.lexists(file.location):
        raise FileGoneError("gone before ExifTool read it")
    read = _read_by_line if file.is_one_line else _read_by_argv
    try:
        tags, stderr = read(file, keeper, settings, allowed)
    except ExtractorTooSlowError as error:
        raise TooSlowError(f"{error}, on this file alone") from error
    except ExtractorError as error:
        raise BadFileError(f"{error}, on this file alone") from error
    if tags is not None:
        return tags
    if not os.path.lexists(file.location):
        raise FileGoneError("gone while ExifTool read it")
    raise BadFileError(first_complaint(stderr))


def _ask(files: list[FileToRead], keeper: ExifToolKeeper, settings: ExifToolSettings) -> "Request":
    """Have a process begin to read files whose paths are one line each."""
    allowed = settings.deadline(sum(each.file.size for each in files))
    return keeper.lease(len(files)).begin([each.exiftool_path for each in files], allowed)


def _read_by_line(
    file: FileToRead, keeper: ExifToolKeeper, settings: ExifToolSettings, allowed: float | None
) -> tuple[Tags | None, bytes]:
    answer = _ask([file], keeper, settings).result(allowed)
    tags = tags_by_name(answer.stdout, [file.exiftool_path])
    return tags.get(file.exiftool_path), answer.stderr


def _read_by_argv(
    file: FileToRead, keeper: ExifToolKeeper, settings: ExifToolSettings, allowed: float | None
) -> tuple[Tags | None, bytes]:
    """Read by an ExifTool of its own: argv has no line protocol, and takes any bytes."""
    allowed = allowed or settings.start_deadline_s + settings.deadline(file.file.size)
    argv = [keeper.executable, *NO_CONFIG, *READ, file.exiftool_path]
    try:
        process = ProcessTree(argv, settings.memory_limit, own_group=settings.own_group)
    except OSError as error:
        raise ExtractorMissingError(
            f"extract.exiftool: {keeper.executable}: {error.strerror}"
        ) from error
    answer = process.communicate(allowed)
    if answer is None:
        raise ExtractorTooSlowError(f"ExifTool hung for {allowed:.3g} s")
    return tags_of_one_file(answer[0]), answer[1]
