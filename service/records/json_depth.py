"""How deep JSON is nested, counted in its text, so that every Python gives the same answer.

Python's own limit differs: 3.11 refuses about a thousand brackets in each other, 3.13 reads many
thousands, and writing such values fails again elsewhere.
"""

from service.records.json_values import JsonValue
from service.records.limits import MAX_DEPTH

_OPENING = ord("{")
_ALIKE = bytes.maketrans(b"[]", b"{}")
_ALL_BUT_SIGNS = bytes(set(range(256)) - set(b'[]{}"'))


def is_too_deep(text: str) -> bool:
    """Return whether brackets outside of strings are nested deeper than ``MAX_DEPTH``."""
    if "\\" in text:  # escaped quotes end no string
        text = text.replace("\\\\", "").replace('\\"', "")
    signs = text.encode("utf-8", "replace").translate(_ALIKE, _ALL_BUT_SIGNS)
    if signs.count(b"{") <= MAX_DEPTH:
        return False
    brackets = signs.replace(b'""', b"")  # strings without brackets, as nearly all
    if b'"' in brackets:
        brackets = b"".join(brackets.split(b'"')[::2])  # one that never closes goes to the end
    rest, before = brackets, len(brackets) + 1
    for _ in range(MAX_DEPTH):  # each round takes the innermost pairs away
        if not rest or len(rest) == before:
            break
        rest, before = rest.replace(b"{}", b""), len(rest)
    return bool(rest) and _reaches_limit(brackets)


def _reaches_limit(brackets: bytes) -> bool:
    """Return whether brackets that are deep, or not balanced, are nested too deep."""
    depth = 0
    for byte in brackets:
        depth += 1 if byte == _OPENING else -1
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
