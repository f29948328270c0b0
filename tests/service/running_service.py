"""The real service as a process of its own, in a folder of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from ended import wait_until_ended
from patience import PATIENCE_S, wait_for

TOP = Path(__file__).resolve().parents[2]

CONFIG = """
[[root]]
name = "Input"
path = "Input"
[watch]
settle_seconds = 0.1
empty_settle_seconds = 0.3
rescan_minutes = {rescan_minutes}
[extract]
reader = "{reader}"
exiftool = '{exiftool}'
deadline_seconds = {deadline_seconds}
batch_size = {batch_size}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A project of its own: a config.toml, an Input and an out."""

    top: Path

    @property
    def input(self) -> Path:
        return self.top / "Input"

    @property
    def database(self) -> Path:
        return self.top / "out" / "images.db"

    @property
    def config(self) -> Path:
        return self.top / "config.toml"

    def configure(
        self,
        *,
        exiftool: str = "",
        reader: str = "auto",
        rescan_minutes: float = 5,
        deadline_seconds: float = 30,
        batch_size: int = 32,
    ) -> None:
        """Write config.toml."""
        settings = {
            "exiftool": exiftool,
            "reader": reader,
            "rescan_minutes": rescan_minutes,
            "deadline_seconds": deadline_seconds,
            "batch_size": batch_size,
        }
        self.config.write_text(CONFIG.format(**settings), encoding="utf-8")

    def command(self, *words: str | bytes) -> list[str | bytes]:
        """Return a command of ours that uses this place's configuration."""
        name = (
            2 if words[0] in ("config", "export") else 1
        )  # the command's own words; what follows may be behind a "--"
        return [
            sys.executable,
            "-m",
            "service",
            *words[:name],
            "--config",
            str(self.config),
            *words[name:],
        ]

    def run(
        self, *words: str | bytes, timeout: float = PATIENCE_S
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            env=environment(),
            cwd=self.top,
        )

    def json(self, *words: str) -> object:
        """Return what a command says as JSON."""
        said = self.run(*words, "--json")
        try:
            return json.loads(said.stdout)
        except ValueError:
            raise AssertionError(f"{words}: {said}") from None

    def status_file(self) -> dict[str, object]:
        """Return what the running service tells beside its database.

        Nothing where it tells nothing.
        """
        with contextlib.suppress(OSError, ValueError):
            told: dict[str, object] = json.loads(
                self.database.with_name("images.db.status.json").read_bytes()
            )
            return told
        return {}

    def log(self) -> list[dict[str, object]]:
        """Return all that was logged so far."""
        text = (self.top / "out" / "logs" / "service.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


def environment() -> dict[str, str]:
    """Return this process's environment: our package is found and nothing of ours is set."""
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith("AIIMAGEPIPE_")
    }
    return plain | {"PYTHONPATH": str(TOP), "COLUMNS": "200", "NO_COLOR": "1"}


@dataclass(slots=True)
class Running:
    """A service that was started."""

    place: Place
    process: subprocess.Popen[bytes]

    def wait_until_up(self) -> None:
        """Wait until its worker tells of itself."""
        wait_for(
            lambda: (
                self.process.poll() is not None or self.place.status_file().get("pid") == self.pid
            ),
            expected=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def children(self) -> list[psutil.Process]:
        """Return the processes it started."""
        return psutil.Process(self.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGTERM, timeout: float = PATIENCE_S) -> int:
        """Ask it to stop, and return its exit code. Whatever it started is gone afterwards."""
        children = self.children()
        self.process.send_signal(number)
        code = self.process.wait(timeout)
        wait_until_ended(children)
        return code

    def kill(self) -> None:
        """End it with SIGKILL; the system ends what it started."""
        children = self.children() if self.process.poll() is None else []
        self.process.kill()
        self.process.wait()
        wait_until_ended(children)


@contextlib.contextmanager
def running(place: Place, *words: str) -> Iterator[Running]:
    """Run the service until the block ends; its console goes to ``console.txt``."""
    with (place.top / "console.txt").open("ab") as console:
        process = subprocess.Popen(
            place.command("run", *words),
            stdout=console,
            stderr=console,
            env=environment(),
            cwd=place.top,
        )
    service = Running(place, process)
    try:
        service.wait_until_up()
        yield service
    finally:
        service.kill()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return an empty project with its configuration."""
    made = Place(tmp_path)
    made.input.mkdir()
    made.configure()
    return made
