"""A library of images with its database, and the gallery in its own process."""

import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from patience import wait_for

TOP = Path(__file__).resolve().parents[2]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""A browser that speaks to nobody else, and runs as root, as in CI."""


@dataclass(frozen=True, slots=True)
class Library:
    """A watched folder with the samples, and its database."""

    folder: Path
    database: Path

    @property
    def settings(self) -> Path:
        """Return its settings file, written anew."""
        path = self.folder.with_name("config.toml")
        path.write_text(
            f"[[root]]\nname = 'Input'\npath = '{self.folder}'\n"
            f"[database]\npath = '{self.database}'\n"
            f"[log]\ndirectory = '{self.database.parent / 'logs'}'\n",
            encoding="utf-8",
        )
        return path

    def run(self, *words: str) -> str:
        """Return what a command prints."""
        command = [sys.executable, "-m", "service", *words]
        done = subprocess.run(command, cwd=TOP, check=True, capture_output=True, text=True)
        return done.stdout

    def read(self) -> None:
        """Bring the database up to date with the folder."""
        self.run("all", "--config", str(self.settings))


@dataclass(frozen=True, slots=True)
class Site:
    """A running gallery."""

    address: str
    library: Library


class serving:  # noqa: N801  # reads as a verb
    """Runs a gallery on a free port for as long as a ``with`` lasts."""

    def __init__(self, library: Library, *words: str, until: int = 200) -> None:
        """Start it; the block begins when it answers with a status."""
        port = free_port()
        self._until = until
        self._address = f"http://localhost:{port}"
        self._library = library
        command = [sys.executable, "-m", "service", "gallery", "--port", str(port)]
        command += ["--config", str(library.settings), *words]
        self._process = subprocess.Popen(command, cwd=TOP)

    def __enter__(self) -> Site:
        try:
            wait_for(self._answer, self._until)
        except BaseException:
            self.__exit__()
            raise
        return Site(self._address, self._library)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def _answer(self) -> int:
        assert self._process.poll() is None, "the gallery ended"
        try:
            with urlopen(f"{self._address}/grid.json?count=1") as answer:  # noqa: S310  # ours
                return int(answer.status)
        except HTTPError as refusal:
            return refusal.code
        except OSError:
            return 0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
