"""One JSON object or CSV row as named values, whatever the case and separators of its keys."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from service.records import HashKind
from service.records.json_values import JsonValue
from service.records.kinds import squeeze_word

Fields = dict[str, JsonValue]
"""Squeezed key → value.

``modelVersionId``, ``model_version_id`` and ``Model Version ID`` are one.
"""

_HEX = re.compile(r"[0-9a-f]+")

HASH_KEYS: dict[str, HashKind] = {
    "sha256": "sha256",
    "autov1": "autov1",
    "autov2": "autov2",
    "autov3": "autov3",
    "blake3": "blake3",
    "crc32": "crc32",
}

ANY_LENGTH = range(8, 65)
"""Digits: SHA-256 and AutoV3 are cut at will. Fewer than 8 name nothing for certain."""

LENGTHS: dict[HashKind, Sequence[int]] = {
    "sha256": ANY_LENGTH,
    "autov1": (8,),
    "autov2": (10,),
    "autov3": ANY_LENGTH,
    "blake3": (64,),
    "crc32": (8,),
}
"""Digits. A hash of another length is not one."""

BY_LENGTH: dict[int, HashKind] = {
    8: "autov1",
    10: "autov2",
    12: "autov3",
    16: "autov3",
    64: "sha256",
}
"""What a hash of unstated kind is by its digits; of another length, the beginning of a SHA-256."""

LONGEST_ID = 15


def squeeze_keys(data: Mapping[str, JsonValue]) -> Fields:
    """Return a mapping under its squeezed keys.

    Of two keys that are then alike the first counts.
    """
    found: Fields = {}
    for key, value in data.items():
        found.setdefault(squeeze_word(key), value)
    return found


def text(fields: Fields, *keys: str) -> str | None:
    """Return the first of these that is a text with anything in it."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def whole(fields: Fields, *keys: str) -> int | None:
    """Return the first of these that is a positive whole number, or a text of digits."""
    for key in keys:
        number = as_id(fields.get(key))
        if number is not None:
            return number
    return None


def as_id(value: object) -> int | None:
    """Return a value as an id: positive, and of a length that ids have."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 < value < 10**LONGEST_ID else None
    if not isinstance(value, str):
        return None
    digits = value.strip().removeprefix("modelVersionId:")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_ID
    return int(digits) or None if is_number else None


def mapping(fields: Fields, key: str) -> Fields:
    """Return an object under a key, squeezed; an empty one where there is none."""
    value = fields.get(key)
    return squeeze_keys(value) if is_object(value) else {}


def is_object(value: object) -> TypeGuard[dict[str, JsonValue]]:
    """Tell whether a JSON value is an object."""
    return isinstance(value, dict)


def hashes(fields: Fields) -> dict[HashKind, str]:
    """Return the sound hashes among the fields, ``hash`` of unstated kind by its length."""
    found: dict[HashKind, str] = {}
    for key, kind in HASH_KEYS.items():
        digits = hex_digits(fields.get(key))
        if digits is not None and len(digits) in LENGTHS[kind]:
            found[kind] = digits
    for key in ("hash", "modelhash", "filehash"):
        digits = hex_digits(fields.get(key)) or ""
        if len(digits) in ANY_LENGTH:
            found.setdefault(BY_LENGTH.get(len(digits), "sha256"), digits)
    return found


def hex_digits(value: object) -> str | None:
    """Return a hash as lower-case digits without ``0x`` and ``sha256:``.

    None for what is no hash.
    """
    if not isinstance(value, str):
        return None
    digits = value.strip().lower().rsplit(":", 1)[-1].removeprefix("0x")
    return digits if _HEX.fullmatch(digits) else None
