"""``open``: a picture in the system's own viewer."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import typer

from service.cli.find_image import Image, find_image, locate
from service.cli.options import ConfigFile, DatabaseFile, load_config
from service.cli.output import say
from service.config import Config
from service.errors import StartError
from service.paths import to_stored
from service.store.database_reader import DatabaseReader

FAILS_WITHIN_S = 2.0
"""A viewer that cannot be started says so at once; one that runs is not waited for."""


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("open")(open_)


def open_(
    image: Image,
    config: ConfigFile = None,
    db: DatabaseFile = None,
) -> None:
    """Open a picture in the program that this system shows such files with."""
    settings = load_config(config, None, db, only_reads=True)
    with DatabaseReader.open(settings.database.path) as reader:
        row = find_image(reader, settings.roots, image)
        path = locate(reader, settings.roots, row.file)
    _require_picture(path, settings)
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606  # its ending is an image's, so no program is run
    else:
        _start_viewer("open" if sys.platform == "darwin" else "xdg-open", path)
    say(f"opened {to_stored(path)}")


def _require_picture(path: Path, settings: Config) -> None:
    """Raise StartError where the file is gone, or where to open it might run it."""
    if not path.is_file():
        raise StartError(
            f"{path}: is not there; `aiimagepipe show` says since when it is missing, and "
            "`aiimagepipe status` which roots are offline"
        )
    if path.suffix.lower() not in settings.watch.extensions:
        raise StartError(f"{path}: is not opened, since {path.suffix} is none of watch.extensions")


def _start_viewer(program: str, path: Path) -> None:
    """Hand the file to the system's opener, as one argument and without a shell."""
    opener = shutil.which(program)
    if opener is None:
        raise StartError(f"{program} is not on PATH, which opens files here; the picture is {path}")
    quiet = subprocess.DEVNULL
    viewer = subprocess.Popen(
        [opener, path], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        code = viewer.wait(FAILS_WITHIN_S)
    except subprocess.TimeoutExpired:
        return
    if code:
        raise StartError(f"{program} cannot open {path} (exit code {code})")
