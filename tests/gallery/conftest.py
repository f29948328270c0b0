"""A library of images with its database, the gallery in its own process, and a real browser."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from patience import wait_for
from playwright.sync_api import Browser, Page, sync_playwright

from service.demo import write_samples

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


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return a library of the samples, shared by tests that only look."""
    top = tmp_path_factory.mktemp("library")
    made = Library(top / "Input", top / "out" / "images.db")
    list(write_samples(made.folder))
    made.database.parent.mkdir()
    made.read()
    return made


@pytest.fixture(scope="session")
def site(library: Library) -> Iterator[Site]:
    """Return the gallery of that library, running."""
    with serving(library) as site:
        yield site


class serving:  # noqa: N801  # reads as a verb
    """Runs a gallery on a free port for as long as a ``with`` lasts."""

    def __init__(self, library: Library, *words: str) -> None:
        port = free_port()
        self._address = f"http://localhost:{port}"
        self._library = library
        command = [sys.executable, "-m", "service", "gallery", "--port", str(port)]
        command += ["--config", str(library.settings), *words]
        self._process = subprocess.Popen(command, cwd=TOP)

    def __enter__(self) -> Site:
        wait_for(self._answers, True)
        return Site(self._address, self._library)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def _answers(self) -> bool:
        assert self._process.poll() is None, "the gallery ended"
        try:
            with urlopen(f"{self._address}/grid.json?count=1") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium, headless."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """Return a fresh page of the running gallery; what its console complains of fails the test."""
    context = browser.new_context(base_url=site.address)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console", lambda line: complaints.append(line.text) if line.type == "error" else None
    )
    yield opened
    context.close()
    assert complaints == []
