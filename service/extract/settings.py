"""How ExifTool is to be found and how far it is trusted."""

from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ExifToolSettings:
    """The ``[extract]`` part of the configuration, as the reader needs it."""

    executable: Path | None = None
    """Absolute; None means the first one on PATH."""
    deadline_s: float = 30.0
    """For one request, before its bytes are counted."""
    bytes_per_s: int = 10_000_000
    """Each so many bytes of a request's files lengthen its deadline by a second."""
    start_deadline_s: float = 30.0
    """A cold start on a virus-scanned Windows disk has been seen to take many seconds."""
    recycle_after: int = 5000
    """Files, after which a process is replaced by a fresh one."""
    answer_cap: int = 512 * MIB
    """Bytes of one answer; past this ExifTool is stopped."""
    memory_limit: int | None = 2048 * MIB
    """Bytes of address space each process may take (Linux and Windows).

    A text bomb took 1.56 GB.
    """
    stealth: bool = True
    """Whether pixels are searched for hidden texts where a file says nothing else."""

    def deadline(self, size: int) -> float:
        """Return the seconds that files of ``size`` bytes together may take."""
        return self.deadline_s + size / self.bytes_per_s
