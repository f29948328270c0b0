"""A resource by its real name, from what is known of models; or why its name cannot be known.

Asked in this order, the surest first: CivitAI's version id, the AIR, the hash, the file's name. The
first that answers at all decides: where its answers are different models, the resource stays as it
is and the candidates are reported.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.records import HashKind, Resource
from service.records.json_values import JsonValue
from service.records.model_names import stem
from service.resources import air
from service.resources.known_models import KnownModel, KnownModels
from service.resources.merge import HASH_RANK, OF_NOTHING, is_opaque

By = Literal["version id", "air", "hash", "file name"]

MIN_DIGITS = 8
"""Of a hash. Fewer name nothing for certain: among 100,000 files six digits are equal by chance."""

ORIGINAL = "original"
"""Key in ``extra``: what the file stated, of the fields that were rewritten."""

_VERSION = light_pattern(r"modelVersionId:(\d{1,15})", re.IGNORECASE)
_HEX = light_pattern(r"[0-9a-f]+")
_ANY_KIND = ("resource_ref", "other")
_REWRITTEN = ("kind", "label", "hash", "hash_kind", "model_version_id", "air")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of one resource."""

    resource: Resource
    """Rewritten where it is resolved, else as it was."""
    by: By | None = None
    """What was recognised; None where nothing was."""
    candidates: tuple[KnownModel, ...] = ()
    """The different models it may be, where there are several."""

    @property
    def is_ambiguous(self) -> bool:
        """Whether several models answer."""
        return bool(self.candidates)


def resolve_resource(resource: Resource, known: KnownModels) -> Resolution:
    """Return a resource by its real kind, name and hash as far as these are known."""
    resource = original_resource(resource)
    for by, found in _answers(resource, known):
        fitting = [model for model in found if _fits(resource, model)]
        if not fitting:
            continue
        models = _different_models(_closest(resource, fitting, by))
        if len(models) > 1:
            return Resolution(resource, by, tuple(models))
        return Resolution(_rewrite(resource, models[0], by), by)
    return Resolution(resource)


def original_resource(resource: Resource) -> Resource:
    """Return a resource as the file stated it, before it was resolved."""
    stated = resource.extra.get(ORIGINAL)
    if not isinstance(stated, dict):
        return resource
    fields = {name: value for name, value in stated.items() if name in _REWRITTEN}
    extra = dict(resource.extra)
    del extra[ORIGINAL]
    extra.pop("resolved_by", None)
    return replace(resource, **fields, extra=extra)  # type: ignore[arg-type]  # _rewrite wrote it


def _answers(resource: Resource, known: KnownModels) -> Iterator[tuple[By, Sequence[KnownModel]]]:
    parsed = air.parse(resource.air or resource.label)
    version = resource.model_version_id or _version_in_label(resource.label)
    if not version:
        version = parsed.civitai_version if parsed else None
    if version is not None:
        yield "version id", known.by_version(version)
    if parsed is not None and (parsed.version is not None or parsed.source != "civitai"):
        yield "air", known.by_air(parsed.lookup_key)
    digits = _digits(resource)
    if digits is not None:
        yield "hash", known.by_hash(digits)
    if (parsed is None and version is None) or not is_opaque(resource.label):
        yield "file name", known.by_stem(stem(resource.label))


def _version_in_label(label: str) -> int | None:
    match = _VERSION.fullmatch(label.strip())
    if match:
        return int(match[1])
    return None


def _digits(resource: Resource) -> str | None:
    """Return the digits to look for: the stated hash, or a label that is one."""
    stated = resource.hash
    if not stated and is_opaque(resource.label):
        stated = resource.label
    digits = (stated or "").lower().removeprefix("0x")
    if len(digits) < MIN_DIGITS or not _HEX.fullmatch(digits) or OF_NOTHING.startswith(digits[:64]):
        return None
    return digits


def _fits(resource: Resource, model: KnownModel) -> bool:
    """Return whether a model can be the resource: its kind, its version, its hash."""
    if resource.kind not in _ANY_KIND and model.kind not in (None, "other", resource.kind):
        return False
    ours, theirs = resource.model_version_id, model.version_id
    if ours and theirs and ours != theirs:
        return False
    return not _contradicts(resource, model)


