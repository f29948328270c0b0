"""The service that install_service.ps1 has installed, with install_under_wine.ps1's settings."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from patience import PATIENCE_S, wait_for
from running_service import Place

NAME = "AIImageMetaPipe"
PLACE = Place(Path(r"C:\watched"))


def told(*words: str) -> str:
    """Run a program to its end and return what it says. Its exit code has to be 0."""
    code, said = attempted(*words)
    assert code == 0, f"{words}: {code}: {said}"
    return said


def attempted(*words: str) -> tuple[int, str]:
    """Run a program to its end and return its exit code and what it says."""
    # Into a file: services that start meanwhile inherit our pipes, which then never end (Wine 8).
    with tempfile.TemporaryFile() as out:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            creationflags=subprocess.CREATE_NO_WINDOW,
            check=False,
            timeout=PATIENCE_S,
        )
        out.seek(0)
        return done.returncode, out.read().replace(b"\0", b"").decode("utf-8", "replace")


def processes(*names: str) -> list[psutil.Process]:
    """Return the running processes of these programs."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(
            psutil.Error, OSError
        ):  # it has just ended, or is the system's own
            found += [one] if one.name().lower() in names else []
    return found


@dataclass(frozen=True, slots=True)
class Installed:
    """The service of a place."""

    place: Place

    def state(self) -> str:
        """Return what the service manager says of it: ``RUNNING``."""
        line = next(line for line in told("sc.exe", "query", NAME).splitlines() if "STATE" in line)
        return line.split()[-1]

    def start(self) -> None:
        """Have the service manager start it, and wait until it tells of itself."""
        told("net", "start", NAME)
        self.wait_until_up(other_than=0)

    def wait_until_up(self, other_than: int) -> int:
        """Wait until a process other than the given one tells of itself, and return its number."""
        wait_for(lambda: self.pid() not in (0, other_than), expected=True)
        return self.pid()

    def pid(self) -> int:
        """Return the number of the process that runs the service; 0 where none tells of itself."""
        return int(str(self.place.status_file().get("pid", 0)))

    def kill(self) -> None:
        """End its Python at once, and nothing else."""
        psutil.Process(self.pid()).kill()

    def stop(self) -> None:
        """Have the service manager stop it."""
        told("net", "stop", NAME)
        wait_for(self.state, "STOPPED")


def empty_place() -> Place:
    """Stop the service, and return its place as a new one."""
    attempted("net", "stop", NAME)
    wait_for(Installed(PLACE).state, "STOPPED")
    for folder in (PLACE.input, PLACE.database.parent):
        wait_for(partial(is_removed, folder), expected=True)
    (PLACE.database.parent / "logs").mkdir(parents=True)
    PLACE.input.mkdir()
    PLACE.configure()
    return PLACE


def is_removed(folder: Path) -> bool:
    """Remove a folder, and tell whether it is gone: a program that ends may hold a file in it."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


@contextmanager
def installed(place: Place) -> Iterator[Installed]:
    """Give the installed service, which runs until the block ends."""
    service = Installed(place)
    service.start()
    try:
        yield service
    finally:
        attempted("net", "stop", NAME)
        wait_for(service.state, "STOPPED")
