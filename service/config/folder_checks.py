"""Which configured folders clash with each other, and making those that the service owns."""

import os
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from service.config.model import DEFAULT_ROOT, Config
from service.config.problems import ConfigError, Problem, setting_name
from service.config.toml_lines import SettingKey
from service.file_systems import is_folder


def find_clashes(config: Config, *, only_reads: bool = False) -> Iterator[tuple[SettingKey, str]]:
    """Yield the key and the sentence of each folder that cannot be used with the others.

    ``only_reads``: the service's own folders are not written to, so that a database on a read-only
    disk will do.
    """
    yield from _double_names(config)
    yield from _nested_roots(config)
    yield from _outputs_below_roots(config)
    yield from _shared_outputs(config)
    yield from _wrong_kinds(config)
    if not only_reads:
        yield from _unwritable_folder(("database", "path"), config.database.path.parent)
        yield from _unwritable_folder(("log", "directory"), config.log.directory)


def _double_names(config: Config) -> Iterator[tuple[SettingKey, str]]:
    first: dict[str, int] = {}
    for at, root in enumerate(config.root):
        earlier = first.setdefault(root.name.casefold(), at)
        if earlier != at:
            yield (
                ("root", at, "name"),
                f"{root.name!r} is the name of root {earlier + 1} already; names must differ",
            )


def _nested_roots(config: Config) -> Iterator[tuple[SettingKey, str]]:
    for (first, a), (second, b) in combinations(enumerate(config.root), 2):
        if _is_inside(b.path, a.path) or _is_inside(a.path, b.path):
            yield (
                ("root", second, "path"),
                (
                    f"{b.path} and root {first + 1} ({a.path}) overlap, so images would be "
                    "listed twice; keep the outer"
                ),
            )


def _outputs_below_roots(config: Config) -> Iterator[tuple[SettingKey, str]]:
    written: list[tuple[SettingKey, Path]] = [
        (("database", "path"), config.database.path.parent),
        (("log", "directory"), config.log.directory),
    ]
    if config.backup.folder is not None:  # else it is with the database
        written.append((("backup", "folder"), config.backup.folder))
    for at, export in enumerate(config.export):
        written.append((("export", at, "out"), export.out))
    cleared = _folder_of_all_outputs(config)
    for at, root in enumerate(config.root):
        for key, folder in written:
            if _is_inside(folder, root.path):
                where = f"{folder} is in the watched folder {root.path}"
                yield key, f"{where}, which would never come to rest"
        if _is_inside(root.path, config.log.directory) or _is_inside(root.path, cleared):
            yield (
                ("root", at, "path"),
                f"{root.path} is in the output folder, which may be cleared at any time",
            )


def _shared_outputs(config: Config) -> Iterator[tuple[SettingKey, str]]:
    first: dict[str, int] = {}
    for at, export in enumerate(config.export):
        earlier = first.setdefault(str(export.out).casefold(), at)
        if earlier != at:
            yield (
                ("export", at, "out"),
                f"{export.out} is what export {earlier + 1} writes already; name another file",
            )


def _folder_of_all_outputs(config: Config) -> Path | None:
    """Return the folder of all outputs, or None where they are spread.

    ``--db results.db`` writes beside the images' folder and harms nothing; a folder of the
    service's own that also holds the logs is one that users clear.
    """
    folder = config.database.path.parent
    if folder == config.log.directory.parent:
        return folder
    return None


def _is_inside(path: Path, folder: Path | None) -> bool:
    return folder is not None and _real(path).is_relative_to(_real(folder))


def _real(path: Path) -> Path:
    """Return the path with links followed, so that a link into Input is seen as Input."""
    return Path(os.path.normcase(os.path.realpath(path)))


def _wrong_kinds(config: Config) -> Iterator[tuple[SettingKey, str]]:
    if config.database.path.is_dir():
        yield (
            ("database", "path"),
            f"{config.database.path} is a folder; name a file in it, like images.db",
        )
    for at, root in enumerate(config.root):
        if os.path.isfile(root.path):  # noqa: PTH113  # pathlib raises where a disk is dead
            yield ("root", at, "path"), f"{root.path} is a file; name a folder"


def _unwritable_folder(key: SettingKey, folder: Path) -> Iterator[tuple[SettingKey, str]]:
    reason = why_unwritable(folder)
    if reason:
        yield key, reason


def why_unwritable(folder: Path) -> str | None:
    """Return why nothing can be written to a folder and what to do, or None where it can.

    The folder may yet have to be made.
    """
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        return f"{nearest} is no folder"
    if not os.access(nearest, os.W_OK | os.X_OK):
        return f"{nearest} cannot be written to; give this user the right, or name another folder"
    return None


def prepare(config: Config) -> list[str]:
    """Make the folders that the service owns; return a sentence for each root that is not there.

    A missing root is not made: it may be a disk that is not plugged in. Only the default ``Input``
    is. Raises ConfigError where a folder cannot be made.
    """
    _make(config.database.path.parent, ("database", "path"))
    _make(config.log.directory, ("log", "directory"))
    for at, root in enumerate(config.root):
        if (root.name, root.path.name) == (DEFAULT_ROOT, DEFAULT_ROOT):
            _make(root.path, ("root", at, "path"))
    return list(find_missing_roots(config))


def find_missing_roots(config: Config) -> Iterator[str]:
    """Yield a sentence for each root that is not there."""
    for root in config.root:
        if not is_folder(root.path):
            what = "it is taken as offline and looked for again"
            yield f"root {root.name!r}: {root.path} is not there; {what}"


def _make(folder: Path, key: SettingKey) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = Problem(str(folder), setting_name(key), f"cannot be made: {error.strerror}")
        raise ConfigError([problem]) from None
