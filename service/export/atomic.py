"""Files that appear whole or not at all."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from service.errors import StartError, TryAgainError

ATTEMPTS = 5
PAUSE_S = 0.2


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write; when the block ends well it takes ``target``'s place, otherwise the old file stays.

    Raises StartError where no file can be made there, TryAgainError where it cannot be written to its end.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    out = _begun(temporary, target)
    try:
        with out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        _replace(temporary, target)
    except OSError as error:
        raise TryAgainError(f"{target}: cannot be written ({error.strerror}); the old file stays") from error
    finally:
        temporary.unlink(missing_ok=True)


def _begun(temporary: Path, target: Path) -> BinaryIO:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        return temporary.open("wb")
    except OSError as error:
        raise StartError(f"{target}: cannot be written ({error.strerror}); name another file") from error


def _replace(temporary: Path, target: Path) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            temporary.replace(target)
        except PermissionError:  # Windows, while another program has the old file open
            if attempt == ATTEMPTS:
                raise
            time.sleep(PAUSE_S * attempt)
        else:
            return
