"""The log: lines for people on the console, JSON lines in a rotating file.

Every logger ends here, structlog's and the standard library's (watchdog's, warnings'): a gate holds
floods back (``flood.py``), and two handlers write what passes (``writers.py``), by way of
``fields.py``. Nothing in here ever raises into the code that logs.
"""

import contextlib
import logging
import sys
from typing import TextIO

from service import config
from service.logs.flood import FloodGate
from service.logs.writers import ConsoleWriter, JsonLines

FILE = "service.jsonl"

MEGABYTE = 1_000_000


def setup(settings: config.Log, *, console: bool = True, stream: TextIO | None = None) -> None:
    """Send all logging to the file of these settings and, with ``console``, to a stream.

    The stream is stderr where none is given. May be called again: the last call holds.
    """
    close()
    if not console:
        stream = None
    elif stream is None:
        stream = sys.stderr
    root = logging.getLogger()
    root.setLevel(settings.level.upper())
    root.addHandler(FloodGate(_make_handlers(settings, stream)))
    logging.captureWarnings(capture=True)


def warn_on_stderr() -> None:
    """Send warnings to stderr wherever no log is set up."""
    if sys.stderr is not None:  # a Windows service or pythonw has none
        logging.lastResort = ConsoleWriter(sys.stderr)
        logging.lastResort.setLevel(logging.WARNING)


def close() -> None:
    """Write what is held back, close the file, and let only warnings be told from then on."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, FloodGate):
            root.removeHandler(handler)
            handler.close()
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=False)


def find_trouble() -> str | None:
    """Return why lines of the log are lost at present, or None where they are written."""
    for gate in logging.getLogger().handlers:
        if isinstance(gate, FloodGate):
            for writer in gate.writers:
                if isinstance(writer, JsonLines) and writer.trouble:
                    return writer.trouble
    return None


def _make_handlers(settings: config.Log, stream: TextIO | None) -> list[logging.Handler]:
    with contextlib.suppress(OSError):  # the first line will say that the file cannot be opened
        settings.directory.mkdir(parents=True, exist_ok=True)
    file = JsonLines(
        settings.directory / FILE,
        max_bytes=settings.max_megabytes * MEGABYTE,
        keep=settings.keep_files,
    )
    if stream is None:  # asked for, or a Windows service or pythonw, which have no stderr
        return [file]
    return [file, ConsoleWriter(stream)]
