"""The real program as processes of their own, and what they cost."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from subjects import TOP

CONFIG = """
[[root]]
name = "Input"
path = '{input}'
[watch]
settle_seconds = {settle}
[extract]
reader = "{reader}"
processes = {processes}
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, of the process and of all it waited for."""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a configuration and a database of its own."""

    top: Path
    input: Path

    def configure(
        self, *, processes: int | str = 1, settle: float = 0.5, reader: str = "auto"
    ) -> None:
        """Write config.toml."""
        self.top.mkdir(parents=True, exist_ok=True)
        number = f'"{processes}"' if isinstance(processes, str) else processes
        text = CONFIG.format(input=self.input, settle=settle, processes=number, reader=reader)
        (self.top / "config.toml").write_text(text, encoding="utf-8")

    @property
    def database(self) -> Path:
        return self.top / "out" / "images.db"

    def command(self, *words: str) -> list[str]:
        """Return one of our commands, with this configuration."""
        return [sys.executable, "-m", "service", *words, "--config", str(self.top / "config.toml")]

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start one of our commands; what it prints goes to a file."""
        with (self.top / "console.txt").open("ab") as console:
            return subprocess.Popen(
                self.command(*words), stdout=console, stderr=console, env=environment(self.top)
            )

    def forget(self) -> None:
        """Delete the database, but not what was learnt of ExifTool: only a first pass has to."""
        for old in (self.top / "out").glob("*"):
            if old.is_dir():
                shutil.rmtree(old, ignore_errors=True)
            elif not old.name.endswith(".exiftool.json"):
                old.unlink()


def environment(cache: Path) -> dict[str, str]:
    """Return this environment without settings of ours, with a place for bytecode as users have."""
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith("AIIMAGEPIPE_")
    }
    plain.pop("PYTHONDONTWRITEBYTECODE", None)
    return plain | {"PYTHONPATH": str(TOP), "PYTHONPYCACHEPREFIX": str(cache / "bytecode")}


def measured(command: Sequence[str], output: Path, cache: Path) -> Cost:
    """Run a command to its end, its output written to a file, and return what it took."""
    with output.open("wb") as file, output.with_suffix(".err").open("wb") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=file, stderr=errors, env=environment(cache))
        _, _, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = 0
    return Cost(wall, usage.ru_utime + usage.ru_stime)
