"""The options that several commands share, and the configuration they make."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from service.cli.typed_paths import require_database, require_folders
from service.config import PREFIX, Config, load

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file; the project's config.toml if it is there."),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input", help="Folder to read instead of the configured ones; may be given several times."
    ),
]
DatabaseFile = Annotated[
    str | None, typer.Option("--db", help="Database file instead of the configured one.")
]
ExifTool = Annotated[
    str | None, typer.Option("--exiftool", help="ExifTool's program instead of the configured one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def load_config(
    config: Path | None,
    inputs: list[str] | None = None,
    db: str | None = None,
    exports: Sequence[Mapping[str, object]] | None = None,
    *,
    exiftool: str | None = None,
    only_reads: bool = False,
    makes_database: bool = False,
) -> Config:
    """Return the configuration with the command's own options in it.

    Raises ConfigError, and StartError where a folder or a database that was typed is not there.
    ``only_reads``: the command leaves the database and the log alone, and their folders need not be
    writable. ``makes_database``: the command fills it, so it need not be there.
    """
    overrides: dict[str, object] = {}
    if inputs:
        names = _root_names(inputs)
        overrides["root"] = [
            {"name": name, "path": path} for name, path in zip(names, inputs, strict=True)
        ]
    if db is not None:
        overrides["database"] = {"path": db}
    if exports is not None:
        overrides["export"] = exports
    if exiftool is not None:
        # A bare name is a program on PATH, as in a shell.
        overrides["extract"] = {"exiftool": shutil.which(exiftool) or exiftool}
    settings = load(config, overrides, only_reads=only_reads)
    if inputs:
        require_folders(inputs, settings, config)
    if db is not None:
        require_database(db, settings, config, makes=makes_database)
    return settings


PLACES = tuple(f"{PREFIX}{table}".upper() for table in ("ROOT", "DATABASE"))


def is_elsewhere(inputs: list[str] | None, db: str | None) -> bool:
    """Tell whether a run has other folders or another database than those of the settings file.

    By its options, or by a variable of the environment.
    """
    if inputs or db is not None:
        return True
    return any(name.upper().startswith(PLACES) for name in os.environ)


def has_all_roots(inputs: list[str] | None) -> bool:
    """Tell whether a run's folders are those of the settings file, and so all there are."""
    return not inputs and not any(name.upper().startswith(PLACES[0]) for name in os.environ)


def _root_names(inputs: list[str]) -> list[str]:
    """Return a root name for each folder: its own last part, numbered where two are alike."""
    names: list[str] = []
    for folder in inputs:
        name = base = Path(folder.replace("\\", "/")).name or "Input"
        number = 1
        while name.casefold() in map(str.casefold, names):
            number += 1
            name = f"{base}-{number}"
        names.append(name)
    return names
