"""Models by CivitAI's ids: entries of ``Civitai resources: [{…}]`` and of lists like it.

An entry has ``modelVersionId``, ``type``, ``weight`` or ``strength``, and names. The same entries
are in infotexts (also Lora Manager's ``Recipe metadata: {…}``), in CivitAI's graphs and in what its
image API answers.
"""

from collections.abc import Iterator, Mapping

from service.light_patterns import light_pattern
from service.parse.shared.hashes import hash_of
from service.parse.shared.json_facts import JsonTable, parse_value
from service.parse.shared.numbers import first_number, id_number
from service.records import Resource, ResourceKind, Stated
from service.records.json_values import JsonValue
from service.records.kinds import kind_in_list

NAMES = ("modelName", "modelVersionName", "versionName")
"""CivitAI's own words for a model, kept beside the label; the last is ComfyUI's Image Saver's."""

# A1111's bridge once wrote the repr of an object as the type:
# "ImageJobNetworkParams { Strength = 0.4, …, Type = lora }".
_REPR = light_pattern(r"(Type|Strength)\s*=\s*([\w.+-]+)")
_TYPE_PART = 3  # of urn:air:ecosystem:type:source…


def read_lists(
    resources: str | None, metadata: str | None, recipe: str | None, source: str
) -> tuple[Resource, ...]:
    """Return the resources that an infotext's three lists state, in file order.

    ``metadata`` repeats ``resources`` since 2026, by version only; it counts where that is missing.
    """
    entries = _objects(parse_value(resources)) or _requested(parse_value(metadata))
    entries += _recipe_entries(parse_value(recipe))
    found: list[Resource] = []
    for entry in entries:
        resource = read_entry(entry, source)
        if resource is not None:
            found.append(resource)
    return tuple(found)


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    """Return the objects of a list, or the one object in its place."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _requested(metadata: JsonValue) -> list[dict[str, JsonValue]]:
    if not isinstance(metadata, dict):
        return []
    resources = metadata.get("resources")
    if isinstance(resources, list):
        return _objects(resources)
    return []


def _recipe_entries(recipe: JsonValue) -> Iterator[dict[str, JsonValue]]:
    if not isinstance(recipe, dict):
        return
    checkpoint, loras = recipe.get("checkpoint"), recipe.get("loras")
    if isinstance(checkpoint, dict):
        yield {"type": "checkpoint", **checkpoint}
    if isinstance(loras, list):
        for lora in _objects(loras):
            yield {"type": "lora", **lora}


def resource_of_air(air: Stated) -> Resource:
    """Return the file that an AIR names."""
    text = str(air.value)
    return Resource(_kind("", text), text, air.source, air=text)


def read_additional_networks(table: JsonTable) -> Iterator[Resource]:
    """Yield what a job's ``additionalNetworks`` names: ``{AIR: {"type": …, "strength": 0.8}}``."""
    networks = table.part("additionalNetworks")
    for air, entry in networks.data.items():
        if isinstance(entry, dict):
            resource = read_entry({"air": air, **entry}, networks.place(air))
            if resource is not None:
                yield resource


def read_entry(entry: Mapping[str, JsonValue], source: str) -> Resource | None:
    """Return the resource of one entry, or None where it has neither name nor version."""
    type_ = _text(entry.get("type")) or ""
    bridged = dict(_REPR.findall(type_))
    version = id_number(entry.get("modelVersionId"))
    air = _text(entry.get("air"))
    label = _text(entry.get("file_name")) or _text(entry.get("modelName")) or air
    if label is None and version is None:
        return None
    weight = first_number(entry.get("weight"), entry.get("strength"), bridged.get("Strength"))
    hash_, hash_kind = hash_of(_text(entry.get("hash")))
    return Resource(
        kind=_kind(bridged.get("Type") or type_, air),
        label=label or f"modelVersionId:{version}",
        source=source,
        weight=weight,
        hash=hash_,
        hash_kind=hash_kind,
        model_version_id=version,
        air=air,
        used=weight != 0,
        extra=_names(entry),
    )


def _names(entry: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    names: dict[str, JsonValue] = {}
    for key in NAMES:
        name = _text(entry.get(key))
        if name:
            names[key] = name
    return names


def _kind(type_: str, air: str | None) -> ResourceKind:
    """Return the kind by CivitAI's word for it, else by the AIR's."""
    if not type_ and air and air.count(":") > _TYPE_PART:
        type_ = air.split(":")[_TYPE_PART]
    return kind_in_list(type_) or "resource_ref"


def _text(value: JsonValue) -> str | None:
    if isinstance(value, str) and value.strip():
        return value
    return None
