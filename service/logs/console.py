"""Lines for people: the time, how grave it is, what happened, and the values; colour only on a terminal."""

import logging
import os
import time
from typing import TextIO

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
        level, event, trace = str(shown.pop("level")), str(shown.pop("event")), shown.pop("exception", None)
        shown.pop("logger")
        at = time.strftime("%H:%M:%S", time.localtime(record.created))
        values = "".join(f"  {name}={_quoted(value)}" for name, value in shown.items())
        line = f"{at} {self._painted(f'{level:<8}', level)} {_spoken(event)}{values}"
        return line if trace is None else line + "\n    " + str(trace).replace("\n", "\n    ")

    def _painted(self, text: str, level: str) -> str:
        code = _COLOURS.get(level) if self._colour else None
        return f"\x1b[{code}m{text}\x1b[0m" if code else text

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        """Let the line go: whoever read it has left, or their encoding does not hold it."""


def _spoken(event: str) -> str:
    return event if " " in event else event.replace("_", " ")


def _quoted(value: Shown) -> str:
    text = str(value)
    return f'"{text}"' if isinstance(value, str) and (" " in text or not text) else text
