"""What happens to the service meanwhile: kills, a full disk, a lock, an old snapshot, mounts."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Protocol

import apsw
import psutil
from ended import wait_until_ended
from patience import PATIENCE_S, wait_for
from running_service import Place, Running, environment

BUSY_MS = 30_000
MOUNT_POINT = "Input/disk"
AWAY = "is offline or emptied"


class Service:
    """The real service as a process, started, killed, stopped, and started again."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._running: Running | None = None

    @property
    def pid(self) -> int | None:
        """Return the number of its main process; None while it is not there."""
        return None if self._running is None else self._running.pid

    def start(self) -> None:
        """Start it; it may still be on its way up."""
        with (self.place.top / "console.txt").open("ab") as console:
            process = subprocess.Popen(
                self.place.command("run"),
                stdout=console,
                stderr=console,
                env=environment(),
                cwd=self.place.top,
            )
        self._running = Running(self.place, process)

    def kill(self) -> None:
        """End it with SIGKILL; all that it started has to end, too."""
        if self._running is not None:
            self._running.kill()
            self._running = None

    def stop(self) -> int:
        """Ask it to stop; return its exit code."""
        assert self._running is not None
        running, self._running = self._running, None
        running.wait_until_up()
        return running.stop()

    def find_death(self) -> str | None:
        """Return what is wrong where it has ended by itself."""
        if self._running is None or self._running.process.poll() is None:
            return None
        return f"the service has ended by itself with code {self._running.process.returncode}"

    def readers(self) -> list[psutil.Process]:
        """Return its reader processes."""
        return [one for one in self._children() if "service.readers" in command_of(one)]

    def exiftools(self) -> list[psutil.Process]:
        """Return the ExifTools of its readers."""
        return [one for one in self._children() if "-stay_open" in command_of(one)]

    def _children(self) -> list[psutil.Process]:
        if self._running is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return self._running.children()
        return []


def command_of(process: psutil.Process) -> list[str]:
    """Return a process's command line, nothing where it has ended."""
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        command: list[str] = process.cmdline()
        return command
    return []


def kill_one(processes: Callable[[], list[psutil.Process]], dice: Random) -> bool:
    """Kill one of these processes with SIGKILL; return whether there was any."""
    found = processes()
    if not found:
        return False
    victim = dice.choice(found)
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.kill()
        wait_until_ended([victim])
    return True


class Disturbance(Protocol):
    """Something that lasts for some steps, and is over at the end of its round."""

    def begin(self) -> None:
        """Let it begin."""

    def end(self) -> None:
        """Let it be over."""


class KilledService:
    """The service is killed, and started again some steps later."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.begin = service.kill
        self.end = service.start


class LockedDatabase:
    """Another program holds the database, as DB Browser does with unwritten changes."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._connection: apsw.Connection | None = None

    def begin(self) -> None:
        """Take the lock; where nobody may write, as on a full disk, there is none to take."""
        connection = apsw.Connection(str(self._database))
        connection.set_busy_timeout(BUSY_MS)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except apsw.Error:
            connection.close()
            return
        self._connection = connection

    def end(self) -> None:
        """Let it go."""
        if self._connection is not None:
            self._connection.execute("ROLLBACK")
            self._connection.close()
            self._connection = None


class LongSnapshot:
    """A reader looks at an old state of the database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._connection: apsw.Connection | None = None

    def begin(self) -> None:
        """Take a snapshot; while the database is locked there is none."""
        connection = apsw.Connection(str(self._database), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            connection.execute("BEGIN; SELECT COUNT(*) FROM images").fetchall()
        except apsw.Error:
            connection.close()
            return
        self._connection = connection

    def end(self) -> None:
        """Let it go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class FullDisk:
    """The disk of the database has no room for another byte."""

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def begin(self) -> None:
        """Fill it."""
        with self._ballast.open("wb", buffering=0) as out:
            statistics = os.statvfs(self._ballast)
            with contextlib.suppress(OSError):
                os.posix_fallocate(out.fileno(), 0, statistics.f_bavail * statistics.f_frsize)
            with contextlib.suppress(OSError):
                out.seek(0, os.SEEK_END)
                while out.write(b"\0" * 4096):
                    pass

    def end(self) -> None:
        """Make room again."""
        self._ballast.unlink()


class Disks:
    """Small disks of memory, mounted where root rights allow it."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self._mounted: list[Path] = []
        self._pictures = top / "pictures on a disk"
        self.mount_point = top / MOUNT_POINT
        self.is_unplugged = False
        self.allowed = sys.platform == "linux" and self._is_allowed()

    def _is_allowed(self) -> bool:
        try:
            self.mount_memory(self._pictures, 256)
        except (OSError, subprocess.CalledProcessError):
            return False
        return True

    def mount_memory(self, folder: Path, megabytes: int) -> None:
        """Mount an empty disk of memory."""
        folder.mkdir(parents=True, exist_ok=True)
        run_plainly("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", folder)
        self._mounted.append(folder)

    def plug_in(self) -> None:
        """Mount the disk with pictures below a root."""
        self.mount_point.mkdir(parents=True, exist_ok=True)
        run_plainly("mount", "--bind", self._pictures, self.mount_point)
        self._mounted.append(self.mount_point)
        self.is_unplugged = False

    def unplug(self) -> None:
        """Take that disk away; what it holds stays on it."""
        run_plainly("umount", "-l", self.mount_point)
        self._mounted.remove(self.mount_point)
        self.is_unplugged = True

    def close(self) -> None:
        """Take all disks away."""
        while self._mounted:
            run_plainly("umount", "-l", self._mounted.pop())


def run_plainly(*words: str | Path) -> None:
    """Run a program of the system; raise where it fails."""
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE_S)


def wait_until_known_as_away(place: Place) -> None:
    """Wait until the service says that a disk is away."""
    wait_for(lambda: AWAY in str(place.status_file().get("message")), expected=True)
