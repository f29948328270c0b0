"""One entry a resource: by AIR, by CivitAI's version id, by hash, then by kind and file name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.records import HashKind, Resource
from service.records.model_names import stem
from service.resources import air

Key = tuple[str, ...]

HASH_RANK: tuple[HashKind | None, ...] = (
    "sha256",
    "autov3",
    "autov2",
    "blake3",
    "autov1",
    "crc32",
    "unknown",
    None,
)
"""The most telling first."""

_SAFE: dict[str, tuple[str, int]] = {
    "autov2": ("sha256", 10),
    "sha256": ("sha256", 10),
    "autov3": ("autov3", 12),
}
"""AutoV2 is the beginning of SHA-256, so that many digits compare both.

SwarmUI writes all 64 of AutoV3.
"""

OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of no bytes. AutoV1 of every file below 1 MiB begins so, and A1111 once wrote it for
LoRAs it could not read: it names none of them."""

_UNWRITTEN = re.compile(r"[:,]")
"""A1111 leaves these out of a name in its lists, where they would part the entries."""

_MIN_HASH = 8  # digits; A1111's four of an embedding name nothing for certain

_OPAQUE = re.compile(r"modelVersionId:\d+|(?:urn:)?air:.*|[0-9a-f]{8,64}", re.IGNORECASE)


def merge_resources(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return one entry a resource, in the order in which each was met first."""
    entries: list[Resource] = []
    by_key: dict[Key, list[int]] = {}
    for resource in map(settle_resource, resources):
        keys = list(_keys(resource))
        number = next(
            (
                n
                for key in keys
                for n in by_key.get(key, ())
                if not _are_different(entries[n], resource)
            ),
            None,
        )
        if number is None:
            number = len(entries)
            entries.append(resource)
        else:
            entries[number] = join_resources(entries[number], resource)
        for key in (*keys, *_keys(entries[number])):
            numbers = by_key.setdefault(key, [])
            if number not in numbers[-_TWINS:]:
                numbers.append(number)
    return tuple(entries)


_TWINS = 4  # different files of one name, kept apart by their hashes, are few


def settle_resource(resource: Resource) -> Resource:
    """Return a resource with its AIR in normal form and what that states.

    One of weight 0 is not used.
    """
    parsed = air.parse(resource.air or resource.label)
    used = resource.used and not _weightless(resource)
    if parsed is None:
        return replace(resource, used=used) if used != resource.used else resource
    return replace(
        resource,
        air=str(parsed) if parsed.type else None,
        kind=parsed.kind if resource.kind == "resource_ref" else resource.kind,
        model_version_id=resource.model_version_id or parsed.civitai_version,
        used=used,
    )


def _keys(resource: Resource) -> Iterator[Key]:
    """Yield what may tell that two entries are one, the surest first."""
    parsed = air.parse(resource.air) if resource.air else None
    if parsed:
        yield ("air", *(part or "" for part in parsed.key))
    if resource.model_version_id is not None:
        yield ("version", str(resource.model_version_id))
    if (
        resource.hash
        and len(resource.hash) >= _MIN_HASH
        and not OF_NOTHING.startswith(resource.hash)
    ):
        yield ("hash", *_hash_key(resource))
    yield (
        "file",
        resource.kind,
        stem(resource.label) if is_opaque(resource.label) else _name(resource.label),
    )


def _name(label: str) -> str:
    """Return a file's name as A1111's lists would write it."""
    return " ".join(_UNWRITTEN.sub("", stem(label)).split())


def _hash_key(resource: Resource) -> tuple[str, str]:
    digits = resource.hash or ""
    sort, length = _SAFE.get(resource.hash_kind or "", (resource.hash_kind or "", len(digits)))
    return sort, digits[:length]


def _are_different(a: Resource, b: Resource) -> bool:
    """Tell whether two entries of one name are different files.

    By version ids or by hashes of one sort.
    """
    if a.kind != b.kind and "resource_ref" not in (a.kind, b.kind):
        return True
    if a.model_version_id and b.model_version_id:
        return a.model_version_id != b.model_version_id
    if a.hash and b.hash:
        ours, theirs = _hash_key(a), _hash_key(b)
        return ours[0] == theirs[0] and ours[1] != theirs[1]
    return False


def join_resources(a: Resource, b: Resource) -> Resource:
    """Return the two as one: the first's place and word, and the most telling of each."""
    hashed = min((a, b), key=lambda r: HASH_RANK.index(r.hash_kind) if r.hash else len(HASH_RANK))
    weighed, other = (
        (b, a) if a.weight is None or (b.used and not a.used and b.weight is not None) else (a, b)
    )
    extra = {**b.extra, **a.extra}
    if other.weight not in (None, weighed.weight):  # a LoRA may be applied twice
        extra["other_weight"] = other.weight
    whole = replace(
        a,
        kind=b.kind if a.kind == "resource_ref" else a.kind,
        label=b.label if is_opaque(a.label) and not is_opaque(b.label) else a.label,
        weight=weighed.weight,
        clip_weight=weighed.clip_weight,
        hash=hashed.hash,
        hash_kind=hashed.hash_kind,
        model_version_id=a.model_version_id or b.model_version_id,
        air=a.air or b.air,
        used=a.used or b.used,
        extra=extra,
    )
    return replace(whole, used=False) if _weightless(whole) else whole


def _weightless(resource: Resource) -> bool:
    return resource.weight == 0 and not resource.clip_weight and not resource.extra.get("unet")


def is_opaque(label: str) -> bool:
    """Tell whether a label is an id or a hash, which names a model to programs only."""
    return _OPAQUE.fullmatch(label) is not None or air.parse(label) is not None
