"""Reading the configuration: the sources in order of rank, then every check there is."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from service import paths
from service.config import folders, sources
from service.config.lines import Key
from service.config.model import DEFAULT_ROOT, LISTS, Config
from service.config.problems import ConfigError, Problem, refusals, setting

_NOTHING: Mapping[str, object] = MappingProxyType({})

FILE = "config.toml"


def load(
    path: Path | None = None,
    overrides: Mapping[str, object] = _NOTHING,
    *,
    variables: Mapping[str, str] | None = None,
    only_reads: bool = False,
) -> Config:
    """Return the configuration. Raises ConfigError, which lists all problems at once.

    ``path`` is the file, which must exist; None means the project's own, where there is one. ``overrides`` are the
    options of a command, nested as in the file: ``{"database": {"path": "out/other.db"}}``. Relative paths of every
    source are anchored at the file's folder. Nothing is written; ``prepare`` makes the folders, which must be possible
    unless ``only_reads``.
    """
    file = _file(path)
    ranked = (
        sources.command_line(overrides),
        sources.environment(os.environ if variables is None else variables),
        *((sources.file(file),) if path or file.is_file() else ()),
    )
    base = file.parent
    try:
        config = Config.model_validate(_complete(sources.merged(ranked)), context={"base": base})
    except ValidationError as error:
        raise ConfigError([_problem(ranked, key, text) for key, text in refusals(error)]) from None
    if clashes := [_problem(ranked, key, text) for key, text in folders.clashes(config, only_reads=only_reads)]:
        raise ConfigError(clashes)
    return config


def check(path: Path | None = None, *, variables: Mapping[str, str] | None = None) -> list[Problem]:
    """Return all that hinders a start with this configuration; nothing where it is sound."""
    try:
        load(path, variables=variables)
    except ConfigError as error:
        return list(error.problems)
    return []


def _file(path: Path | None) -> Path:
    return path.absolute() if path else paths.project_root() / FILE


def _complete(tables: dict[str, object]) -> dict[str, object]:
    """Return the tables with those left out as empty ones, so that defaults are anchored at the file too."""
    default_root = {"name": DEFAULT_ROOT, "path": DEFAULT_ROOT}
    empty: dict[str, object] = {name: {} for name in Config.model_fields if name not in LISTS}
    return {"root": [default_root], **empty, **tables}


def _problem(ranked: tuple[sources.Source, ...], key: Key, text: str) -> Problem:
    place = next((source.place(key) for source in ranked if source.states(key)), "built-in default")
    return Problem(place, setting(key), text)
