"""Files that appear whole or not at all."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

ATTEMPTS = 5
PAUSE_S = 0.2


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write; when the block ends well it takes ``target``'s place, otherwise the old file stays."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        _replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


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
