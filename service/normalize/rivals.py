"""What other texts of the same file state: they fill gaps, and disagreements are kept."""

from collections.abc import Mapping
from dataclasses import replace

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.normalize.coerce import Coercion, text
from service.normalize.samplers import split_sampler
from service.records import Conflict, Field, Generation, Resource, Scalar, Stated
from service.records.image_fields import STATED_FIELDS
from service.records.model_names import hash_form, stem

StatedFields = Mapping[Field, Stated]

_HASH_DIGITS = 8
"""So many at its beginning every tool writes of a model's hash."""

_SPACE = light_pattern(r"\s+")


@dataclass(frozen=True, slots=True)
class Merged:
    """A generation with its gaps filled, and the disagreements."""

    generation: Generation
    conflicts: tuple[Conflict, ...]


def merge(generation: Generation, rivals: tuple[Generation, ...]) -> Merged:
    """Return the first generation, filled from the others in order.

    Where two differ the first is right.
    """
    conflicts: list[Conflict] = []
    for rival in rivals:
        conflicts += _find_conflicts(generation.fields, rival.fields)
        if not _is_of_another_image(generation, rival):
            generation = _fill(generation, rival)
    return Merged(generation, tuple(conflicts))


def _is_of_another_image(generation: Generation, rival: Generation) -> bool:
    """Tell whether a text beside the file is of an earlier image of this name: its seed differs."""
    ours, theirs = generation.fields, rival.fields
    if "seed" not in ours or "seed" not in theirs:
        return False
    return theirs["seed"].source.startswith("Sidecar:") and not agree("seed", ours, theirs)


def _find_conflicts(ours: StatedFields, theirs: StatedFields) -> list[Conflict]:
    conflicts = []
    for field in ours:
        if field in theirs and not agree(field, ours, theirs):
            conflict = Conflict(field, _storable(ours[field]), _storable(theirs[field]))
            conflicts.append(conflict)
    return conflicts


def _storable(stated: Stated) -> Stated:
    return Stated(text(stated.value), text(stated.source))


def _fill(generation: Generation, rival: Generation) -> Generation:
    ours, theirs = generation.fields, rival.fields
    fills = {field: stated for field, stated in theirs.items() if _fills(field, ours, theirs)}
    added = _new_resources(generation.resources, rival.resources)
    facts = dict.fromkeys((*generation.facts, *rival.facts))
    return replace(
        generation,
        fields={**ours, **fills},
        passes=generation.passes or rival.passes,
        resources=(*generation.resources, *added),
        facts=tuple(facts),
    )


def _fills(field: Field, ours: StatedFields, theirs: StatedFields) -> bool:
    """Tell whether a rival's value is taken: where ours is missing, or is no number and theirs is.

    A value that belongs to another (a height to its width) is taken only where both agree on that.
    """
    if field in ours:
        ours_is_usable = not _is_useless(field, ours)
        if ours_is_usable or _is_useless(field, theirs):
            return False
    owner = STATED_FIELDS[field].beside
    return owner is None or owner not in ours or agree(owner, ours, theirs)


def _is_useless(field: Field, fields: StatedFields) -> bool:
    """Tell whether a number is stated that cannot be one (steps ``x``, a seed of 40 digits)."""
    return STATED_FIELDS[field].is_number and _comparable(field, fields) is None


def _new_resources(ours: tuple[Resource, ...], theirs: tuple[Resource, ...]) -> list[Resource]:
    """Return the rival's resources that say more of ours, or are of a kind that ours has not.

    A graph lists what was loaded; a placeholder in the text beside it must not become a second
    checkpoint.
    """
    kinds = {resource.kind for resource in ours}
    names = {(resource.kind, stem(resource.label)) for resource in ours}
    return [
        resource
        for resource in theirs
        if resource.kind not in kinds or (resource.kind, stem(resource.label)) in names
    ]


def agree(field: Field, ours: StatedFields, theirs: StatedFields) -> bool:
    """Tell whether both state the same of a field, once both are in our vocabulary."""
    if field not in ours or field not in theirs:
        return False
    return _comparable(field, ours) == _comparable(field, theirs)


def _comparable(field: Field, fields: StatedFields) -> Scalar | None:
    """Return what is equal in two texts that state the same of a field."""
    value = fields[field].value
    match STATED_FIELDS[field].form:
        case "file":
            return stem(text(value))
        case "hash":
            return hash_form(text(value)).removeprefix("blake3:")[:_HASH_DIGITS].lower()
        case "method":
            return _method_name(field, fields)
        case "prompt":
            return _SPACE.sub(" ", text(value)).strip()
        case _:
            return Coercion().number(STATED_FIELDS[field], value)


def _method_name(field: Field, fields: StatedFields) -> str:
    """Return ComfyUI's name of a sampler or scheduler, or the stated one where it has none."""
    sampler = text(fields["sampler"].value) if "sampler" in fields else None
    scheduler = text(fields["scheduler"].value) if "scheduler" in fields else None
    sampler_norm, scheduler_norm = split_sampler(sampler, scheduler)
    known = sampler_norm if field == "sampler" else scheduler_norm
    return known or text(fields[field].value).lower()
