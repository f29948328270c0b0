"""Model files as generators name them in JSON: a label, perhaps a hash, perhaps a weight."""

import re

from pydantic import JsonValue

from service.parse.infotext.field_names import names_nothing
from service.parse.shared.civitai_resources import hash_of, number_of
from service.records import HashKind, Resource, ResourceKind

_NAMED_HASH = re.compile(
    r"(blake3|sha256)(?:_\w+)?:([0-9a-fA-F]{8,64})"
)  # InvokeAI: 'blake3:7c16…'
_NAMED_KINDS: dict[str, HashKind] = {"blake3": "blake3", "sha256": "sha256"}


def model_file(
    kind: ResourceKind,
    label: str,
    source: str,
    *,
    hash_: JsonValue = None,
    weight: JsonValue = None,
    used_as: str | None = None,
) -> Resource:
    """Return a model file with its hash's kind.

    ``used_as`` names the pass it served, where not the base pass.
    """
    hex_, hash_kind = read_hash(hash_)
    strength = number_of(weight)
    return Resource(
        kind,
        label,
        source,
        weight=strength,
        hash=hex_,
        hash_kind=hash_kind,
        used=strength != 0,
        extra={"pass": used_as} if used_as else {},
    )


def read_hash(value: JsonValue) -> tuple[str | None, HashKind | None]:
    """Return a hash in lower-case hex and its kind.

    By its prefix where it has one, else by its length.
    """
    if not isinstance(value, str):
        return None, None
    named = _NAMED_HASH.fullmatch(value.strip())
    if named:
        return named[2].lower(), _NAMED_KINDS[named[1]]
    return hash_of(value)


def model_name(value: JsonValue) -> str | None:
    """Return a model's name, or None where the value is no text or says that there is no model."""
    return value if isinstance(value, str) and not names_nothing(value) else None
