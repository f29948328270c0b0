"""The gallery as the service runs it: told its settings on stdin, ended by the end of stdin."""

import _thread
import contextlib
import os
import signal
import sys
import threading
import time

import orjson

from service.config import Config
from service.errors import StartError
from service.gallery.server import serve

AGAIN_S = 0.2
"""Between two tries to end: a signal before the server listens to it is lost."""


def main() -> None:
    """Serve until stdin ends."""
    words = os.dup(1)
    os.dup2(2, 1)  # what prints by mistake must not get between our words
    config = Config.model_validate(orjson.loads(_read_line()))
    threading.Thread(target=_await_end, name="end", daemon=True).start()

    def say(text: str) -> None:
        with contextlib.suppress(OSError):  # nobody listens any more, and the end is near
            os.write(words, f"{text}\n".encode())

    try:
        serve(config, config.gallery.port, say, on_beat=lambda: say("alive"))
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None


def _read_line() -> bytes:
    # Without sys.stdin: a thread that waits in it would keep Python from ending.
    line = b""
    while not line.endswith(b"\n"):
        read = os.read(0, 65_536)
        if not read:
            raise SystemExit(1)
        line += read
    return line


def _await_end() -> None:
    while os.read(0, 4096):
        pass
    while True:
        _thread.interrupt_main(signal.SIGTERM)
        time.sleep(AGAIN_S)


if __name__ == "__main__":
    main()
