"""Which folders lie on another machine, whose changes give no events here."""

import os
import re
import sys
from pathlib import Path

NETWORK = frozenset(
    "nfs nfs4 cifs smb3 smbfs ncpfs afs 9p ceph glusterfs lustre davfs vboxsf prl_fs fuse.sshfs fuse.rclone fuse.davfs "
    "fuse.s3fs fuse.glusterfs fuse.ceph fuse.vmhgfs-fuse fuse.gvfsd-fuse fuse.smbnetfs fuse.grpcfuse".split(),
)
"""File systems, as Linux names them, that tell only of what this machine does itself."""

_DRIVE_REMOTE = 4

_MOUNTS = Path("/proc/self/mountinfo")


def is_network(path: Path) -> bool:
    """Tell whether a folder lies on a network file system, as far as the system says."""
    if sys.platform == "win32":
        return _is_remote_drive(path)
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:  # macOS has none
        return False
    return file_system(path.resolve(), mounts) in NETWORK


def file_system(path: Path, mounts: str) -> str | None:
    """Return the type of the file system that holds a resolved path, by the text of ``/proc/self/mountinfo``."""
    depth, found = -1, None
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        columns = left.split(" ")
        if len(columns) <= _MOUNT_POINT_COLUMN:
            continue
        point = Path(_unescaped(columns[_MOUNT_POINT_COLUMN]))
        if len(point.parts) >= depth and path.is_relative_to(point):  # of two mounts on one place the later counts
            depth, found = len(point.parts), right.split(" ")[0]
    return found


_MOUNT_POINT_COLUMN = 4


def _unescaped(text: str) -> str:
    """Undo the octal escapes that stand for blanks and backslashes."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _is_remote_drive(path: Path) -> bool:
    if sys.platform != "win32":
        return False
    import ctypes  # noqa: PLC0415 (windll exists on Windows alone)

    is_share = os.fspath(path).startswith("\\\\")
    return is_share or ctypes.windll.kernel32.GetDriveTypeW(path.anchor) == _DRIVE_REMOTE
