"""Whether a path lies on a network drive, where SQLite's WAL cannot work.

The log's index is shared memory: two programs see the same only on the same machine (sqlite.org/wal.html).
"""

import ctypes
import re
import sys
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

NETWORK_TYPES = frozenset(
    "nfs nfs4 cifs smb smb3 smbfs afs ncpfs ceph glusterfs lustre beegfs fuse.sshfs fuse.rclone fuse.s3fs "
    "fuse.glusterfs fuse.cephfs davfs fuse.davfs2 coda orangefs".split(),
)

DRIVE_REMOTE = 4
"""What Windows' GetDriveType says of a mapped network drive."""


def network_type(path: Path, mounts: Path = MOUNTS) -> str | None:
    """Return the network file system that a path lies on (``nfs4``, ``cifs`` …), or None for a local one."""
    if sys.platform == "win32":
        return _windows_type(path)
    if not mounts.is_file():
        return None
    return _mounted_type(path.resolve(), mounts.read_text(encoding="utf-8", errors="replace"))


def _mounted_type(path: Path, text: str) -> str | None:
    nearest, found = -1, ""
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        point = Path(_unescaped(before.split()[4]))
        depth = len(point.parts)
        if depth >= nearest and path.is_relative_to(point):
            nearest, found = depth, after
    type_, _, options = found.partition(" ")
    # WSL shows Windows' drives as 9p: local, but its locks do not reach a DB Browser on the Windows side.
    if type_ in NETWORK_TYPES or (type_ == "9p" and "aname=drvfs" in options):
        return type_
    return None


def _unescaped(point: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point)


def _windows_type(path: Path) -> str | None:
    if path.drive.startswith("\\\\"):
        return "UNC share"
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  # the attribute exists on Windows only
    return "mapped network drive" if kernel.GetDriveTypeW(path.anchor) == DRIVE_REMOTE else None
