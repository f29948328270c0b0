"""LoRAs and embeddings by an infotext's lists of hashes.

``Lora hashes: "name: hash"``, ``TI hashes``, ``Hashes: {"lora:name": "…"}``; ``Lora_0 Model name``
of SaveImageWithMetaData; ``AddNet Model 1`` of the Additional Networks extension; CivitAI's line
``Additional networks: urn:air:…``. SD.Next writes
names and hashes apart: ``LoRA networks: "a, b", LoRA hashes: "0123456789ab, cdef01234567"``; a
network whose hash it does not know has none in the second list.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.light_patterns import light_pattern
from service.parse.infotext.key_values import Settings
from service.parse.infotext.passes import name_and_hash
from service.parse.shared.civitai_resources import resource_of_air
from service.parse.shared.hashes import hash_of
from service.parse.shared.json_facts import parse_value
from service.parse.shared.model_files import names_nothing
from service.parse.shared.numbers import number_of
from service.records import Resource, ResourceKind, Stated
from service.records.kinds import HASH_PREFIXES

LISTS: tuple[tuple[ResourceKind, tuple[str, ...]], ...] = (
    ("lora", ("lora hashes",)),
    ("embedding", ("ti hashes", "used embeddings", "embeddings")),
)

_NUMBERED = light_pattern(
    r"(lora|embedding)_(\d+) (?:model )?(name|hash)|(lora)_(\d+) strength (model|clip)"
)
# Fooocus 2.2: 'name: hash: 0.1'
_WITH_WEIGHT = re.compile(r"(.+?):[ \t]*([0-9a-fA-F]{8,64}):[ \t]*(-?\d+(?:\.\d+)?)")
_ADDNET = light_pattern(r"addnet (model|weight(?: [ab])?|enabled) ?(\d*)")
_ADDNET_NAME = light_pattern(r"(.+?)\(([0-9a-fA-F]+)\)")


def read_networks(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield every entry of every list; a later stage merges those of the same name."""
    networks = settings.get("lora networks")
    if networks is not None:
        yield from _sdnext_networks(networks, settings.get("lora hashes") or "", source)
    for kind, keys in LISTS:
        if networks is not None and kind == "lora":
            continue
        for key in keys:
            listed = _hash_pairs(kind, settings.get(key) or "", source)
            yield from _with_weights(tuple(listed), settings) if kind == "lora" else listed
    yield from _prefixed_hashes(settings, source)
    yield from _numbered_networks(settings, source)
    yield from _addnet_networks(settings, source)
    yield from _networks_by_air(settings, source)


def hash_of_checkpoint(settings: Settings) -> str | None:
    """Return the checkpoint's hash, by its own key or by ``Hashes: {"model": …}``."""
    stated = settings.get("model hash")
    if stated is not None and not names_nothing(stated):
        return stated
    return _hash_under(settings, "model")


def hash_of_vae(settings: Settings) -> str | None:
    """Return the VAE's hash, by its own key or by ``Hashes: {"vae": …}``."""
    return settings.get("vae hash") or _hash_under(settings, "vae")


def _hash_under(settings: Settings, key: str) -> str | None:
    value = _hashes_object(settings).get(key)
    if isinstance(value, str) and hash_of(value)[0]:
        return value
    return None


def _hashes_object(settings: Settings) -> Mapping[str, object]:
    value = parse_value(settings.get("hashes"))
    if isinstance(value, dict):
        return value
    return {}


def _network(kind: ResourceKind, label: str, hash_: str | None, source: str) -> Resource:
    """Return a network with its hash's kind.

    One whose hash is there and empty counts as used only if a prompt names it.
    """
    digits, hash_kind = hash_of(hash_)
    return Resource(kind, label, source, hash=digits, hash_kind=hash_kind, used=hash_ != "")


def _sdnext_networks(networks: str, hashes: str, source: str) -> Iterator[Resource]:
    """Yield SD.Next's LoRAs, each with its hash where there are as many hashes as names."""
    names = [name for name in map(str.strip, networks.split(",")) if name]
    digits = hashes.split(",")
    if len(digits) == len(names):
        for name, hash_ in zip(names, digits, strict=True):
            yield _network("lora", name, hash_.strip(), source)
    else:
        for name in names:
            yield _network("lora", name, None, source)


