"""What other texts of the same file say: they fill gaps, and where they disagree both are kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.normalize.coerce import Coercion, text
from service.normalize.samplers import split_sampler
from service.records import Conflict, Field, Generation, Resource, Scalar, Stated

HEADS: Mapping[Field, Field] = {
    "model_hash": "model",
    "scheduler": "sampler",
    "height": "width",
}
"""A field that means something only beside another.

It fills a gap only where both agree on the other.
"""

_WHOLE: frozenset[Field] = frozenset({"steps", "start_step", "end_step", "width", "height"})
_SIDES: frozenset[Field] = frozenset({"width", "height"})
_REAL: frozenset[Field] = frozenset({"cfg_scale", "guidance", "denoise"})
_NUMBERS = _WHOLE | _REAL | {"seed"}
_FILES: frozenset[Field] = frozenset({"model", "vae", "upscaler"})
_EXTENSION = re.compile(r"\.(safetensors|ckpt|gguf|pt|pth|bin|sft)$", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


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
        conflicts += _conflicts(generation.fields, rival.fields)
        if not _is_of_another(generation, rival):
            generation = _fill(generation, rival)
    return Merged(generation, tuple(conflicts))


def _is_of_another(generation: Generation, rival: Generation) -> bool:
    """Tell whether a text beside the file speaks of another image.

    Of an earlier one of this name, it has its seed.
    """
    ours, theirs = generation.fields, rival.fields
    both = "seed" in ours and "seed" in theirs
    return both and theirs["seed"].source.startswith("Sidecar:") and not agree("seed", ours, theirs)


def _conflicts(ours: Mapping[Field, Stated], theirs: Mapping[Field, Stated]) -> list[Conflict]:
    return [
        Conflict(field, _storable(ours[field]), _storable(theirs[field]))
        for field in ours
        if field in theirs and not agree(field, ours, theirs)
    ]


def _storable(stated: Stated) -> Stated:
    return Stated(text(stated.value), text(stated.source))


def _fill(generation: Generation, rival: Generation) -> Generation:
    fills = {
        field: stated for field, stated in rival.fields.items() if _fills(field, generation, rival)
    }
    return replace(
        generation,
        fields={**generation.fields, **fills},
        passes=generation.passes or rival.passes,
        resources=(*generation.resources, *_welcome(generation.resources, rival.resources)),
        facts=tuple(dict.fromkeys((*generation.facts, *rival.facts))),
    )


def _fills(field: Field, generation: Generation, rival: Generation) -> bool:
    head = HEADS.get(field)
    if field in generation.fields and not (
        _is_useless(field, generation) and not _is_useless(field, rival)
    ):
        return False
    return (
        head is None
        or head not in generation.fields
        or agree(head, generation.fields, rival.fields)
    )


def _is_useless(field: Field, generation: Generation) -> bool:
    """Tell whether a number is stated that cannot be one (steps ``x``, a seed of 40 digits)."""
    return field in _NUMBERS and _comparable(field, generation.fields) is None


def _welcome(ours: tuple[Resource, ...], theirs: tuple[Resource, ...]) -> list[Resource]:
    """Return the rival's resources that tell more of ours, or are of a kind that ours does not list.

    A graph lists what was loaded; a placeholder in the text beside it must not become a second
    checkpoint.
    """
    kinds = {resource.kind for resource in ours}
    names = {(resource.kind, stem(resource.label)) for resource in ours}
    return [r for r in theirs if r.kind not in kinds or (r.kind, stem(r.label)) in names]


def agree(field: Field, ours: Mapping[Field, Stated], theirs: Mapping[Field, Stated]) -> bool:
    """Tell whether both state the same of a field, once both are in our vocabulary."""
    return (
        field in ours and field in theirs and _comparable(field, ours) == _comparable(field, theirs)
    )


def _comparable(field: Field, fields: Mapping[Field, Stated]) -> Scalar | None:
    value = fields[field].value
    if field in _FILES:
        return stem(text(value))
    if field == "model_hash":
        return text(value).lower().removeprefix("0x")[:8]
    if field in ("sampler", "scheduler"):
        return _schedule_word(field, fields)
    if field in ("positive_prompt", "negative_prompt"):
        return _SPACE.sub(" ", text(value)).strip()
    return _number(field, value)


def _schedule_word(field: Field, fields: Mapping[Field, Stated]) -> str:
    own = {name: text(fields[name].value) for name in ("sampler", "scheduler") if name in fields}
    norms = split_sampler(own.get("sampler"), own.get("scheduler"))
    return norms[0 if field == "sampler" else 1] or own[field].lower()


def _number(field: Field, value: Scalar) -> Scalar | None:
    coercion = Coercion()
    if field in _WHOLE:
        return coercion.whole(field, value, least=1 if field in _SIDES else 0)
    if field in _REAL:
        return coercion.real(field, value)
    return coercion.seed(field, value) if field == "seed" else coercion.clip_skip(field, value)


def stem(name: str) -> str:
    """Return a model's file name without folders and extension, lower case."""
    return _EXTENSION.sub("", re.split(r"[\\/]", name.strip())[-1]).lower()
