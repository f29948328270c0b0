"""Errors, one class for each thing that the caller does about them.

A worker meets four: one file is bad (record it, go on), the world is busy (put the file back, try
later), the database is another file (open that, compare everything with it), or the program cannot
start (say what to do, exit). Anything else is a bug and rises.
"""

INTERRUPTED = 130
"""The exit code after Ctrl+C, as shells give it."""


class PipeError(Exception):
    """The root of every error this program raises on purpose."""


class BadFileError(PipeError):
    """This one file cannot be read as it is; the others can. Recorded in ``failures``."""


class TooSlowError(BadFileError):
    """A program took longer over this file than it may."""


class TryAgainError(PipeError):
    """Nothing is wrong with the file: something it needs is busy or away.

    Put back and tried later.
    """


class FileGoneError(TryAgainError):
    """The file was there when it was seen and is not now.

    Deleted, renamed, or its share went away.
    """


class ExtractorError(TryAgainError):
    """ExifTool died, hung, or answered what was not asked; the batch is read again one by one."""


class ExtractorTooSlowError(ExtractorError):
    """ExifTool did not answer in time."""


class ExtractorMissingError(TryAgainError):
    """ExifTool cannot be started at all. Files wait; the message says what to do."""


class DatabaseBusyError(TryAgainError):
    """Another program holds the write lock. What was to be written is kept and written later."""


class RowRefusedError(TryAgainError):
    """A trigger, constraint or index that a user added to our tables refuses a row.

    The row is told as a failure, and the others are written.
    """


class DatabaseReplacedError(PipeError):
    """The file at the database's path is no longer the one that was opened.

    To try again would change nothing: it must be opened anew, and every batch in hand forgotten.
    """


class StartError(PipeError):
    """The program cannot start as configured.

    The message names the file, the setting and what to do.
    """

    exit_code = 2


class AlreadyRunningError(StartError):
    """Another instance holds the lock of this database."""

    exit_code = 3


class ExtractorGoneError(StartError):
    """ExifTool cannot be started for the files of a single pass, which waits for nobody."""


class DatabaseDamagedError(StartError):
    """The database's file cannot be read as it was written; a backup is to be put in its place."""
