"""The two ways in which a log record is written.

``ConsoleWriter``: lines for people, with the time, the level, what happened, and the values; in
colour only on a terminal. ``JsonLines``: a file of JSON lines that is put aside when it is full,
and that never stops the program.
"""

import contextlib
import logging
import os
import sys
import time
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

import orjson

from service.logs.fields import Shown, fields_of_record

_COLOURS = {"debug": "2", "warning": "33", "error": "31", "critical": "1;31"}


class ConsoleWriter(logging.StreamHandler[TextIO]):
    """Writes to a terminal, a pipe or a service manager's file. A closed one is no error."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        # Windows consoles before Windows Terminal print colour codes as they are.
        self._colour = stream.isatty() and os.name != "nt" and "NO_COLOR" not in os.environ

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and a traceback indented below it."""
        shown = fields_of_record(record)
        level = str(shown.pop("level"))
        event = str(shown.pop("event"))
        trace = shown.pop("exception", None)
        shown.pop("logger")
        at = time.strftime("%H:%M:%S", time.localtime(record.created))
        values = "".join(f"  {name}={_quote(value)}" for name, value in shown.items())
        line = f"{at} {self._paint(f'{level:<8}', level)} {_as_words(event)}{values}"
        if trace is not None:
            line += "\n    " + str(trace).replace("\n", "\n    ")
        return line

    def _paint(self, text: str, level: str) -> str:
        code = _COLOURS.get(level)
        if code is None or not self._colour:
            return text
        return f"\x1b[{code}m{text}\x1b[0m"

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        """Let the line go: whoever read it has left, or their encoding does not hold it."""


def _as_words(event: str) -> str:
    return event if " " in event else event.replace("_", " ")


def _quote(value: Shown) -> str:
    if isinstance(value, str) and (" " in value or not value):
        return f'"{value}"'
    return str(value)


class JsonLines(RotatingFileHandler):
    """Writes one object a line: ``time`` (UTC), ``level``, ``logger``, ``event``, then the values.

    A full disk or a file that another program holds costs lines. They are counted, and the count is
    logged when writing works again. A file that was deleted, or its folder, is made again.
    """

    def __init__(self, path: Path, *, max_bytes: int, keep: int) -> None:
        super().__init__(path, maxBytes=max_bytes, backupCount=keep, encoding="utf-8", delay=True)
        self.lost = 0
        self.trouble: str | None = None
        """Why lines are lost; None while they are written."""

    def _open(self) -> TextIOWrapper:
        """Open the file so that a line ends alike on every system."""
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return Path(self.baseFilename).open("a", encoding="utf-8", newline="\n")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return orjson.dumps({"time": at.replace("+00:00", "Z"), **fields_of_record(record)}).decode(
            "utf-8"
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; after a loss, write first how much was lost."""
        self._forget_a_deleted_file()
        lost = self.lost
        if lost:
            super().emit(logging.makeLogRecord(_loss(lost)))
            if self.lost > lost:  # still no room; the count now has this record for that line
                return
            self.lost = 0
            self.trouble = None
        super().emit(record)

    def _forget_a_deleted_file(self) -> None:
        """Close the stream where another file, or none, is at its path: nobody would see it."""
        if self.stream is None:
            return
        try:
            found = Path(self.baseFilename).stat()
            opened = os.fstat(self.stream.fileno())
        except (OSError, ValueError):
            is_there = False
        else:
            is_there = (found.st_dev, found.st_ino) == (opened.st_dev, opened.st_ino)
        if not is_there:
            with contextlib.suppress(OSError, ValueError):
                self._drop()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  logging's own
        """Count the lost line, and open the file anew for the next.

        The first loss is written on the console.
        """
        self.lost += 1
        self.trouble = f"the log {self.baseFilename} cannot be written: {sys.exc_info()[1]}"
        if self.lost == 1:
            line = f"{self.trouble}\n"
            # There may be no stderr, or a closed one.
            with contextlib.suppress(OSError, ValueError, AttributeError):
                sys.stderr.write(line)
        # Closing writes what is left, and so fails too.
        with contextlib.suppress(OSError, ValueError):
            self._drop()

    def doRollover(self) -> None:  # noqa: N802  logging's name
        """Put the full file aside, or go on in it where another program holds it (Windows).

        The standard library shifts the older files before it meets the one that is held, and so
        would lose one of them at every line.
        """
        self._drop()
        full = Path(self.baseFilename)
        leaving = full.with_name(f"{full.name}.leaving")
        with contextlib.suppress(OSError):
            full.replace(leaving)
            for number in range(self.backupCount - 1, 0, -1):
                older = full.with_name(f"{full.name}.{number}")
                with contextlib.suppress(FileNotFoundError):
                    older.replace(full.with_name(f"{full.name}.{number + 1}"))
            leaving.replace(full.with_name(f"{full.name}.1"))

    def _drop(self) -> None:
        """Close the stream; the next line opens it again, as the standard library does."""
        stream: TextIO | None = self.stream
        self.stream = None
        if stream is not None:
            stream.close()


def _loss(lost: int) -> dict[str, object]:
    message = {"event": "log_lines_lost", "lines": lost}
    return {
        "name": __name__,
        "levelno": logging.WARNING,
        "levelname": "WARNING",
        "msg": message,
    }
