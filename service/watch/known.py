"""What a rescan compares the disk with."""

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from service.sidecars import has_news


class Known(NamedTuple):
    """What the database holds of one file."""

    size: int
    mtime_ns: int
    present: bool
    """False where it is held as missing."""
    sidecars: tuple[str, ...] = ()
    """The texts beside it that were read with it."""


KnownFiles = Callable[[str], Mapping[str, Known]]
"""From a stored folder (``""`` is the root itself) to its files by stored name. Asked once a folder."""


def is_same(status: os.stat_result, texts: tuple[str, ...], row: Known | None) -> bool:
    """Tell whether a file, and the texts beside it, lie there as the database holds them."""
    is_known = row is not None and row.size == status.st_size and row.mtime_ns == status.st_mtime_ns and row.present
    return is_known and not (texts and row is not None and has_news(row.sidecars, texts))
