"""A resource and what is known of models → the resource by its real name, or why there is no telling.

Asked in this order, the surest first: CivitAI's version id, the AIR, the hash, the file's name. The
first that answers at all decides: where its answers are different models, the resource stays as it
is and the candidates are reported.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import JsonValue

from service.records import HashKind, Resource
from service.records.model_names import stem
from service.resources import air
from service.resources.known_models import KnownModel, KnownModels
from service.resources.merge import HASH_RANK, OF_NOTHING, is_opaque

By = Literal["version id", "air", "hash", "file name"]

MIN_DIGITS = 8
"""Of a hash. Fewer name nothing for certain: among 100,000 files six digits meet by chance."""

ORIGINAL = "original"
"""Key in ``extra``: what the file stated, of the fields that were rewritten."""

_VERSION = re.compile(r"modelVersionId:(\d{1,15})", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]+")
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


def resolve(resource: Resource, known: KnownModels) -> Resolution:
    """Return a resource by its real kind, name and hash as far as these are known."""
    resource = original(resource)
    for by, found in _answers(resource, known):
        fitting = [model for model in found if _fits(resource, model)]
        if not fitting:
            continue
        models = _models(_narrow(resource, fitting, by))
        if len(models) > 1:
            return Resolution(resource, by, tuple(models))
        return Resolution(_rewritten(resource, models[0], by), by)
    return Resolution(resource)


def original(resource: Resource) -> Resource:
    """Return a resource as the file stated it, before it was resolved."""
    stated = resource.extra.get(ORIGINAL)
    if not isinstance(stated, dict):
        return resource
    fields = {name: value for name, value in stated.items() if name in _REWRITTEN}
    extra = {
        key: value for key, value in resource.extra.items() if key not in (ORIGINAL, "resolved_by")
    }
    return replace(resource, **fields, extra=extra)  # type: ignore[arg-type]  # written by _rewritten, from these fields


def _answers(resource: Resource, known: KnownModels) -> Iterable[tuple[By, Sequence[KnownModel]]]:
    parsed = air.parse(resource.air or resource.label)
    version = (
        resource.model_version_id
        or _version(resource.label)
        or (parsed.civitai_version if parsed else None)
    )
    if version is not None:
        yield "version id", known.by_version(version)
    if parsed is not None and (parsed.version is not None or parsed.source != "civitai"):
        yield "air", known.by_air(parsed.lookup_key)
    if (digits := _digits(resource)) is not None:
        yield "hash", known.by_hash(digits)
    if (parsed is None and version is None) or not is_opaque(resource.label):
        yield "file name", known.by_stem(stem(resource.label))


def _version(label: str) -> int | None:
    match = _VERSION.fullmatch(label.strip())
    return int(match[1]) if match else None


def _digits(resource: Resource) -> str | None:
    """Return the digits to look for: the stated hash, or a label that is one."""
    stated = resource.hash or (resource.label if is_opaque(resource.label) else "")
    digits = stated.lower().removeprefix("0x")
    if len(digits) < MIN_DIGITS or not _HEX.fullmatch(digits) or OF_NOTHING.startswith(digits[:64]):
        return None
    return digits


def _fits(resource: Resource, model: KnownModel) -> bool:
    """Tell whether a model can be the resource.

    Of its kind, not another version, not of another hash.
    """
    if model.kind not in (None, "other", resource.kind) and resource.kind not in (
        "resource_ref",
        "other",
    ):
        return False
    if (
        resource.model_version_id
        and model.version_id
        and resource.model_version_id != model.version_id
    ):
        return False
    return not _contradicts(resource, model)


def _contradicts(resource: Resource, model: KnownModel) -> bool:
    """Tell whether both state a hash of one kind, and different ones.

    A version's other files are no contradiction.
    """
    if (
        resource.hash is None
        or resource.hash_kind in (None, "unknown")
        or resource.model_version_id
    ):
        return False
    theirs = model.hash(resource.hash_kind)
    return (
        theirs is not None and _digits(resource) is not None and not _alike(resource.hash, theirs)
    )


def _alike(a: str, b: str) -> bool:
    length = min(len(a), len(b))
    return length >= MIN_DIGITS and a[:length].lower() == b[:length].lower()


def _narrow(resource: Resource, found: list[KnownModel], by: By) -> list[KnownModel]:
    """Return those that agree most closely: on the hash of the stated kind, where any does."""
    digits, kind = _digits(resource), resource.hash_kind
    if digits is None or (by == "version id" and len(found) == 1):
        return found
    kinds: tuple[HashKind, ...] = (
        (kind,) if kind not in (None, "unknown") else ("sha256", "autov3", "autov2", "autov1")
    )
    agreeing = [
        model for model in found if any(_alike(digits, model.hash(one) or "") for one in kinds)
    ]
    return agreeing or found


def _models(found: list[KnownModel]) -> list[KnownModel]:
    """Return one entry a different model.

    Several files of one version are one, and so are copies of one file.
    """
    different: dict[object, KnownModel] = {}
    for model in found:
        key = (
            model.version_id
            or _air_key(model)
            or model.hash("sha256")
            or (model.model_name, model.file_name)
        )
        different.setdefault(key, model)
    return _without_nameless_copies(list(different.values()))


def _without_nameless_copies(models: list[KnownModel]) -> list[KnownModel]:
    """Drop a local copy whose SHA-256 a published version has too.

    It is that version, under no id.
    """
    published = {model.hash("sha256") for model in models if model.version_id is not None}
    return [
        model
        for model in models
        if model.version_id is not None or model.hash("sha256") not in published
    ]


def _air_key(model: KnownModel) -> str | None:
    parsed = air.parse(model.air) if model.air else None
    return parsed.lookup_key if parsed else None


def _rewritten(resource: Resource, model: KnownModel, by: By) -> Resource:
    # A file of that name may be another build of the model, so a name alone gives no hash.
    keeps_hash = resource.hash is not None or by == "file name"
    hash_, hash_kind = (resource.hash, resource.hash_kind) if keeps_hash else best_hash(model)
    fuller = replace(
        resource,
        kind=model.kind or resource.kind if resource.kind == "resource_ref" else resource.kind,
        label=readable(model) or resource.label if is_opaque(resource.label) else resource.label,
        hash=hash_,
        hash_kind=hash_kind,
        model_version_id=resource.model_version_id or model.version_id,
        air=resource.air or model.air,
    )
    if fuller == resource:
        return resource
    before: dict[str, JsonValue] = {
        name: getattr(resource, name)
        for name in _REWRITTEN
        if getattr(resource, name) != getattr(fuller, name)
    }
    return replace(fuller, extra={**resource.extra, ORIGINAL: before, "resolved_by": by})


def best_hash(model: KnownModel) -> tuple[str | None, HashKind | None]:
    """Return the most telling hash of a model, and its kind."""
    return next(
        ((model.hashes[kind], kind) for kind in HASH_RANK if kind and kind in model.hashes),
        (None, None),
    )


def readable(model: KnownModel) -> str | None:
    """Return what people call a model.

    Its file without extension, else its and its version's name.
    """
    if model.file_name:
        return model.file_name.rsplit(".", 1)[0] if "." in model.file_name[1:] else model.file_name
    names = [name for name in (model.model_name, model.version_name) if name]
    return " ".join(names) or None
