"""What the worker asks of the reader processes, in the records that it knows."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from service.clock import stamp
from service.errors import StartError, TryAgainError
from service.extract.file_to_read import FileToRead
from service.extract.thumbnails import EDGE
from service.readers import messages
from service.readers.fleet import Fleet
from service.readers.messages import Answer, Failed
from service.readers.process import ReaderProcess
from service.readers.reader_settings import ReaderSettings, most_readers
from service.readers.seat import Deadlines
from service.readers.tickets import Asked, Deferred, Lost, Ticket
from service.records import WatchedFile
from service.store.raw_records import StoredRecord

LOOK_S = 0.2
"""Between two looks whether a start is still wanted."""


TOP = str(Path(__file__).resolve().parents[2])
START = (
    "import gc, sys; gc.disable(); sys.path.append(sys.argv[2]); "
    "from service.readers.__main__ import main; main(*sys.argv[3:])"
)
"""What a reader runs, with a name to be known by, ``TOP``, its settings and its slate's name
behind it.

``-P``, and this program's folder last: the working folder may be full of strangers' files, one of
them called orjson.py; and where this program is not installed, only that folder has it.
"""


class Question:
    """Something that was asked, and its answers as soon as all are there."""

    def __init__(self, ticket: Ticket, fleet: Fleet) -> None:
        self._ticket = ticket
        self._fleet = fleet

    @property
    def is_answered(self) -> bool:
        """Return whether every file has its answer; "in the slow lane" is one."""
        return self._ticket.is_done

    @property
    def is_wholly_answered(self) -> bool:
        """Return whether every file has its answer, those in the slow lane too."""
        return self._ticket.is_wholly_done

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the answers; return whether they are there."""
        return self._fleet.wait(self._ticket, seconds)

    def answers(self) -> "list[Answer | Question]":
        """Return one answer for each file, in the order of asking.

        For a file in the slow lane it is a question of its own, to be answered later.
        """
        found: list[Answer | Question] = []
        for asked, answer in zip(self._ticket.asked, self._ticket.answers, strict=True):
            if isinstance(answer, Deferred):
                found.append(Question(answer.ticket, self._fleet))
            elif isinstance(answer, Lost):
                found.append(_failure_of(answer, asked.size))
            else:
                found.append(_unpack(answer))
        return found

    def wait_for_all(self) -> list[Answer]:
        """Wait for every answer, those of the slow lane too, and return them.

        Raises StartError where no reader starts any more.
        """
        if not self.wait():
            raise StartError(self._fleet.starts.trouble or "the reader processes were ended")
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
        *,
        starts_exiftool: bool = False,
    ) -> None:
        """Start the first reader. Returns at once; ``require`` waits for it.

        With ``starts_exiftool`` it is not ready before its ExifTool is, remembered or not.
        """
        self._settings = settings or ReaderSettings()
        self._memory = None if starts_exiftool else self._settings.memory
        limit = most_readers(processes)
        deadlines = deadlines or Deadlines.beyond(self._settings.slow_s)
        self._fleet = Fleet(self._start, limit=limit, deadlines=deadlines, on_news=on_news)

    def _start(self, on_message: Any, on_end: Any, *, gives_way: bool) -> ReaderProcess:
        told = replace(self._settings, memory=self._memory).to_json()
        argv = [sys.executable, "-P", "-c", START, "service.readers", TOP, told]
        limit = self._settings.memory_limit
        return ReaderProcess(argv, limit, on_message, on_end, gives_way=gives_way)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def tell(self, on_news: Callable[[], None]) -> None:
        """Have ``on_news`` called from now on whenever something came back."""
        self._fleet.on_news = on_news

    def require(
        self, seconds: float = 60.0, is_stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """Wait for a first reader.

        Raises StartError, whose message says what to do, and TryAgainError when ``is_stopped``.
        """
        end = time.monotonic() + seconds
        while not self._fleet.wait_until_ready(LOOK_S):
            if is_stopped():
                raise TryAgainError("asked to stop before a reader process was ready")
            if self._fleet.starts.is_given_up or time.monotonic() >= end:
                reason = f"no reader process started in {seconds:.0f} s"
                raise StartError(self._fleet.starts.trouble or reason)
        self._memory = self._settings.memory

    @property
    def version(self) -> str:
        """Return what reads, as records name it: ``exiftool 12.57``."""
        return self._fleet.version

    @property
    def stages(self) -> dict[str, int]:
        """Return the version of each stage and parser by which rows are made.

        Told by the first reader that is ready: this process loads no parser.
        """
        return self._fleet.stages

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
        return self._fleet.starts.trouble

    @property
    def are_hopeless(self) -> bool:
        """Return whether no reader is there and none is likely to start."""
        return self._fleet.is_hopeless

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

    def look(self, files: Sequence[tuple[Path, WatchedFile]]) -> Question:
        """Ask for the signatures of files, as they were seen."""
        asked = [self._asked(messages.pack_seen(path, file), file.size) for path, file in files]
        return self._ask(messages.LOOK, asked)

    def take(self, files: Sequence[tuple[Path, WatchedFile]]) -> Question:
        """Ask for the signatures of files, as they were seen, and for the rows of plain ones."""
        self._require_exiftool()
        asked = [self._asked(messages.pack_known(path, file), file.size) for path, file in files]
        return self._ask(messages.TAKE, asked)

    def audit(self, files: Sequence[tuple[Path, WatchedFile]]) -> Question:
        """Ask what known files are now, and whether both readers read the same of them."""
        asked = [self._asked(messages.pack_known(path, file), file.size) for path, file in files]
        return self._ask(messages.AUDIT, asked)

    def draw(self, files: Sequence[tuple[Path, WatchedFile]], edge: int = EDGE) -> Question:
        """Ask for small pictures of files, as they were seen, with so many pixels at most."""
        seen = [(*messages.pack_seen(path, file), edge) for path, file in files]
        asked = [self._asked(item, item[1]) for item in seen]
        return self._ask(messages.DRAW, asked)

    def read(self, files: Sequence[FileToRead]) -> Question:
        """Ask for the packed rows of files that were looked at, before anything else that waits."""
        return self._ask(messages.READ, self._asked_files(files), is_urgent=True)

    def read_lines(self, files: Sequence[FileToRead]) -> Question:
        """Ask for files' records as lines of a dump."""
        return self._ask(messages.DUMP, self._asked_files(files))

    def remake(self, records: Sequence[StoredRecord]) -> Question:
        """Ask for the packed rows of stored records."""
        asked = [Asked(messages.pack_record(one), len(one.packed)) for one in records]
        return self._ask(messages.REMAKE, asked)

    def _asked_files(self, files: Sequence[FileToRead]) -> list[Asked]:
        self._require_exiftool()
        return [self._asked(messages.pack_to_read(each), each.file.size) for each in files]

    def _require_exiftool(self) -> None:
        if not self._settings.reads_files:
            raise ValueError("these readers were started without ExifTool")

    def _asked(self, item: Any, size: int) -> Asked:
        return Asked(item, size, is_slow=size > self._settings.slow_size)

    def _ask(self, kind: str, asked: Sequence[Asked], *, is_urgent: bool = False) -> Question:
        return Question(self._fleet.ask(kind, asked, is_urgent=is_urgent), self._fleet)

    def close(self) -> None:
        """End every reader and all that they started."""
        self._fleet.close()
