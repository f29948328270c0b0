"""Unpacks a zip file into a folder; one folder around everything is left out."""

import sys
import zipfile
from pathlib import Path, PurePosixPath


def unpack(archive: Path, folder: Path) -> None:
    """Write every file of the archive below the folder."""
    with zipfile.ZipFile(archive) as files:
        names = [name for name in files.namelist() if not name.endswith("/")]
        tops = {PurePosixPath(name).parts[0] for name in names}
        skipped = 1 if len(tops) == 1 and all("/" in name for name in names) else 0
        for name in names:
            place = folder.joinpath(*PurePosixPath(name).parts[skipped:])
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(files.read(name))


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), Path(sys.argv[2]))
