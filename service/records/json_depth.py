"""How deep JSON is nested, counted in its text, so that every Python gives the same answer.

Python's own limit differs: 3.11 refuses about a thousand brackets in each other, 3.13 reads many
thousands, and writing such values fails again elsewhere.
"""

import re

from service.records.json_values import JsonValue
from service.records.limits import MAX_DEPTH

_STRINGS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""Also one that never closes, to the end of the text."""
_OPENING = b"[{"
_CLOSING = b"]}"
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(_OPENING + _CLOSING))


def is_too_deep(text: str) -> bool:
    """Return whether brackets outside of strings are nested deeper than ``MAX_DEPTH``."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    bare = _STRINGS.sub("", text).encode("utf-8", "replace")
    depth = 0
    for byte in bare.translate(None, _ALL_BUT_BRACKETS):
        depth += 1 if byte in _OPENING else -1
        if depth > MAX_DEPTH:
            return True
    return False


def measure_value(value: JsonValue) -> tuple[int, int]:
    """Return the characters of all texts in a value, keys included, and how deep it is nested."""
    characters, depth = 0, 0
    level = [value]
    while level:
        below: list[JsonValue] = []
        has_container = False
        for item in level:
            characters += 1  # numbers and empty lists are not free either
            if isinstance(item, str):
                characters += len(item)
            elif isinstance(item, dict):
                has_container = True
                characters += sum(map(len, item))
                below += item.values()
            elif isinstance(item, list):
                has_container = True
                below += item
        depth += has_container
        level = below
    return characters, depth
