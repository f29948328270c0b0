"""Our commands run in this process.

A new one takes a second to start, and there are many to try.
"""

import contextlib
import io
import json
import os
import signal
import sys
from dataclasses import dataclass
from unittest.mock import patch

from running_service import Place

from service import logs
from service.cli import main
from service.stop_request import SIGNALS


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> object:
        """Return its output read as JSON."""
        return json.loads(self.out)


def run(place: Place, *words: str | bytes) -> Said:
    """Run a command with the configuration of a place, in its folder."""
    argv = [os.fsdecode(word) for word in place.command(*words)[2:]]
    with contextlib.chdir(place.top):
        return run_plainly(*argv[1:])


def run_plainly(*words: str) -> Said:
    """Run a command with just these words."""
    out, err = io.StringIO(), io.StringIO()
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        with (
            patch.object(sys, "argv", ["aiimagepipe", *words]),
            patch.dict(os.environ, {"COLUMNS": "200", "NO_COLOR": "1"}),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = _exit_code()
    finally:
        logs.close()  # a command that is refused leaves this to the end of its process
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Said(code, out.getvalue(), err.getvalue())


def _exit_code() -> int:
    try:
        main()
    except SystemExit as exit_:
        return int(exit_.code or 0)
    return 0
