"""Model files as generators name them: a label, perhaps a hash, perhaps a weight."""

import re
from collections.abc import Iterator, Mapping

from service.parse.shared.hashes import read_hash
from service.parse.shared.numbers import number_of, shortest_float
from service.records import Field, Resource, ResourceKind, Stated
from service.records.json_values import JsonValue

_NOTHING = re.compile(
    r"(?:none|\(none\)|unknown|n/a|null|automatic|built in|use same .*)?", re.IGNORECASE
)


def names_nothing(value: str | None) -> bool:
    """Return whether a value names no file at all, or only repeats the base pass's."""
    return value is None or _NOTHING.fullmatch(value.strip()) is not None


def model_name(value: JsonValue) -> str | None:
    """Return a model's name, or None where the value is no text or says that there is no model."""
    if isinstance(value, str) and not names_nothing(value):
        return value
    return None


def model_file(
    kind: ResourceKind,
    label: str,
    source: str,
    *,
    hash_: JsonValue = None,
    weight: JsonValue = None,
    used_as: str | None = None,
) -> Resource:
    """Return a model file with its hash's kind; one of weight 0 is not used.

    ``used_as`` names the pass it served, where that is not the base pass.
    """
    digits, hash_kind = read_hash(hash_)
    strength = number_of(weight)
    if strength is not None:
        strength = shortest_float(strength)
    return Resource(
        kind,
        label,
        source,
        weight=strength,
        hash=digits,
        hash_kind=hash_kind,
        used=strength != 0,
        extra=pass_entry(used_as),
    )


def pass_entry(role: str | None) -> dict[str, JsonValue]:
    """Return how a resource's ``extra`` names the pass it served; nothing for the base pass."""
    if role:
        return {"pass": role}
    return {}


def checkpoint_of_fields(
    fields: Mapping[Field, Stated], *, used_as: str | None = None
) -> Iterator[Resource]:
    """Yield the checkpoint that the fields ``model`` and ``model_hash`` state, if they do."""
    model, hash_ = fields.get("model"), fields.get("model_hash")
    if model is not None:
        digits = hash_.value if hash_ else None
        yield model_file(
            "checkpoint", str(model.value), model.source, hash_=digits, used_as=used_as
        )
