"""One entry a resource: by AIR, by CivitAI's version id, by hash, then by kind and file name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from service.records import HashKind, Resource
from service.records.model_names import stem
from service.resources import air

ResourceKey = tuple[str, ...]

HASH_RANK: tuple[HashKind | None, ...] = ("sha256", "autov3", "autov2", "blake3", "autov1")
HASH_RANK += ("crc32", "unknown", None)
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
"""A1111 leaves these out of a name in its lists, where they would split the entries."""

_MIN_HASH = 8  # digits; A1111's four of an embedding name nothing for certain

_OPAQUE = re.compile(r"modelVersionId:\d+|(?:urn:)?air:.*|[0-9a-f]{8,64}", re.IGNORECASE)

_TWINS = 32
"""Different files of one name, told apart by their hashes, that are compared with each entry.

Real lists have a few. Each further one is still found by its hash or id, and none costs a walk over
all the others.
"""


def merge_resources(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return one entry a resource, in the order in which each was met first."""
    entries: list[Resource] = []
    by_key: dict[ResourceKey, list[int]] = {}
    for resource in map(settle_resource, resources):
        keys = list(_keys(resource))
        number = _number_of_same(resource, keys, entries, by_key)
        if number is None:
            number = len(entries)
            entries.append(resource)
        else:
            entries[number] = join_resources(entries[number], resource)
            keys += _keys(entries[number])
        for key in keys:
            numbers = by_key.setdefault(key, [])
            if len(numbers) < _TWINS and number not in numbers:
                numbers.append(number)
    return tuple(entries)


def _number_of_same(
    resource: Resource,
    keys: list[ResourceKey],
    entries: list[Resource],
    by_key: dict[ResourceKey, list[int]],
) -> int | None:
    """Return which entry is the same file, or None where none is."""
    for key in keys:
        for number in by_key.get(key, ()):
            if not _are_different(entries[number], resource):
                return number
    return None


def settle_resource(resource: Resource) -> Resource:
    """Return a resource with its AIR in normal form and what that states.

    One of weight 0 is not used.
    """
    parsed = air.parse(resource.air or resource.label)
    used = resource.used and not _is_weightless(resource)
    if parsed is None:
        if used == resource.used:
            return resource
        return replace(resource, used=used)
    return replace(
        resource,
        air=str(parsed) if parsed.type else None,
        kind=parsed.kind if resource.kind == "resource_ref" else resource.kind,
        model_version_id=resource.model_version_id or parsed.civitai_version,
        used=used,
    )


def _keys(resource: Resource) -> Iterator[ResourceKey]:
    """Yield what may show that two entries are one, the surest first."""
    parsed = air.parse(resource.air or "")
    if parsed:
        yield ("air", *(part or "" for part in parsed.key))
    if resource.model_version_id is not None:
        yield ("version", str(resource.model_version_id))
    hash_ = resource.hash or ""
    if len(hash_) >= _MIN_HASH and not OF_NOTHING.startswith(hash_):
        yield ("hash", *_hash_key(resource))
    label = resource.label
    name = _name_again(label) if len(label) <= _LONGEST_KEPT else _name_to_compare(label)
    yield ("file", resource.kind, name)


def _name_to_compare(label: str) -> str:
    """Return a file's name as A1111's lists would write it; an id or a hash as it is."""
    name = stem(label)
    return name if is_opaque(label) else " ".join(_UNWRITTEN.sub("", name).split())


_LONGEST_KEPT = 255
_name_again = lru_cache(maxsize=4096)(_name_to_compare)
"""A folder of images has few models, each of which many of them name."""


def _hash_key(resource: Resource) -> tuple[str, str]:
    digits = resource.hash or ""
    kind = resource.hash_kind or ""
    sort, length = _SAFE.get(kind, (kind, len(digits)))
    return sort, digits[:length]


def _are_different(a: Resource, b: Resource) -> bool:
    """Return whether two entries of one name are different files, by version ids or hashes."""
    if a.kind != b.kind and "resource_ref" not in (a.kind, b.kind):
        return True
    if a.model_version_id and b.model_version_id:
        return a.model_version_id != b.model_version_id
    if a.hash and b.hash:
        (a_sort, a_digits), (b_sort, b_digits) = _hash_key(a), _hash_key(b)
        return a_sort == b_sort and a_digits != b_digits
    return False


def join_resources(a: Resource, b: Resource) -> Resource:
    """Return the two as one: the first's place and word, and the most telling of each."""
    most_telling = min((a, b), key=_hash_rank)
    weighted, other = a, b
    if a.weight is None or (b.used and not a.used and b.weight is not None):
        weighted, other = b, a
    extra = {**b.extra, **a.extra}
    if other.weight not in (None, weighted.weight):  # a LoRA may be applied twice
        extra["other_weight"] = other.weight
    has_better_label = is_opaque(a.label) and not is_opaque(b.label)
    whole = replace(
        a,
        kind=b.kind if a.kind == "resource_ref" else a.kind,
        label=b.label if has_better_label else a.label,
        weight=weighted.weight,
        clip_weight=weighted.clip_weight,
        hash=most_telling.hash,
        hash_kind=most_telling.hash_kind,
        model_version_id=a.model_version_id or b.model_version_id,
        air=a.air or b.air,
        used=a.used or b.used,
        extra=extra,
    )
    if _is_weightless(whole):
        return replace(whole, used=False)
    return whole


def _hash_rank(resource: Resource) -> int:
    if not resource.hash:
        return len(HASH_RANK)
    return HASH_RANK.index(resource.hash_kind)


def _is_weightless(resource: Resource) -> bool:
    return resource.weight == 0 and not resource.clip_weight and not resource.extra.get("unet")


def is_opaque(label: str) -> bool:
    """Return whether a label is an id or a hash, which names a model to programs only."""
    return _OPAQUE.fullmatch(label) is not None or air.parse(label) is not None
