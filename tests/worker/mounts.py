"""File systems mounted for a test: they need Linux and the right to mount."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass(slots=True)
class Disks:
    """Mounts empty disks; all are unmounted in the end."""

    images: Path
    """Where the disks are as files, so that one can be mounted again with what it holds."""
    mounted: ExitStack = field(default_factory=ExitStack)

    def mount(self, name: str, place: Path) -> None:
        """Mount the disk of this name, a new one the first time, in a folder."""
        disk = self.images / name
        disk.mkdir(parents=True, exist_ok=True)
        if not disk.is_mount():
            run("mount", "-t", "tmpfs", "-o", "size=16m", "none", disk)
            self.mounted.callback(run, "umount", "-l", disk)
        run("mount", "--bind", disk, place)

    def unmount(self, place: Path) -> None:
        """Take the disk away; what it holds stays on it."""
        run("umount", "-l", place)


def run(*words: str | Path) -> None:
    subprocess.run(words, check=True, capture_output=True)


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[Disks]:
    """Return disks to be mounted, or skip where nothing may be."""
    if sys.platform != "linux":
        pytest.skip("no tmpfs here")
    with ExitStack() as mounted:
        made = Disks(tmp_path / "disks", mounted)
        place = tmp_path / "tried"
        place.mkdir()
        try:
            made.mount("tried", place)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("may not mount here")
        made.unmount(place)
        yield made
