"""What the worker asks of the reader processes, in the records that it knows."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import orjson

from service.clock import stamp
from service.errors import StartError
from service.extract.file_to_read import FileToRead
from service.readers import messages
from service.readers.fleet import Fleet
from service.readers.messages import Answer, Failed
from service.readers.process import ReaderProcess
from service.readers.seat import Asked, Deadlines, Deferred, Lost, Ticket
from service.store.raw_records import StoredRecord

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """How readers read, and how far they are trusted."""

    exiftool: Path | None = None
    """Absolute; None means the first one on PATH."""
    reads_files: bool = True
    """False where rows are only made from stored records: then no ExifTool is started."""
    stealth: bool = True
    """Whether pixels are searched for hidden texts where a file says nothing else."""
    recycle_after: int = 5000
    """Files, after which an ExifTool is replaced by a fresh one."""
    quick_s: float = 2.0
    """For ExifTool over a batch, and over each file that is read again by itself."""
    slow_s: float = 30.0
    """The same in the slow lane."""
    bytes_per_s: float = 10_000_000.0
    """So many bytes of the files lengthen each deadline by a second."""
    memory_limit: int | None = 512 * MEBIBYTE
    """Bytes of address space of one reader (Linux), or of memory with its ExifTool (Windows)."""
    slow_size: int = 1024 * MEBIBYTE
    """Files of more bytes are read in the slow lane from the first: hashing them takes long."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the settings of ``to_json``."""
        exiftool = data["exiftool"]
        return cls(**{**data, "exiftool": None if exiftool is None else Path(exiftool)})

    def to_json(self) -> str:
        """Return the settings for a reader's command line."""
        data = asdict(self)
        if self.exiftool is not None:
            data["exiftool"] = str(self.exiftool)
        return orjson.dumps(data).decode()


class Question:
    """Something that was asked, and its answers as soon as all are there."""

    def __init__(self, ticket: Ticket, wait: Callable[[Ticket, float | None], bool]) -> None:
        self._ticket = ticket
        self._wait = wait

    @property
    def is_answered(self) -> bool:
        """Return whether every file has its answer."""
        return self._ticket.is_done

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the answers; return whether they are there."""
        return self._wait(self._ticket, seconds)

    def answers(self) -> "list[Answer | Question]":
        """Return one answer for each file, in the order of asking.

        For a file in the slow lane it is a question of its own, to be answered later.
        """
        found: list[Answer | Question] = []
        for asked, answer in zip(self._ticket.asked, self._ticket.answers, strict=True):
            if isinstance(answer, Deferred):
                found.append(Question(answer.ticket, self._wait))
            elif isinstance(answer, Lost):
                found.append(_failure_of(answer, asked.size))
            else:
                found.append(_unpack(answer))
        return found

    def wait_for_all(self) -> list[Answer]:
        """Wait for every answer, those of the slow lane too, and return them."""
        self.wait()
        found: list[Answer] = []
        for answer in self.answers():
            if isinstance(answer, Question):
                found.extend(answer.wait_for_all())
            else:
                found.append(answer)
        return found


def _unpack(answer: Any) -> Answer:
    """Return an answer; one of another shape costs its file, and not whoever asked."""
    try:
        return messages.unpack_answer(answer)
    except (TypeError, ValueError, KeyError) as error:
        return Failed("read", type(error).__name__, f"a reader's answer is none: {error}"[:300])


def _failure_of(lost: Lost, size: int) -> Failed:
    message = f"{lost.stage}: {lost.reason} (after {lost.seconds:.0f} s; {size:,} bytes)"
    return Failed(lost.stage, "ReaderLostError", message)


def _path_of(item: Any) -> str:
    """Return the path in what a reader was asked: of a file, or of a stored record's file."""
    first = item[0]
    return first if isinstance(first, str) else "/".join(first[:2])


class Readers:
    """The reader processes, from the start of the service to its end. Any thread may ask."""

    def __init__(
        self,
        settings: ReaderSettings | None = None,
        processes: int | Literal["auto"] = 1,
        on_news: Callable[[], None] = lambda: None,
        deadlines: Deadlines | None = None,
    ) -> None:
        """Start the first reader. Returns at once; ``require`` waits for it."""
        self._settings = settings or ReaderSettings()
        limit = max(1, (os.cpu_count() or 1) - 1) if processes == "auto" else processes
        self._fleet = Fleet(self._start, limit=limit, deadlines=deadlines, on_news=on_news)

    def _start(self, on_message: Any, on_end: Any) -> ReaderProcess:
        argv = [sys.executable, "-m", "service.readers", self._settings.to_json()]
        return ReaderProcess(argv, self._settings.memory_limit, on_message, on_end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def require(self, seconds: float = 60.0) -> None:
        """Wait for a first reader. Raises StartError, whose message says what to do."""
        if not self._fleet.wait_until_ready(seconds):
            raise StartError(self._fleet.trouble or f"no reader process started in {seconds:.0f} s")

    @property
    def version(self) -> str:
        """Return what reads, as records name it: ``exiftool 12.57``."""
        return self._fleet.version

    @property
    def processes(self) -> int:
        """Return how many readers read now: so many batches go on without waiting."""
        return self._fleet.wanted

    @property
    def limit(self) -> int:
        """Return how many readers may run at most."""
        return self._fleet.limit

    @property
    def trouble(self) -> str | None:
        """Return why no reader starts, where none does."""
        return self._fleet.trouble

    def describe(self, wall: float) -> tuple[str, ...]:
        """Return what each reader is at and since when; ``wall`` is the time, since 1970."""
        lines: list[str] = []
        for status in self._fleet.status():
            what = status.stage
            if status.item is not None:
                what = f"{what} {_path_of(status.item)}"
            lines.append(f"process {status.pid}: {what}, since {stamp(wall - status.seconds)}")
        return tuple(lines)

    def scale(self, backlog_batches: int) -> None:
        """Run more readers while so many batches wait, and one again when none do."""
        self._fleet.scale(backlog_batches)

    def look(self, files: Sequence[tuple[Path, int]]) -> Question:
        """Ask for the signatures of files of these sizes."""
        asked = [self._asked(messages.pack_path(path, size), size) for path, size in files]
        return self._ask(messages.LOOK, asked)

    def read(self, files: Sequence[FileToRead]) -> Question:
        """Ask for the packed rows of files."""
        return self._ask(messages.READ, self._asked_files(files))

    def read_lines(self, files: Sequence[FileToRead]) -> Question:
        """Ask for files' records as lines of a dump."""
        return self._ask(messages.DUMP, self._asked_files(files))

    def remake(self, records: Sequence[StoredRecord]) -> Question:
        """Ask for the packed rows of stored records."""
        asked = [Asked(messages.pack_record(one), len(one.packed)) for one in records]
        return self._ask(messages.REMAKE, asked)

    def _asked_files(self, files: Sequence[FileToRead]) -> list[Asked]:
        return [self._asked(messages.pack_to_read(each), each.file.size) for each in files]

    def _asked(self, item: Any, size: int) -> Asked:
        return Asked(item, size, is_slow=size > self._settings.slow_size)

    def _ask(self, kind: str, asked: Sequence[Asked]) -> Question:
        return Question(self._fleet.ask(kind, asked), self._fleet.wait)

    def close(self) -> None:
        """End every reader and all that they started."""
        self._fleet.close()
