"""The ``Key: value, Key: value`` list: quoted values, JSON values, and values that hold commas."""

import json
import re
from collections.abc import Iterator

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records.json_depth import is_too_deep

KNOWN = frozenset(
    (
        "steps|sampler|schedule type|scheduler|sampler sigma|cfg scale|distilled cfg scale|seed|"
        "size|model hash|model|vae|vae hash|clip skip|denoising strength|version|app|ensd|"
        "hires upscale|hires steps|hires upscaler|lora hashes|ti hashes|hashes|civitai resources|"
        "civitai metadata|created date|rng|eta|mask blur|face restoration|refiner|"
        "refiner switch at|recipe metadata|pipeline|operations|backend|beta schedule"
    ).split("|"),
)
"""Keys that prove a line to be a settings line; they need no blank after the colon."""

HASH_LISTS = frozenset({"lora hashes", "ti hashes"})

_KEY = re.compile(r"[ \t]*([^\W_][\w \-/.+()#&]{0,80}?)[ \t]*:(?=(\s|\Z|[\"\[{])?)")
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.)*+"(?=[ \t]*(?:,|\n|\Z))', re.DOTALL)
_NAME_AND_HASH = light_pattern(r"([^:,\n\"]+):[ \t]*[0-9a-fA-F]{8,64}(?:,[ \t]*|(?=\n|\Z))")
_BOUND = re.compile(r"[,\n]")
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """The list as written, and a way to ask it for a value by key in any case."""

    pairs: tuple[tuple[str, str], ...]
    """Keys and values verbatim, quotes of a wholly quoted value undone."""
    by_key: dict[str, str]
    """Lower-case key → its first value."""

    def get(self, *keys: str) -> str | None:
        """Return the first of these keys' values that says something, or None."""
        for key in keys:
            value = self.by_key.get(key)
            if value:
                return value
        return None

    def numbered(self, word: str, pattern: re.Pattern[str]) -> list[tuple[re.Match[str], str]]:
        """Return match and value of every lower-case key that matches wholly, in file order.

        ``word`` is in all keys that can match, which spares the others the pattern.
        """
        found: list[tuple[re.Match[str], str]] = []
        for key, value in self.by_key.items():
            match = pattern.fullmatch(key) if word in key else None
            if match:
                found.append((match, value))
        return found


def scan_settings(text: str) -> Settings:
    """Return the settings of a text. Never raises; a text without settings has no pairs."""
    pairs = tuple(_pairs(text))
    by_key: dict[str, str] = {}
    for key, value in pairs:
        by_key.setdefault(key.lower(), value)
    return Settings(pairs, by_key)


def has_known_key(text: str) -> bool:
    """Return whether a text has a key that proves it to be settings; what is behind is not read."""
    return any(key.lower() in KNOWN for key, _ in _pairs(text))


def key_at(text: str, at: int) -> re.Match[str] | None:
    """Return the match of a key and its colon at this place, or None."""
    match = _KEY.match(text, at)
    if match is None or (match[2] is None and match[1].lower() not in KNOWN):
        return None
    return match


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        key = key_at(text, at)
        if key is None:
            bound = _BOUND.search(text, at)
            if bound is None:
                return
            at = bound.end()
            continue
        start = _past_blanks(text, key.end())
        read_value = _hash_list if key[1].lower() in HASH_LISTS else _value
        value, at = read_value(text, start)
        yield key[1], value


def _past_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _value(text: str, start: int) -> tuple[str, int]:
    """Return the value that starts here, and where the next key may start."""
    first = text[start : start + 1]
    quoted = _QUOTED.match(text, start) if first == '"' else None
    if quoted:
        return unquote(quoted[0]), _past_bound(text, quoted.end())
    end = None
    if first in ("[", "{") and len(text) <= LONGEST:
        end = _json_end(text, start)
    if end is None:
        end = _plain_end(text, start)
    return text[start:end].strip(), _past_bound(text, end)


def _past_bound(text: str, at: int) -> int:
    at = _past_blanks(text, at)
    if text[at : at + 1] in (",", "\n"):
        return at + 1
    return at


def _hash_list(text: str, start: int) -> tuple[str, int]:
    """Return ``name: hash`` pairs that their writer did not quote, up to the next known key."""
    value, at = _value(text, start)
    if text[start : start + 1] == '"':
        return value, at
    end = start
    pair = _NAME_AND_HASH.match(text, end)
    while pair and pair[1].strip().lower() not in KNOWN:
        end = pair.end()
        pair = _NAME_AND_HASH.match(text, end)
    if end == start:
        return value, at
    return text[start:end].rstrip(", "), end


LONGEST = 200_000
"""Characters of settings in which JSON is looked for.

Each value that is none costs a reading of all before it.
"""


def _json_end(text: str, start: int) -> int | None:
    try:
        _, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return None if is_too_deep(text[start:end]) else end


def _plain_end(text: str, start: int) -> int:
    """Return the end of a bare value: a newline, or a comma that ends it.

    Names of models hold commas, so only a comma before a key or before the line's end counts.
    """
    for bound in _BOUND.finditer(text, start):
        rest = bound.end()
        if bound[0] == "\n" or key_at(text, rest) or _is_blank_line(text, rest):
            return bound.start()
    return len(text)


def _is_blank_line(text: str, at: int) -> bool:
    return not text[at : at + 200].split("\n", 1)[0].strip()


def unquote(text: str) -> str:
    """Return a value without its JSON quotes; one that only looks quoted loses just the quotes."""
    try:
        value = json.loads(text, strict=False)
    except ValueError:
        return text[1:-1].replace('\\"', '"')
    if isinstance(value, str):
        return value
    return text