def _hash_pairs(kind: ResourceKind, text: str, source: str) -> Iterator[Resource]:
    """Yield ``name: hash`` pairs; a comma without a hash before it belongs to the name.

    Names alone are a list too.
    """
    has_hashes = ":" in text
    pending: list[str] = []
    for piece in text.split(","):
        pending.append(piece)
        if ":" in piece or not has_hashes:
            yield from _hash_pair(kind, ",".join(pending).strip(), source)
            pending = []


def _hash_pair(kind: ResourceKind, pair: str, source: str) -> Iterator[Resource]:
    with_weight = _WITH_WEIGHT.fullmatch(pair)
    if with_weight:
        weight = number_of(with_weight[3])
        network = _network(kind, with_weight[1].strip(), with_weight[2], source)
        yield replace(network, weight=weight, used=weight != 0)
        return
    label, colon, digits = pair.rpartition(":")
    if not colon:
        name, hash_ = name_and_hash(pair)
    else:
        name, hash_ = label.strip(), digits.strip()
    if name:
        yield _network(kind, name, hash_, source)


def _with_weights(loras: tuple[Resource, ...], settings: Settings) -> Iterator[Resource]:
    """Yield LoRAs with the weights that a converter of SwarmUI's texts lists in their order."""
    weights = [number_of(text) for text in (settings.get("loraweights") or "").split(",")]
    if len(weights) != len(loras) or None in weights:
        yield from loras
        return
    for lora, weight in zip(loras, weights, strict=True):
        yield replace(lora, weight=weight, used=weight != 0)


def _prefixed_hashes(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield the entries of ``Hashes: {"lora:name": "…"}``."""
    for key, value in _hashes_object(settings).items():
        prefix, _, name = key.partition(":")
        kind = HASH_PREFIXES.get(prefix.lower())
        if kind and name.strip() and isinstance(value, str):
            yield _network(kind, name.strip(), value, source)


def _numbered_networks(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield SaveImageWithMetaData's: ``Lora_0 Model name``, ``Lora_0 Strength model`` and so on."""
    units: dict[tuple[ResourceKind, str], dict[str, str]] = {}
    for match, value in settings.numbered("_", _NUMBERED):
        kind: ResourceKind = "lora" if "lora" in (match[1], match[4]) else "embedding"
        units.setdefault((kind, match[2] or match[5]), {})[match[3] or match[6]] = value
    for (kind, _), unit in units.items():
        if unit.get("name"):
            yield _weighted_network(kind, unit, source)


def _weighted_network(kind: ResourceKind, unit: Mapping[str, str], source: str) -> Resource:
    hash_, hash_kind = hash_of(unit.get("hash"))
    weight = number_of(unit.get("model"))
    return Resource(
        kind,
        unit["name"],
        source,
        weight=weight,
        clip_weight=number_of(unit.get("clip")),
        hash=hash_,
        hash_kind=hash_kind,
        used=weight != 0,
    )


def _networks_by_air(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield CivitAI's networks: ``urn:air:sdxl:lora:civitai:1@2*0.8``, a trigger after ``!``."""
    for entry in (settings.get("additional networks") or "").split(","):
        air, _, trigger = entry.strip().partition("!")
        name, _, weight = air.partition("*")
        if not name.strip():
            continue
        resource = resource_of_air(Stated(name.strip(), source))
        strength = number_of(weight.strip())
        yield replace(
            resource,
            weight=strength,
            used=strength != 0,
            extra={"trigger": trigger.strip()} if trigger.strip() else {},
        )


def _addnet_networks(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield the LoRAs of ``AddNet Model 1: name(hash), AddNet Weight A 1: 0.8``.

    At first there was one weight for both, ``AddNet Weight 1``.
    """
    units: dict[str, dict[str, str]] = {}
    for match, value in settings.numbered("addnet", _ADDNET):
        units.setdefault(match[2], {})[match[1]] = value
    is_off = units.pop("", {}).get("enabled") == "False"
    for unit in units.values():
        model = _ADDNET_NAME.fullmatch(unit.get("model", ""))
        if model:
            named = {
                "name": model[1],
                "hash": model[2],
                "model": unit.get("weight a") or unit.get("weight", ""),
                "clip": unit.get("weight b", ""),
            }
            network = _weighted_network("lora", named, source)
            yield replace(network, used=network.used and not is_off)
