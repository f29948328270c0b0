"""Where settings come from, each with a way to name the place of any of them.

Reading the configuration: the sources in order of rank, then every check there is.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from service import paths
from service.config import folder_checks
from service.config.model import DEFAULT_ROOT, LISTS, SECTIONS, Config
from service.config.problems import ConfigError, Problem, refusals, setting_name
from service.config.toml_lines import Key, line_numbers

PREFIX = "AIIMAGEPIPE_"
"""``AIIMAGEPIPE_WATCH__SETTLE_SECONDS=2`` sets ``settle_seconds`` in ``[watch]``."""


@dataclass(frozen=True, slots=True)
class Source:
    """The settings that one place states."""

    tables: Mapping[str, object]
    """As TOML nests them."""
    place: Callable[[Key], str]
    """Names where a key of it stands, for a message."""

    def states(self, key: Key) -> bool:
        """Tell whether this source says anything of the setting (a root is stated only as a whole)."""
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
    def lines() -> dict[Key, int]:
        return line_numbers(text)

    def place(key: Key) -> str:
        known = next(
            (lines()[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines()), None
        )
        return f"{path}:{known}" if known else str(path)

    return Source(tables, place)


def _read(path: Path) -> str:
    try:
        return (
            path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        )  # Notepad writes a byte order mark
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            [Problem(f"{path}:{line}", "", "is not UTF-8; save the file in that encoding")]
        ) from None
    except OSError as error:
        raise ConfigError([Problem(str(path), "", f"cannot be read: {error.strerror}")]) from None


def _syntax_problem(path: Path, message: str) -> Problem:
    line = re.search(r"line (\d+)", message)
    where = f"{path}:{line[1]}" if line else str(path)
    backslash = "\\" in message or "hex" in message
    mend = (
        "; write a Windows path in 'single quotes' or with / between folders" if backslash else ""
    )
    return Problem(where, "", f"is not TOML: {message}{mend}")


def read_environment(variables: Mapping[str, str]) -> Source:
    """Return what the environment states."""
    tables: dict[str, dict[str, object] | object] = {}
    names: dict[Key, str] = {}
    for name in sorted(variables):
        if not name.upper().startswith(PREFIX):
            continue
        key = tuple(name[len(PREFIX) :].lower().split("__", 1))
        names[key] = name
        value = _value(key, variables[name])
        table = tables.setdefault(key[0], {}) if len(key) > 1 else None
        if isinstance(table, dict):
            table[key[1]] = value
        else:
            tables[key[0]] = value

    def place(key: Key) -> str:
        found = [name for known, name in names.items() if known == key[: len(known)]]
        return f"environment variable {(found or [name for known, name in names.items() if known[0] == key[0]])[0]}"

    return Source(tables, place)


def _value(key: Key, text: str) -> object:
    """Return a variable's text as TOML reads it, or as it is where the setting is a path or it is no TOML value."""
    section = SECTIONS.get(str(key[0]))
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


def merge_sources(sources: tuple[Source, ...]) -> dict[str, object]:
    """Return all settings; where two sources state one, the first source wins."""
    whole: dict[str, object] = {}
    for source in reversed(sources):
        for name, table in source.tables.items():
            below = whole.get(name)
            both = isinstance(below, Mapping) and isinstance(table, Mapping)
            whole[name] = {**below, **table} if both else table  # type: ignore[dict-item]
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
    file = _file(path)
    ranked = (
        read_command_line(overrides),
        read_environment(os.environ if variables is None else variables),
        *((read_file(file),) if path or file.is_file() else ()),
    )
    base = file.parent
    try:
        config = Config.model_validate(_complete(merge_sources(ranked)), context={"base": base})
    except ValidationError as error:
        raise ConfigError([_problem(ranked, key, text) for key, text in refusals(error)]) from None
    if clashes := [
        _problem(ranked, key, text)
        for key, text in folder_checks.clashes(config, only_reads=only_reads)
    ]:
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


def _problem(ranked: tuple[Source, ...], key: Key, text: str) -> Problem:
    place = next((source.place(key) for source in ranked if source.states(key)), "built-in default")
    return Problem(place, setting_name(key), text)
