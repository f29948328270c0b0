"""The line of each key in a TOML text, which ``tomllib`` does not tell."""

import tomllib
from collections import Counter

SettingKey = tuple[str | int, ...]
"""From the top: ``("root", 1, "path")`` is the path of the second ``[[root]]``."""


def line_numbers(text: str) -> dict[SettingKey, int]:
    """Return the line, from 1, of every table and key of a valid TOML text.

    A statement is the shortest run of lines that TOML accepts by itself, so that no second grammar
    is needed for multi-line lists and strings, quoted and dotted keys, or inline tables.
    """
    found: dict[SettingKey, int] = {}
    table: SettingKey = ()
    seen: Counter[SettingKey] = Counter()
    statement, start = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        start = start if statement else number
        statement += line + "\n"
        try:
            parsed = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if statement.lstrip().startswith("["):
            table = _opened_key(parsed, seen)
            found.setdefault(table, start)
        else:
            for key in _keys(parsed):
                found.setdefault(table + key, start)
        statement = ""
    return found


def _opened_key(parsed: object, seen: Counter[SettingKey]) -> SettingKey:
    """Return the key of the table that a ``[table]`` or ``[[table]]`` line opens."""
    key: SettingKey = ()
    while parsed:
        if isinstance(parsed, dict):
            ((name, parsed),) = parsed.items()
            key = (*key, name)
        elif isinstance(parsed, list):
            seen[key] += 1
            key = (*key, seen[key] - 1)
            parsed = parsed[0]
    return key


def _keys(parsed: object, above: SettingKey = ()) -> list[SettingKey]:
    """Return the keys of a value and of all values in it, below ``above``."""
    found = [above] if above else []
    items: list[tuple[str | int, object]] = []
    if isinstance(parsed, dict):
        items = list(parsed.items())
    elif isinstance(parsed, list):
        items = list(enumerate(parsed))
    for name, value in items:
        found += _keys(value, (*above, name))
    return found
