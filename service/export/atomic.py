"""Files that appear whole or not at all."""

import contextlib
import errno
import filecmp
import glob
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from service.errors import StartError, TryAgainError
from service.light_dataclasses import dataclass
from service.process_tree import is_running

ATTEMPTS = 5
PAUSE_S = 0.2
LEFT_S = 3600.0
"""Nobody writes one file for so long: past this age what is half written was left behind."""


@dataclass(slots=True)
class Update:
    """A file that is being written anew."""

    out: BinaryIO
    changed: bool = False
    """After the block: whether its bytes are other ones than before."""


@contextmanager
def replace_file(target: Path) -> Iterator[BinaryIO]:
    """Give a file to write, as ``update_file`` does."""
    with update_file(target) as update:
        yield update.out


@contextmanager
def update_file(target: Path) -> Iterator[Update]:
    """Give a file to write.

    When the block ends well it takes ``target``'s place, otherwise the old file stays.

    It stays, too, with its time, where the new bytes are the old ones: programs that keep a list in
    memory read it again only when the file's time changes. A link goes on pointing where it did,
    and the file there keeps its rights. Raises StartError where no file can be made there,
    TryAgainError where it cannot be written to its end.
    """
    place = Path(os.path.realpath(target)) if target.is_symlink() else target
    temporary = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    out = _begin(temporary, place)
    update = Update(out)
    try:
        with out:
            yield update
            out.flush()
            update.changed = not _is_same(temporary, place)
            if update.changed:
                os.fsync(out.fileno())
        if update.changed:
            _keep_rights(place, temporary)
            _replace(temporary, place)
    except OSError as error:
        raise TryAgainError(
            f"{target}: cannot be written ({error.strerror}); the old file stays"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _is_same(new: Path, old: Path) -> bool:
    return old.is_file() and filecmp.cmp(new, old, shallow=False)


def _keep_rights(old: Path, new: Path) -> None:
    """Give a new file the old one's rights.

    Windows has only a read-only mark, with which nothing could replace it.
    """
    if os.name != "nt" and old.is_file():
        shutil.copymode(old, new)


def _begin(temporary: Path, target: Path) -> BinaryIO:
    make_folder(target.parent, target)
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        _sweep(target)
        return temporary.open("wb")
    except OSError as error:
        raise StartError(
            f"{target}: cannot be written ({error.strerror}); name another file"
        ) from error


def make_folder(folder: Path, target: Path) -> None:
    """Make a folder for a target.

    Raises StartError, which names the target, where that cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise StartError(
            f"{target}: cannot be written ({error.filename} is no folder); name another file"
        ) from error
    except OSError as error:
        raise StartError(
            f"{target}: cannot be written ({error.strerror}); name another file"
        ) from error


def _replace(temporary: Path, target: Path) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            temporary.replace(target)
        except PermissionError:  # Windows, while another program has the old file open
            if attempt == ATTEMPTS:
                raise
            time.sleep(PAUSE_S * attempt)
        else:
            return


def _sweep(target: Path) -> None:
    """Delete what a process left that was killed while it wrote this file."""
    sweep(target.parent, glob.escape(target.name))


def sweep(folder: Path, name: str) -> None:
    """Delete what killed processes left in a folder while they wrote files of this pattern."""
    for left in folder.glob(f".{name}.*.tmp"):
        with contextlib.suppress(OSError):
            if _has_ended(left) or time.time() - left.stat().st_mtime > LEFT_S:
                left.unlink()


def _has_ended(left: Path) -> bool:
    """Tell whether the process that its name states has surely ended."""
    number = left.suffixes[-2].removeprefix(".")
    return number.isdecimal() and not is_running(int(number))
