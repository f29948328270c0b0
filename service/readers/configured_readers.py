"""The reader processes of a configuration.

Light to load: the first reader is started before most of this program is there.
"""

from service.config import Config
from service.readers.reader_settings import MEMORY_ENDING, ReaderSettings
from service.readers.readers import Readers


def start_readers(
    config: Config,
    *,
    reads_files: bool = True,
    starts_exiftool: bool = True,
) -> Readers:
    """Return the reader processes of a configuration. ``require`` waits until one is ready.

    Those that read no files make rows from stored records, and need no ExifTool. With
    ``starts_exiftool`` the first is not ready before its ExifTool is; others start theirs for the
    first file that is not plain, where nothing has changed since ExifTool told its version.
    """
    part = config.extract
    is_direct = part.reader == "auto"
    database = config.database.path
    settings = ReaderSettings(
        exiftool=part.exiftool,
        reads_files=reads_files,
        stealth=part.stealth,
        direct=is_direct,
        memory=database.with_name(database.name + MEMORY_ENDING) if is_direct else None,
        recycle_after=part.recycle_after,
        slow_s=part.deadline_seconds,
    )
    return Readers(settings, part.processes, starts_exiftool=starts_exiftool)
