"""How readers read, how far they are trusted, and how many there may be."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, Self

from service.light_dataclasses import dataclass

MEBIBYTE = 1024 * 1024

MEMORY_LIMIT = 512 * MEBIBYTE
"""Bytes that one reader may take."""

MOST_READERS = 8
"""As many as the configuration allows."""

MEMORY_ENDING = ".exiftool.json"
"""Of the file beside the database in which ExifTool's version is remembered."""

_PLACES = ("exiftool", "memory")
"""The settings that are paths."""


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """How readers read, and how far they are trusted."""

    exiftool: Path | None = None
    """Absolute; None means the first one on PATH."""
    reads_files: bool = True
    """False where rows are only made from stored records: then no ExifTool is started."""
    stealth: bool = True
    """Whether pixels are searched for hidden texts where a file says nothing else."""
    direct: bool = False
    """Whether files of plain structure are read without ExifTool."""
    memory: Path | None = None
    """Where ExifTool's version is remembered; None: it is started at once, and asked."""
    recycle_after: int = 5000
    """Files, after which an ExifTool is replaced by a fresh one."""
    quick_s: float = 2.0
    """For ExifTool over a batch, and over each file that is read again by itself."""
    slow_s: float = 30.0
    """The same in the slow lane."""
    bytes_per_s: float = 10_000_000.0
    """So many bytes of the files lengthen each deadline by a second."""
    memory_limit: int | None = MEMORY_LIMIT
    """Bytes of address space of one reader (Linux), or of memory with its ExifTool (Windows)."""
    slow_size: int = 1024 * MEBIBYTE
    """Files of more bytes are read in the slow lane from the first: hashing them takes long."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the settings of ``to_json``."""
        places = {name: data[name] and Path(data[name]) for name in _PLACES}
        return cls(**{**data, **places})

    def to_json(self) -> str:
        """Return the settings for a reader's command line."""
        data = asdict(self)
        for name in _PLACES:
            data[name] = data[name] and str(data[name])
        return json.dumps(data)  # not orjson: a path may hold bytes that are no UTF-8


def most_readers(processes: int | Literal["auto"]) -> int:
    """Return how many readers ``[extract] processes`` allows.

    "auto" is one for each core that this process may use, up to ``MOST_READERS``. The main process
    wants a core of its own only where it writes what four or five readers read.
    """
    if processes == "auto":
        return min(MOST_READERS, _cores())
    return processes


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # a container, say, may use fewer than there are
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
