"""A service installed with the values of install_service.ps1.

Without PowerShell, which Wine does not have.
"""

import contextlib
import shutil
import subprocess
import tempfile
import time
import winreg
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from patience import PATIENCE_S, wait_for
from running_service import TOP, Place
from service_table import manager_words, service_rows

PARAMETERS = r"SYSTEM\CurrentControlSet\Services\{}\Parameters"
TYPES = {
    "ExpandString": winreg.REG_EXPAND_SZ,
    "MultiString": winreg.REG_MULTI_SZ,
    "DWord": winreg.REG_DWORD,
}
UNKNOWN_TO_WINE = {"config", "failureflag"}
"""Words of sc.exe that Wine's does not know; on Windows the script says them, and no test has."""
PYTHON = Path(r"C:\Python\python.exe")


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
    name: str

    def state(self) -> str:
        """Return what the service manager says of it: ``RUNNING``."""
        line = next(
            line for line in told("sc.exe", "query", self.name).splitlines() if "STATE" in line
        )
        return line.split()[-1]

    def start(self) -> None:
        """Have the service manager start it, and wait until it tells of itself."""
        told("net", "start", self.name)
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
        told("net", "stop", self.name)
        wait_for(self.state, "STOPPED")


def register(place: Place, name: str) -> None:
    """Install the service as the script does."""
    exiftool = shutil.which("exiftool")
    nssm = shutil.which("nssm")
    assert exiftool
    assert nssm
    logs = place.top / "out" / "logs"
    logs.mkdir(parents=True)
    told(nssm, "install", name, str(PYTHON))
    places = {
        "python": PYTHON,
        "project": TOP,
        "config": place.config,
        "logs": logs,
        "exiftool": exiftool,
    }
    with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, PARAMETERS.format(name)) as key:
        for row in service_rows({place: str(path) for place, path in places.items()}):
            if row.kind == "SubKey":
                winreg.SetValue(key, row.name, winreg.REG_SZ, row.content)
            else:
                content = {"DWord": int, "MultiString": lambda text: [text]}.get(row.kind, str)(
                    row.content
                )
                winreg.SetValueEx(key, row.name, 0, TYPES[row.kind], content)
    for words in manager_words(name):
        if words[0] not in UNKNOWN_TO_WINE:
            told("sc.exe", *words)


@contextmanager
def installed(place: Place) -> Iterator[Installed]:
    """Give a service that is installed and runs; it is removed when the block ends."""
    # A name of its own: Wine keeps a removed service's name taken until it is started anew.
    service = Installed(place, f"AIImageMetaPipe-{time.time_ns()}")
    register(place, service.name)
    try:
        service.start()
        yield service
    finally:
        attempted("net", "stop", service.name)
        told("sc.exe", "delete", service.name)
