"""One reader process, fed by stdin, answering on stdout: ``readers.START`` runs ``main``."""

import gc
import json
import logging
import os
import queue
import sys
import threading
from typing import Any

from service import pipeline
from service.errors import StartError
from service.extract.exiftool_settings import ExifToolSettings
from service.extract.reader import TagReader
from service.readers.frames import MessageWriter, read_messages
from service.readers.reader_settings import ReaderSettings
from service.readers.slate import SlateWriter
from service.readers.work import ExifToolDeadlines, ReaderWork

_GARBAGE = 20_000
"""New objects between two looks for garbage, of which an image leaves hardly any: the looks after
each 700 took a hundredth of the time, and memory stays the same."""


class _LogOfReader(logging.Handler):
    """Sends what is logged here to the main process, which has the log.

    logging alone, since structlog takes as long to load as a hundred images to read.
    """

    _OF_LOGGING = frozenset(vars(logging.makeLogRecord({})))

    def __init__(self, answers: MessageWriter) -> None:
        super().__init__()
        self._answers = answers

    def emit(self, record: logging.LogRecord) -> None:
        """Send one line: its level, its event, its fields."""
        own = vars(record).keys() - self._OF_LOGGING
        fields = {name: str(getattr(record, name)) for name in sorted(own)}
        if record.exc_info:
            fields["exception"] = logging.Formatter().formatException(record.exc_info)
        self._answers.send("log", record.levelname.lower(), record.getMessage(), (*fields.items(),))


def main(told: str, slate_name: str) -> None:
    """Serve until stdin ends. ``told`` are the settings, by ``ReaderSettings.to_json``."""
    # What modules define stays, and need not be looked through for garbage: not while they are
    # loaded, which START sees to, and not later.
    gc.freeze()
    gc.enable()
    gc.set_threshold(_GARBAGE)
    settings = ReaderSettings.from_json(json.loads(told))
    answers = _open_answers()
    slate = SlateWriter(slate_name)
    logging.getLogger().addHandler(_LogOfReader(answers))
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_take_requests, args=(requests,), daemon=True).start()
    deadlines = ExifToolDeadlines(settings.quick_s, settings.slow_s, settings.bytes_per_s)
    if not settings.reads_files:
        answers.send("ready", "no ExifTool", pipeline.VERSIONS)
        ReaderWork(None, deadlines, slate, answers).serve(requests)
        return
    try:
        tags = TagReader(_exiftool_settings(settings))
    except StartError as error:
        answers.send("cannot start", str(error))
        raise SystemExit(2) from None
    with tags:
        answers.send("ready", tags.version, pipeline.VERSIONS)
        ReaderWork(tags, deadlines, slate, answers).serve(requests)


def _open_answers() -> MessageWriter:
    """Return the way back, by the pipe that was stdout; what prints by mistake goes to stderr."""
    pipe = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return MessageWriter(pipe)


def _take_requests(requests: "queue.SimpleQueue[Any]") -> None:
    """Take requests off the pipe at once, so that the next is known before this one is done."""
    try:
        for request in read_messages(sys.stdin.buffer):
            requests.put(request)
    finally:
        requests.put(None)


def _exiftool_settings(settings: ReaderSettings) -> ExifToolSettings:
    return ExifToolSettings(
        executable=settings.exiftool,
        deadline_s=settings.slow_s,
        recycle_after=settings.recycle_after,
        stealth=settings.stealth,
        direct=settings.direct,
        memory=settings.memory,
        own_group=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
