"""LoRAs and embeddings by the hash lists: ``Lora hashes``, ``TI hashes``, ``Hashes.

{…}``, ``Lora_0 Model name``.

SD.Next writes names and hashes apart: ``LoRA networks: "a, b", LoRA hashes: "0123456789ab,
cdef01234567"``; a network whose hash it does not know has none in the second list.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.parse.infotext.key_values import Settings
from service.parse.infotext.passes import name_and_hash
from service.parse.shared.civitai_resources import hash_of, number_of, parse_value
from service.records import Resource, ResourceKind
from service.records.kinds import HASH_PREFIXES

LISTS: tuple[tuple[ResourceKind, tuple[str, ...]], ...] = (
    ("lora", ("lora hashes",)),
    ("embedding", ("ti hashes", "used embeddings", "embeddings")),
)

_NUMBERED = re.compile(
    r"(lora|embedding)_(\d+) (?:model )?(name|hash)|(lora)_(\d+) strength (model|clip)"
)
_WITH_WEIGHT = re.compile(
    r"(.+?):[ \t]*([0-9a-fA-F]{8,64}):[ \t]*(-?\d+(?:\.\d+)?)"
)  # Fooocus 2.2: 'name: hash: 0.1'
_ADDNET = re.compile(r"addnet (model|weight [ab]|enabled) ?(\d*)")
_ADDNET_NAME = re.compile(r"(.+?)\(([0-9a-fA-F]+)\)")


def read_hashes(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield every entry of every list; a later stage merges those of the same name."""
    networks = settings.get("lora networks")
    yield from _networks(networks or "", settings.get("lora hashes") or "", source)
    for kind, keys in LISTS:
        for key in keys if networks is None or kind != "lora" else ():
            yield from _listed_hashes(kind, settings.get(key) or "", source)
    yield from _hashes(settings, source)
    yield from _numbered_hashes(settings, source)
    yield from _addnet(settings, source)


def hash_of_checkpoint(settings: Settings) -> str | None:
    """Return the checkpoint's hash, by its own key or by ``Hashes: {"model": …}``."""
    return settings.get("model hash") or _bare(settings, "model")


def hash_of_vae(settings: Settings) -> str | None:
    """Return the VAE's hash, likewise."""
    return settings.get("vae hash") or _bare(settings, "vae")


def _bare(settings: Settings, key: str) -> str | None:
    found = parse_value(settings.get("hashes"))
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, str) and hash_of(value)[0] else None


def entry(kind: ResourceKind, label: str, hash_: str | None, source: str) -> Resource:
    """Return a resource with its hash's kind.

    One listed without a hash counts as used only if a prompt names it.
    """
    hex_, hash_kind = hash_of(hash_)
    return Resource(
        kind, label, source, hash=hex_, hash_kind=hash_kind, used=hash_ is None or bool(hash_)
    )


def _networks(networks: str, hashes: str, source: str) -> Iterator[Resource]:
    """Yield SD.Next's LoRAs, each with its hash where there are as many hashes as names."""
    names = [name.strip() for name in networks.split(",") if name.strip()]
    given = [hash_.strip() for hash_ in hashes.split(",")]
    for number, name in enumerate(names):
        yield entry("lora", name, given[number] if len(given) == len(names) else None, source)


def _listed_hashes(kind: ResourceKind, text: str, source: str) -> Iterator[Resource]:
    """Yield ``name: hash`` pairs; a comma without a hash before it belongs to the name.

    Names alone are a list too.
    """
    paired = ":" in text
    pending: list[str] = []
    for piece in text.split(","):
        pending.append(piece)
        if ":" in piece or not paired:
            yield from _one(kind, ",".join(pending).strip(), source)
            pending = []


def _one(kind: ResourceKind, pair: str, source: str) -> Iterator[Resource]:
    weighed = _WITH_WEIGHT.fullmatch(pair)
    if weighed:
        weight = number_of(weighed[3])
        yield replace(
            entry(kind, weighed[1].strip(), weighed[2], source), weight=weight, used=weight != 0
        )
        return
    label, colon, hash_ = pair.rpartition(":")
    named = (label.strip(), hash_.strip()) if colon else name_and_hash(pair)
    if named[0]:
        yield entry(kind, named[0], named[1], source)


def _hashes(settings: Settings, source: str) -> Iterator[Resource]:
    found = parse_value(settings.get("hashes"))
    for key, value in found.items() if isinstance(found, dict) else ():
        prefix, _, name = key.partition(":")
        kind = HASH_PREFIXES.get(prefix.lower())
        if kind and name.strip() and isinstance(value, str):
            yield entry(kind, name.strip(), value, source)


def _numbered_hashes(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield what SaveImageWithMetaData writes.

    ``Lora_0 Model name``, ``Lora_0 Strength model`` and so on.
    """
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


def _addnet(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield the LoRAs of the Additional Networks extension: ``AddNet Model 1.

    Name(hash), AddNet Weight A 1: 0.8``.
    """
    units: dict[str, dict[str, str]] = {}
    for match, value in settings.numbered("addnet", _ADDNET):
        units.setdefault(match[2], {})[match[1]] = value
    for number, unit in units.items():
        named = _ADDNET_NAME.fullmatch(unit.get("model", ""))
        if number and named:
            pair = {
                "name": named[1],
                "hash": named[2],
                "model": unit.get("weight a", ""),
                "clip": unit.get("weight b", ""),
            }
            yield _weighted_network("lora", pair, source)
