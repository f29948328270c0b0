"""Hashes of model files: the digits in lower case, and which kind of hash they are."""

from collections.abc import Mapping

from service.light_patterns import light_pattern
from service.records import HashKind
from service.records.json_values import JsonValue

KINDS_BY_LENGTH: Mapping[int, HashKind] = {8: "autov1", 10: "autov2", 12: "autov3", 64: "sha256"}
"""Number of hex digits → kind, since hardly any file names the kind."""

_HEX = light_pattern(r"(?:0x)?([0-9a-fA-F]{4,64})")
# InvokeAI: 'blake3:7c16…', 'sha256_fast:…'
_PREFIXED = light_pattern(r"(blake3|sha256)(?:_\w+)?:([0-9a-fA-F]{8,64})")
_KINDS_BY_PREFIX: Mapping[str, HashKind] = {"blake3": "blake3", "sha256": "sha256"}


def hash_of(text: str | None) -> tuple[str | None, HashKind | None]:
    """Return a hash and its kind by its length; two times None where the text is no hash."""
    if not text:
        return None, None
    match = _HEX.fullmatch(text.strip())
    if match is None:
        return None, None
    return match[1].lower(), KINDS_BY_LENGTH.get(len(match[1]), "unknown")


def read_hash(value: JsonValue) -> tuple[str | None, HashKind | None]:
    """Return a hash and its kind: by its prefix where it has one, else by its length."""
    if not isinstance(value, str):
        return None, None
    prefixed = _PREFIXED.fullmatch(value.strip())
    if prefixed:
        return prefixed[2].lower(), _KINDS_BY_PREFIX[prefixed[1]]
    return hash_of(value)
