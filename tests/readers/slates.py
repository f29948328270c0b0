"""A slate with both its sides in one process."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from service.readers.slate import Slate, SlateWriter


@contextmanager
def slate_and_writer() -> Iterator[tuple[Slate, SlateWriter]]:
    """Yield a slate, and the writer that a reader would have."""
    slate = Slate()
    try:
        name = slate.name
        if sys.platform != "win32":
            name = str(os.dup(slate.inherited[0]))  # a reader has a number of its own to close
        yield slate, SlateWriter(name)
    finally:
        slate.close()
