"""Reading the configuration: the sources in order of rank, then every check there is.

A ``Source`` is the settings that one place states, with a way to name the place of any of them.
"""

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from service import paths
from service.config import folder_checks
from service.config.model import DEFAULT_ROOT, LISTS, Config, section_of
from service.config.problems import ConfigError, Problem, read_refusals, setting_name
from service.config.toml_lines import SettingKey, line_numbers
from service.light_dataclasses import dataclass

PREFIX = "AIIMAGEPIPE_"
"""``AIIMAGEPIPE_WATCH__SETTLE_SECONDS=2`` sets ``settle_seconds`` in ``[watch]``."""


@dataclass(frozen=True, slots=True)
class Source:
    """The settings that one place states."""

    tables: Mapping[str, object]
    """As TOML nests them."""
    place: Callable[[SettingKey], str]
    """Names the place of a key, for a message."""

    def states(self, key: SettingKey) -> bool:
        """Tell whether this source states the setting (a root is stated only as a whole)."""
        table = self.tables.get(str(key[0])) if key else None
        if isinstance(table, Mapping) and len(key) > 1:
            return key[1] in table
        return table is not None


def read_file(path: Path) -> Source:
    """Return what a config.toml states. Raises ConfigError where it is no TOML."""
    text = _read(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax_problem(path, str(error))]) from None

    @cache
    def lines() -> dict[SettingKey, int]:
        return line_numbers(text)

    def place(key: SettingKey) -> str:
        for end in range(len(key), 0, -1):
            line = lines().get(key[:end])
            if line is not None:
                return f"{path}:{line}"
        return str(path)

    return Source(tables, place)


def _read(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")  # Notepad writes a byte order mark
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            [Problem(f"{path}:{line}", "", "is not UTF-8; save the file in that encoding")]
        ) from None
    except OSError as error:
        raise ConfigError([Problem(str(path), "", f"cannot be read: {error.strerror}")]) from None
    return text.replace("\r\n", "\n")


def _syntax_problem(path: Path, message: str) -> Problem:
    line = re.search(r"line (\d+)", message)
    where = f"{path}:{line[1]}" if line else str(path)
    text = f"is not TOML: {message}"
    if "\\" in message or "hex" in message:
        text += "; write a Windows path in 'single quotes' or with / between folders"
    elif message.startswith("Invalid value"):
        text += "; a text needs quotes, and true and false are in lower case"
    return Problem(where, "", text)


def read_environment(variables: Mapping[str, str]) -> Source:
    """Return what the environment states."""
    tables: dict[str, dict[str, object] | object] = {}
    names: dict[SettingKey, str] = {}
    for name in sorted(variables):
        if not name.upper().startswith(PREFIX):
            continue
        key = tuple(name[len(PREFIX) :].lower().split("__", 1))
        names[key] = name
        value = _read_variable(key, variables[name])
        table = tables.setdefault(key[0], {}) if len(key) > 1 else None
        if isinstance(table, dict):
            table[key[1]] = value
        else:
            tables[key[0]] = value
    return Source(tables, lambda key: f"environment variable {_find_variable(names, key)}")


def _find_variable(names: Mapping[SettingKey, str], key: SettingKey) -> str:
    """Return the variable that states a setting, or the first of its table."""
    for known, name in names.items():
        if known == key[: len(known)]:
            return name
    return next(name for known, name in names.items() if known[0] == key[0])


def _read_variable(key: SettingKey, text: str) -> object:
    """Return a variable's text as TOML reads it.

    Or as it is, where the setting is a path or the text is no TOML value.
    """
    section = section_of(str(key[0]))
    field = section.model_fields.get(str(key[-1])) if section else None
    if field is not None and (field.default is None or isinstance(field.default, Path)):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def read_command_line(tables: Mapping[str, object]) -> Source:
    """Return what the options of a command state."""
    return Source(tables, lambda _key: "command line")


def merge_sources(sources: Sequence[Source]) -> dict[str, object]:
    """Return all settings; where two sources state one, the first source wins."""
    whole: dict[str, object] = {}
    for source in reversed(sources):
        for name, table in source.tables.items():
            below = whole.get(name)
            if isinstance(below, Mapping) and isinstance(table, Mapping):
                whole[name] = {**below, **table}
            else:
                whole[name] = table
    return whole


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

    ``path`` is the file, which must exist; None means the project's own, where there is one.
    ``overrides`` are the options of a command, nested as in the file: ``{"database": {"path":
    "out/other.db"}}``. Relative paths of every source are anchored at the file's folder. Nothing is
    written; ``prepare`` makes the folders, which must be possible unless ``only_reads``.
    """
    config, _ = _load(path, overrides, variables, only_reads=only_reads)
    return config


def _load(
    path: Path | None,
    overrides: Mapping[str, object],
    variables: Mapping[str, str] | None,
    *,
    only_reads: bool,
) -> tuple[Config, list[Source]]:
    file = path.absolute() if path else paths.project_root() / FILE
    environment = os.environ if variables is None else variables
    sources = [read_command_line(overrides), read_environment(environment)]
    if path or file.is_file():
        sources.append(read_file(file))
    tables = _complete(merge_sources(sources))
    try:
        config = Config.model_validate(tables, context={"base": file.parent})
    except ValidationError as error:
        raise ConfigError(_locate(sources, read_refusals(error))) from None
    clashes = _locate(sources, folder_checks.find_clashes(config, only_reads=only_reads))
    if clashes:
        raise ConfigError(clashes)
    return config, sources


Refusals = Iterable[tuple[SettingKey, str]]
"""The key and the sentence of each setting that cannot be used."""


def check(
    path: Path | None = None,
    *,
    variables: Mapping[str, str] | None = None,
    look_around: Callable[[Config], Refusals] = lambda _: (),
) -> list[Problem]:
    """Return all that hinders a start with this configuration; nothing where it is sound.

    ``look_around`` is asked of a configuration that can be read what is not there that it names.
    """
    try:
        config, sources = _load(path, _NOTHING, variables, only_reads=False)
    except ConfigError as error:
        return list(error.problems)
    return _locate(sources, look_around(config))


def _complete(tables: dict[str, object]) -> dict[str, object]:
    """Return the tables with empty ones for those left out.

    So that their defaults are anchored at the file too.
    """
    default_root = {"name": DEFAULT_ROOT, "path": DEFAULT_ROOT}
    empty: dict[str, object] = {name: {} for name in Config.model_fields if name not in LISTS}
    return {"root": [default_root], **empty, **tables}


def _locate(sources: Sequence[Source], found: Refusals) -> list[Problem]:
    """Return a problem for each key and sentence, with the place of the source that states it."""
    problems: list[Problem] = []
    for key, text in found:
        places = (source.place(key) for source in sources if source.states(key))
        problems.append(Problem(next(places, "built-in default"), setting_name(key), text))
    return problems
