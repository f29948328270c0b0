"""The gallery on a port of this machine, from start to stop."""

import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from service.config import Config
from service.errors import StartError
from service.gallery.door import LOOPBACK, guard_door
from service.gallery.site import Site

STOPPING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""SIGBREAK is Windows' Ctrl+Break, which a console or a service host sends."""

GRACE_S = 1
"""Seconds that answers in hand have at the end."""

BEAT_S = 2
"""Seconds between two words that all is well."""

LONGEST_HEAD = 65_536
"""Bytes of a request before its body: a typed query is in the address."""


SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


class _Server(uvicorn.Server):
    """Ends at a signal as our other commands do: by itself, with their exit code."""

    def heed_signals(self) -> None:
        """End at a signal from now on."""
        for name in STOPPING:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self.handle_exit)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # uvicorn would raise each of them again at the end


def serve(
    config: Config,
    port: int,
    on_start: Callable[[str], None],
    on_beat: Callable[[], None] = lambda: None,
) -> None:
    """Serve until a signal. ``on_start`` is told the address. Raises StartError.

    ``on_beat`` is called every ``BEAT_S`` as long as the server takes requests.
    """

    async def beat() -> None:
        on_beat()

    listener = _listen(port)
    site = Site(config)
    server = _Server(
        uvicorn.Config(
            guard_door(site.app, port),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=LONGEST_HEAD,
            timeout_graceful_shutdown=GRACE_S,
            callback_notify=beat,
            timeout_notify=BEAT_S,
        )
    )
    server.heed_signals()
    on_start(f"http://localhost:{port}/")
    try:
        server.run(sockets=[listener])
    finally:
        site.close()


def _listen(port: int) -> "socket.socket":
    """Return a socket that listens on loopback alone. Raises StartError where it is taken."""
    try:
        listener = socket.create_server((LOOPBACK, port))
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]  # the port is said already
        raise StartError(
            f"port {port}: cannot be listened on ({reason}); another gallery or program "
            "may use it: give another one with --port, or in [gallery] port"
        ) from error
    # Sockets that do not name their protocol are not set to send at once by asyncio: each answer's
    # body would wait 40 ms until the browser has acknowledged its head.
    kind, tcp = listener.type, socket.IPPROTO_TCP
    return socket.socket(listener.family, kind, tcp, fileno=listener.detach())


def open_browser(address: str, on_failure: Callable[[str], None]) -> None:
    """Show an address in the system's browser, without waiting for it."""

    def show() -> None:
        if not (_has_screen() and webbrowser.open(address)):
            on_failure(f"no browser was found; open {address} in one")

    threading.Thread(target=show, name="browser", daemon=True).start()


def _has_screen() -> bool:
    """Tell whether a browser would have a window: one for the terminal would take that over."""
    return sys.platform in {"win32", "darwin"} or any(map(os.environ.get, SCREENS))
