"""Paths as they are typed behind a command.

As in the settings file, relative ones count from that file's folder, the project's, so that a
command does the same wherever its shell is. Where that may surprise, the user is told, with the
absolute path to type instead.
"""

import glob
from collections.abc import Sequence
from pathlib import Path

from service import paths
from service.cli.output import say
from service.config import Config
from service.errors import StartError


def base_of(config: Path | None) -> Path:
    """Return the folder from which relative paths count: the settings file's."""
    if config is None:
        return paths.project_root()
    return config.absolute().parent


def source(text: str, config: Path | None, setting: str) -> Path:
    """Return a path to read from as absolute.

    Raises StartError for ``paths.flaw``, and where there is something in the shell's folder only.
    """
    base = base_of(config)
    path = paths.resolve(text, base=base, setting=setting)
    if not _is_there(path) and (hint := _hint(text, path, base)):
        raise StartError(f"{setting}: there is nothing at {path}; {hint}")
    _tell_which(text, path, base, setting)
    return path


def output(text: str, config: Path | None, setting: str) -> Path:
    """Return a path to write to as absolute, and say where that is if the shell is elsewhere.

    Raises StartError for ``paths.output_flaw``, and for ``-``, which elsewhere means the output.
    """
    if text == "-":
        raise StartError(f"{setting}: '-' is not taken for the output here; name a file")
    base = base_of(config)
    path = paths.resolve_output(text, base=base, setting=setting)
    tell_output(text, path, base, setting)
    return path


def tell_output(text: str, path: Path, base: Path, setting: str) -> None:
    """Say where a result is written, if the same words mean another place in the shell's folder."""
    here = _in_the_shell_s_folder(text)
    if here is not None and here.resolve() != path.resolve():
        say(f"{setting}: goes to {path}; {_counting_from(base)}. For here, type {here}", err=True)


def require_folders(inputs: Sequence[str], settings: Config, config: Path | None) -> None:
    """Raise StartError where a folder that was typed is not there."""
    for text, root in zip(inputs, settings.roots, strict=True):
        if not root.path.is_dir():
            _refuse_missing(text, root.path, config, "--input", "is no folder that is there")
        _tell_which(text, root.path, base_of(config), "--input")


def require_database(text: str, settings: Config, config: Path | None, *, makes: bool) -> None:
    """Raise StartError where a database that was typed is not there.

    ``makes``: the command may make it, unless one of that name is in the shell's folder.
    """
    path = settings.database.path
    base = base_of(config)
    if path.exists():
        _tell_which(text, path, base, "--db")
        return
    if not makes or _hint(text, path, base):
        _refuse_missing(text, path, config, "--db", "there is no such database")
    tell_output(text, path, base, "--db")


def _tell_which(text: str, path: Path, base: Path, setting: str) -> None:
    """Say which one is meant, if the shell's folder has one of that name, too."""
    here = _in_the_shell_s_folder(text)
    if here is not None and _is_there(here) and here.resolve() != path.resolve():
        note = f"{setting}: means {path}; {_counting_from(base)}"
        say(f"{note}. For the one in this folder, type {here}", err=True)


def _refuse_missing(text: str, path: Path, config: Path | None, setting: str, why: str) -> None:
    hint = _hint(text, path, base_of(config))
    raise StartError("; ".join(filter(None, (f"{setting}: {path}: {why}", hint))))


def _hint(text: str, path: Path, base: Path) -> str:
    """Return which path to type where what is meant is in the shell's folder; else ''."""
    here = _in_the_shell_s_folder(text)
    if here is None or here == path or not _is_there(here):
        return ""
    return f"{_counting_from(base)}. In this folder there is one; type {here}"


def _in_the_shell_s_folder(text: str) -> Path | None:
    """Return what a relative path means to the shell; None for one that means the same anywhere."""
    if text.startswith("~") or Path(text).is_absolute():
        return None
    return Path.cwd() / text


def _counting_from(base: Path) -> str:
    return f"relative paths count from {base}"


def _is_there(path: Path) -> bool:
    return path.exists() or bool(glob.glob(str(path)))  # noqa: PTH207  # it is absolute
