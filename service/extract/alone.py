"""One file read by itself.

After its batch failed, or because its name cannot go through ExifTool's stdin.
"""

import os

from service.errors import BadFileError, ExtractorError, ExtractorMissingError, FileGoneError
from service.extract.answers import Tags, by_name, complaint, only
from service.extract.candidates import Candidate
from service.extract.exiftool import NO_CONFIG, READ, Request
from service.extract.pool import Pool
from service.extract.process_tree import ProcessTree
from service.extract.settings import ExifToolSettings


def read_alone(
    candidate: Candidate, pool: Pool, settings: ExifToolSettings, allowed: float | None
) -> Tags:
    """Return a file's tags.

    Raises BadFileError where ExifTool dies, hangs or has no answer over this very file,
    FileGoneError where there is no such file any more, ExtractorMissingError where ExifTool cannot
    be started.
    """
    if not os.path.lexists(candidate.location):
        raise FileGoneError("gone before ExifTool read it")
    try:
        tags, stderr = (_in_a_line if candidate.plain else _by_argv)(
            candidate, pool, settings, allowed
        )
    except ExtractorError as error:
        raise BadFileError(f"{error}, on this file alone") from error
    if tags is not None:
        return tags
    if not os.path.lexists(candidate.location):
        raise FileGoneError("gone while ExifTool read it")
    raise BadFileError(complaint(stderr))


def ask(files: list[Candidate], pool: Pool, settings: ExifToolSettings) -> Request:
    """Have a process begin to read files whose names are plain."""
    allowed = settings.deadline(sum(each.file.size for each in files))
    return pool.lease(len(files)).begin([*READ, *(each.asked_as for each in files)], allowed)


def _in_a_line(
    candidate: Candidate,
    pool: Pool,
    settings: ExifToolSettings,
    allowed: float | None,
) -> tuple[Tags | None, bytes]:
    answer = ask([candidate], pool, settings).result(allowed)
    return by_name(answer.stdout, [candidate.asked_as]).get(candidate.asked_as), answer.stderr


def _by_argv(
    candidate: Candidate,
    pool: Pool,
    settings: ExifToolSettings,
    allowed: float | None,
) -> tuple[Tags | None, bytes]:
    """Read by an ExifTool of its own: argv has no line protocol, and takes any bytes."""
    allowed = allowed or settings.start_deadline_s + settings.deadline(candidate.file.size)
    try:
        process = ProcessTree(
            [pool.executable, *NO_CONFIG, *READ, candidate.asked_as], settings.memory_limit
        )
    except OSError as error:
        raise ExtractorMissingError(
            f"extract.exiftool: {pool.executable}: {error.strerror}"
        ) from error
    answer = process.communicate(allowed)
    if answer is None:
        raise ExtractorError(f"ExifTool hung for {allowed:.3g} s")
    return only(answer[0]), answer[1]
