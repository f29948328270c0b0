"""What differs from one file system to another.

A network drive gives no events of other machines' writes and cannot share a database. One that
knows no case finds a file under names that it does not have.
"""

import os
import re
import stat
import sys
from functools import lru_cache
from pathlib import Path
from typing import Literal

MOUNTS = Path("/proc/self/mountinfo")

NETWORK = frozenset(
    "nfs nfs4 cifs smb smb3 smbfs ncpfs afs coda 9p drvfs ceph glusterfs lustre beegfs orangefs "
    "davfs vboxsf prl_fs fuse.sshfs fuse.rclone fuse.davfs fuse.davfs2 fuse.s3fs fuse.glusterfs "
    "fuse.ceph fuse.cephfs fuse.vmhgfs-fuse fuse.gvfsd-fuse fuse.smbnetfs fuse.grpcfuse".split(),
)
"""As Linux names them.

``drvfs`` is our name for WSL's view of Windows' drives, which it mounts as 9p.
"""

_DRIVE_REMOTE = 4
"""What Windows' GetDriveType says of a mapped network drive."""

_LONGEST = 32_768
"""Characters of the longest path that Windows knows."""

_MOUNT_POINT_COLUMN = 4


FileKind = Literal["file", "folder", "link", "special", "placeholder"]

_OFFLINE = 0x1000
_RECALL_ON_DATA_ACCESS = 0x400000
_MOUNT_POINT = 0xA0000003
"""The reparse tag of a Windows junction, which Python 3.11 does not count among the links."""


LATEST_NS = 2**63 - 1
"""The last nanosecond that the database can hold, in the year 2262."""


def modified_ns(status: os.stat_result) -> int:
    """Return when a file was written, in nanoseconds since 1970, within what 64 bits hold.

    A clock that was wrong, or ``touch -d``, writes times far beyond: ext4 up to the year 2446.
    """
    return max(-LATEST_NS, min(status.st_mtime_ns, LATEST_NS))


def kind_of(status: os.stat_result) -> FileKind:
    """Return what an ``lstat`` result describes.

    A cloud file whose bytes are elsewhere is a ``placeholder``. Links are a kind of their own and
    never followed: a link to a place inside the root would only show a file twice, and one that
    leads out of it is none of ours.
    """
    if stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _MOUNT_POINT:
        return "link"
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    if not stat.S_ISREG(status.st_mode):
        return "special"
    attributes = getattr(status, "st_file_attributes", 0)
    if attributes & (_OFFLINE | _RECALL_ON_DATA_ACCESS):
        return "placeholder"
    return "file"


def network_type(path: Path) -> str | None:
    """Return a path's network file system (``nfs4``, ``UNC share`` …), None for a local one."""
    if sys.platform == "win32":
        return _windows_type(path)
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # macOS has none
        return None
    found = file_system_of(path.resolve(), mounts)
    return found if found in NETWORK else None


def file_system_of(path: Path, mounts: str) -> str | None:
    """Return the type of the file system that holds a resolved path.

    ``mounts`` is the text of ``/proc/self/mountinfo``.
    """
    depth = -1
    found: str | None = None
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        columns = left.split(" ")
        if len(columns) <= _MOUNT_POINT_COLUMN:
            continue
        point = Path(_unescape(columns[_MOUNT_POINT_COLUMN]))
        # Of two mounts on one place the later counts.
        if len(point.parts) >= depth and path.is_relative_to(point):
            depth = len(point.parts)
            found = "drvfs" if "aname=drvfs" in right else right.split(" ")[0]
    return found


def is_folder(path: str | Path) -> bool:
    """Tell whether a folder is there; where its disk does not answer, pathlib would raise."""
    return os.path.isdir(path)  # noqa: PTH112


def is_same_file(one: Path, other: Path) -> bool:
    """Tell whether two spellings are one file or folder, as on a file system that knows no case.

    Two hard links of one file are two.
    """
    try:
        first = one.lstat()
        second = other.lstat()
    except OSError:
        return False
    if first.st_ino == 0:  # some network drives number no file
        return False
    if (first.st_dev, first.st_ino) != (second.st_dev, second.st_ino):
        return False
    return stat.S_ISDIR(first.st_mode) or first.st_nlink == 1


def own_spelling(path: Path) -> Path:
    """Return the path of a file that is there, in the spelling that its folder has for it.

    On a file system that knows no case it may differ from the one that found the file.
    """
    if sys.platform == "win32":  # there one name's spelling is told, however many there are
        return path.with_name(Path(os.path.realpath(path)).name)
    if not is_same_file(path, path.with_name(path.name.swapcase())):
        return path
    try:
        names = _spellings(path.parent, path.parent.stat().st_mtime_ns)
    except OSError:
        return path
    return path.with_name(names.get(path.name.casefold(), path.name))


@lru_cache(maxsize=1)  # many files of one folder are asked for in a row
def _spellings(folder: Path, _mtime_ns: int) -> dict[str, str]:
    return {one.name.casefold(): one.name for one in folder.iterdir()}


def long_name(path: str) -> str:
    """Return a path with Windows' long names in it.

    Windows may give a file's short name (``FOXINT~1.PNG``) where a program opened it by that.
    """
    if sys.platform != "win32" or "~" not in path:
        return path
    import ctypes  # noqa: PLC0415 (windll exists on Windows alone)

    found = ctypes.create_unicode_buffer(_LONGEST)
    length: int = ctypes.windll.kernel32.GetLongPathNameW(path, found, _LONGEST)
    return found.value if 0 < length < _LONGEST else path


def _unescape(text: str) -> str:
    """Undo the octal escapes of blanks and backslashes."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _windows_type(path: Path) -> str | None:
    if sys.platform != "win32":
        return None
    import ctypes  # noqa: PLC0415 (windll exists on Windows alone)

    if os.fspath(path).startswith("\\\\"):
        return "UNC share"
    is_mapped = ctypes.windll.kernel32.GetDriveTypeW(path.anchor) == _DRIVE_REMOTE
    return "mapped network drive" if is_mapped else None
