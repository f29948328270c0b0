"""``Civitai resources: [{…}]`` and Lora Manager's ``Recipe metadata: {…}``.

Models by CivitAI's ids.
"""

import json
import re
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from service.parse.infotext.key_values import Settings
from service.records import HashKind, Resource, ResourceKind, Stated
from service.records.kinds import kind_in_list

NAMES = ("modelName", "modelVersionName", "versionName")
"""CivitAI's own words for a model, kept beside the label; the last is ComfyUI's Image Saver's."""

HASH_KINDS: Mapping[int, HashKind] = {8: "autov1", 10: "autov2", 12: "autov3", 64: "sha256"}
"""Hash kinds are told by the number of hex digits."""

_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{4,64})")
# A1111's bridge once wrote the repr of an object: "ImageJobNetworkParams { Strength = 0.4, …, Type
# = lora }".
_REPR = re.compile(r"(Type|Strength)\s*=\s*([\w.+-]+)")
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _: None)
_MAX_ID = 2**53
_MAX_DIGITS = 40  # longer texts are no weights


def read_civitai_resources(settings: Settings, source: str) -> tuple[Resource, ...]:
    """Return the resources of both lists, in file order."""
    stated = [*_entries(settings.get("civitai resources"))]
    if not stated:  # since 2026 'Civitai metadata' repeats them, by version only
        stated = [*_requested_resources(settings.get("civitai metadata"))]
    entries = [*stated, *_recipe(settings.get("recipe metadata"))]
    return tuple(found for entry in entries if (found := resource(entry, source)))


def _entries(text: str | None) -> Iterator[dict[str, JsonValue]]:
    found = parse_value(text)
    for entry in found if isinstance(found, list) else [found]:
        if isinstance(entry, dict):
            yield entry


def _requested_resources(text: str | None) -> Iterator[dict[str, JsonValue]]:
    asked = parse_value(text)
    resources = asked.get("resources") if isinstance(asked, dict) else None
    return (
        entry
        for entry in (resources if isinstance(resources, list) else ())
        if isinstance(entry, dict)
    )


def _recipe(text: str | None) -> Iterator[dict[str, JsonValue]]:
    recipe = parse_value(text)
    if not isinstance(recipe, dict):
        return
    checkpoint, loras = recipe.get("checkpoint"), recipe.get("loras")
    if isinstance(checkpoint, dict):
        yield {"type": "checkpoint", **checkpoint}
    for lora in loras if isinstance(loras, list) else []:
        if isinstance(lora, dict):
            yield {"type": "lora", **lora}


def parse_value(text: str | None) -> JsonValue:
    """Return a JSON value, or None where the text is none."""
    if not text:
        return None
    try:
        value: JsonValue = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return value


def resource_of_air(air: Stated) -> Resource:
    """Return the file that an AIR names."""
    text = str(air.value)
    return Resource(_kind({}, {}, text), text, air.source, air=text)


def resource(entry: Mapping[str, JsonValue], source: str) -> Resource | None:
    """Return one entry of such a list (``modelVersionId``, ``weight`` or ``strength``, ``type`` …)."""
    stated = _stated_resource(entry)
    version = _whole(entry.get("modelVersionId"))
    air = _text(entry.get("air"))
    label = _text(entry.get("file_name")) or _text(entry.get("modelName")) or air
    if label is None and version is None:
        return None
    weight = _number(entry.get("weight"), entry.get("strength"), stated.get("Strength"))
    hash_, hash_kind = hash_of(_text(entry.get("hash")))
    extra = {key: value for key in NAMES if (value := _text(entry.get(key)))}
    return Resource(
        kind=_kind(entry, stated, air),
        label=label or f"modelVersionId:{version}",
        source=source,
        weight=weight,
        hash=hash_,
        hash_kind=hash_kind,
        model_version_id=version,
        air=air,
        used=weight != 0,
        extra=extra,
    )


def _stated_resource(entry: Mapping[str, JsonValue]) -> dict[str, str]:
    return dict(_REPR.findall(_text(entry.get("type")) or ""))


def _kind(
    entry: Mapping[str, JsonValue], stated: Mapping[str, str], air: str | None
) -> ResourceKind:
    type_ = stated.get("Type") or _text(entry.get("type")) or ""
    if not type_ and air and air.count(":") > 3:  # noqa: PLR2004 - urn:air:ecosystem:type:source…
        type_ = air.split(":")[3]
    return kind_in_list(type_) or "resource_ref"


def hash_of(text: str | None) -> tuple[str | None, HashKind | None]:
    """Return a hash in lower case and its kind by its length; what is no hash is no hash."""
    match = _HEX.fullmatch(text.strip()) if text else None
    if match is None:
        return None, None
    return match[1].lower(), HASH_KINDS.get(len(match[1]), "unknown")


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _whole(value: JsonValue) -> int | None:
    number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value) else value
    if isinstance(number, bool) or not isinstance(number, int):
        return None
    return number if 0 < number < _MAX_ID else None


def _number(*values: JsonValue) -> float | None:
    for value in values:
        number = number_of(value)
        if number is not None:
            return number
    return None


def number_of(value: JsonValue) -> float | None:
    """Return a finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value if not isinstance(value, str) else value[:_MAX_DIGITS])
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e9 else None  # noqa: PLR2004 - also refuses NaN and infinity
