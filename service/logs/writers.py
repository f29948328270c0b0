"""Lines for people: the time, how grave it is, what happened, and the values.

Colour only on a terminal.

A file of JSON lines that is put aside when it is full, and that never stops the program.
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

from service.logs.fields import Shown, fields

_COLOURS = {"debug": "2", "warning": "33", "error": "31", "critical": "1;31"}


class Console(logging.StreamHandler[TextIO]):
    """Writes to a terminal, a pipe or a service manager's file. A closed one is no error."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        # Windows consoles before Windows Terminal print colour codes as they are.
        self._colour = stream.isatty() and os.name != "nt" and "NO_COLOR" not in os.environ

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and a traceback indented below it."""
        shown = fields(record)
        level, event, trace = (
            str(shown.pop("level")),
            str(shown.pop("event")),
            shown.pop("exception", None),
        )
        shown.pop("logger")
        at = time.strftime("%H:%M:%S", time.localtime(record.created))
        values = "".join(f"  {name}={_quote(value)}" for name, value in shown.items())
        line = f"{at} {self._painted(f'{level:<8}', level)} {_as_words(event)}{values}"
        return line if trace is None else line + "\n    " + str(trace).replace("\n", "\n    ")

    def _painted(self, text: str, level: str) -> str:
        code = _COLOURS.get(level) if self._colour else None
        return f"\x1b[{code}m{text}\x1b[0m" if code else text

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        """Let the line go: whoever read it has left, or their encoding does not hold it."""


def _as_words(event: str) -> str:
    return event if " " in event else event.replace("_", " ")


def _quote(value: Shown) -> str:
    text = str(value)
    return f'"{text}"' if isinstance(value, str) and (" " in text or not text) else text


class JsonLines(RotatingFileHandler):
    """Writes one object a line: ``time`` (UTC), ``level``, ``logger``, ``event``, then the values.

    A full disk or a file that another program holds costs lines, which are counted and told when
    writing works again.
    """

    def __init__(self, path: Path, *, max_bytes: int, keep: int) -> None:
        super().__init__(path, maxBytes=max_bytes, backupCount=keep, encoding="utf-8", delay=True)
        self.lost = 0

    def _open(self) -> TextIOWrapper:
        """Open the file so that a line ends alike on every system."""
        return Path(self.baseFilename).open("a", encoding="utf-8", newline="\n")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return orjson.dumps({"time": at.replace("+00:00", "Z"), **fields(record)}).decode("utf-8")

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; after a loss, tell first how much was lost."""
        lost = self.lost
        if lost:
            super().emit(logging.makeLogRecord(_loss(lost)))
            if (
                self.lost > lost
            ):  # still no room; the count now holds this record in place of that line
                return
            self.lost = 0
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  logging's name and signature
        """Count the lost line, and open the file anew for the next.

        The first loss is told on the console.
        """
        self.lost += 1
        if self.lost == 1:
            with contextlib.suppress(
                OSError, ValueError, AttributeError
            ):  # no stderr, or a closed one
                sys.stderr.write(
                    f"the log {self.baseFilename} cannot be written: {sys.exc_info()[1]}\n"
                )
        with contextlib.suppress(
            OSError, ValueError
        ):  # closing writes what is left, and so fails too
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
                with contextlib.suppress(FileNotFoundError):
                    full.with_name(f"{full.name}.{number}").replace(
                        full.with_name(f"{full.name}.{number + 1}")
                    )
            leaving.replace(full.with_name(f"{full.name}.1"))

    def _drop(self) -> None:
        """Close the stream; the next line opens it again, as the standard library does."""
        stream: TextIO | None = self.stream
        self.stream = None
        if stream is not None:
            stream.close()


def _loss(lost: int) -> dict[str, object]:
    said = {"event": "log_lines_lost", "lines": lost}
    return {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING", "msg": said}