def _contradicts(resource: Resource, model: KnownModel) -> bool:
    """Return whether both state a hash of one kind, and different ones.

    A version's other files are no contradiction.
    """
    ours, kind = resource.hash, resource.hash_kind
    if ours is None or kind is None or kind == "unknown" or resource.model_version_id:
        return False
    if model.hash(kind) is None or _digits(resource) is None:
        return False
    # Its kind is mostly known by its length alone, and SHA-256 and AutoV3 are cut at will.
    return not any(_begin_alike(ours, theirs) for theirs in model.all_digits())


def _begin_alike(a: str, b: str) -> bool:
    length = min(len(a), len(b))
    return length >= MIN_DIGITS and a[:length].lower() == b[:length].lower()


def _closest(resource: Resource, found: list[KnownModel], by: By) -> list[KnownModel]:
    """Return those that agree on the hash of the stated kind, where any does; else all."""
    digits, kind = _digits(resource), resource.hash_kind
    if digits is None or (by == "version id" and len(found) == 1):
        return found
    kinds: tuple[HashKind, ...] = ("sha256", "autov3", "autov2", "autov1")
    if kind is not None and kind != "unknown":
        kinds = (kind,)
    agreeing = [model for model in found if _has_hash(model, digits, kinds)]
    return agreeing or found


def _has_hash(model: KnownModel, digits: str, kinds: tuple[HashKind, ...]) -> bool:
    return any(_begin_alike(digits, model.hash(kind) or "") for kind in kinds)


def _different_models(found: list[KnownModel]) -> list[KnownModel]:
    """Return one entry a different model.

    Several files of one version are one, and so are copies of one file. A local copy whose SHA-256
    a published version has too is that version, under no id.
    """
    different: dict[object, KnownModel] = {}
    for model in found:
        key = model.version_id or _air_key(model) or model.hash("sha256")
        different.setdefault(key or (model.model_name, model.file_name), model)
    models = list(different.values())
    published = {model.hash("sha256") for model in models if model.version_id is not None}
    return [
        model
        for model in models
        if model.version_id is not None or model.hash("sha256") not in published
    ]


def _air_key(model: KnownModel) -> str | None:
    parsed = air.parse(model.air or "")
    if parsed:
        return parsed.lookup_key
    return None


def _rewrite(resource: Resource, model: KnownModel, by: By) -> Resource:
    """Return the resource with what the model is known to be, and what it replaced in ``extra``."""
    kind, label = resource.kind, resource.label
    hash_, hash_kind = resource.hash, resource.hash_kind
    if kind == "resource_ref":
        kind = model.kind or kind
    if is_opaque(label):
        label = _readable_name(model) or label
    # A file of that name may be another build of the model, so a name alone gives no hash.
    if hash_ is None and by != "file name":
        hash_, hash_kind = _best_hash(model)
    fuller = replace(
        resource,
        kind=kind,
        label=label,
        hash=hash_,
        hash_kind=hash_kind,
        model_version_id=resource.model_version_id or model.version_id,
        air=resource.air or model.air,
    )
    if fuller == resource:
        return resource
    before: dict[str, JsonValue] = {}
    for name in _REWRITTEN:
        value = getattr(resource, name)
        if value != getattr(fuller, name):
            before[name] = value
    return replace(fuller, extra={**resource.extra, ORIGINAL: before, "resolved_by": by})


def _best_hash(model: KnownModel) -> tuple[str | None, HashKind | None]:
    """Return the most telling hash of a model, and its kind."""
    for kind in HASH_RANK:
        if kind is not None and kind in model.hashes:
            return model.hashes[kind], kind
    return None, None


def _readable_name(model: KnownModel) -> str | None:
    """Return what people call a model: its file, else its own and its version's name."""
    name = model.file_name
    if name:
        if "." in name[1:]:
            return name.rsplit(".", 1)[0]
        return name
    names = [name for name in (model.model_name, model.version_name) if name]
    return " ".join(names) or None
