"""One sampling pass in our vocabulary.

The whole image in our vocabulary.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields as names_of
from dataclasses import replace

from pydantic import JsonValue

from service.normalize.coerce import Coercion, number_text, text
from service.normalize.rivals import merge
from service.normalize.samplers import split_sampler
from service.records import (
    Blobs,
    Fact,
    Field,
    Generation,
    NormalizedImage,
    PassRole,
    Resource,
    SamplingPass,
    Scalar,
    Stated,
    Status,
)

Fields = Mapping[Field, Stated]


def sampling_pass(role: PassRole, fields: Fields, coercion: Coercion) -> SamplingPass:
    """Return the pass; what is unusable is None and stands in the coercion's warnings."""

    def stated(name: Field) -> Scalar | None:
        return fields[name].value if name in fields else None

    def words(name: Field) -> str | None:
        return text_field(fields, name)

    sampler, scheduler = words("sampler"), words("scheduler")
    sampler_norm, scheduler_norm = split_sampler(sampler, scheduler)
    return SamplingPass(
        role=role,
        positive_prompt=words("positive_prompt"),
        negative_prompt=words("negative_prompt"),
        steps=coercion.whole("steps", stated("steps")),
        start_step=coercion.whole("start_step", stated("start_step")),
        end_step=coercion.whole("end_step", stated("end_step")),
        cfg_scale=coercion.real("cfg_scale", stated("cfg_scale")),
        guidance=coercion.real("guidance", stated("guidance")),
        sampler=sampler,
        scheduler=scheduler,
        sampler_norm=sampler_norm,
        scheduler_norm=scheduler_norm,
        seed=coercion.seed("seed", stated("seed")),
        denoise=coercion.real("denoise", stated("denoise"), least=0, most=1),
        width=coercion.whole("width", stated("width"), least=1),
        height=coercion.whole("height", stated("height"), least=1),
        model=words("model"),
        model_hash=words("model_hash"),
    )


def text_field(fields: Fields, name: Field) -> str | None:
    """Return a field as storable text.

    Empty means nothing, except for prompts, which may be empty.
    """
    if name not in fields:
        return None
    found = text(fields[name].value)
    return found if found.strip() or name.endswith("_prompt") else None


VERSION = 3

_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

CORE: tuple[Field, ...] = (
    "positive_prompt",
    "negative_prompt",
    "steps",
    "cfg_scale",
    "sampler",
    "seed",
    "model",
)
"""A file that states none of these is read only in part."""

SOURCES: Mapping[str, tuple[Field, ...]] = {
    "sampler_norm": ("sampler",),
    "scheduler_norm": ("scheduler", "sampler"),
}
"""The stated fields that a derived key comes from."""

PASS_KEYS = (
    "positive_prompt",
    "negative_prompt",
    "steps",
    "cfg_scale",
    "guidance",
    "sampler",
    "sampler_norm",
    "scheduler",
    "scheduler_norm",
    "seed",
    "denoise",
    "width",
    "height",
    "model",
    "model_hash",
)
"""Of the base pass, in the order in which they stand in ``kv``."""


def normalize(
    generation: Generation, blobs: Blobs, rivals: tuple[Generation, ...] = ()
) -> NormalizedImage:
    """Return the image in our vocabulary.

    ``rivals`` are what the file's other texts say of it, best first.
    """
    merged = merge(generation, rivals)
    generation = merged.generation
    fields, coercion = generation.fields, Coercion()
    base = sampling_pass("base", fields, coercion)
    later = tuple(sampling_pass(extra.role, extra.fields, coercion) for extra in generation.passes)
    image = NormalizedImage(
        status=_status(generation),
        generator=generation.generator,
        passes=(base, *later) if later or _says_anything(base) else (),
        vae=text_field(fields, "vae"),
        clip_skip=coercion.clip_skip("clip_skip", _value(fields, "clip_skip")),
        upscaler=text_field(fields, "upscaler"),
        file_width=blobs.width,
        file_height=blobs.height,
        resources=tuple(one for one in map(storable, generation.resources) if one.label.strip()),
        conflicts=merged.conflicts,
        warnings=(*(text(reason) for reason in generation.unsettled), *coercion.warnings),
    )
    own = (Fact(text(fact.key), text(fact.value), text(fact.source)) for fact in generation.facts)
    return replace(image, facts=tuple(dict.fromkeys((*_facts(image, fields), *own))))


def _value(fields: Fields, name: Field) -> str | int | float | bool | None:
    return fields[name].value if name in fields else None


def _status(generation: Generation) -> Status:
    return (
        "partial"
        if generation.unsettled or not any(name in generation.fields for name in CORE)
        else "ok"
    )


def _says_anything(base: SamplingPass) -> bool:
    return any(
        getattr(base, field.name) is not None for field in names_of(base) if field.name != "role"
    )


def _facts(image: NormalizedImage, fields: Fields) -> Iterator[Fact]:
    """Yield our own keys, each with the place that states it."""
    values = {key: getattr(image.base, key) for key in PASS_KEYS}
    values |= {"vae": image.vae, "clip_skip": image.clip_skip, "upscaler": image.upscaler}
    for key, value in values.items():
        if value is not None:
            written = value if isinstance(value, str) else number_text(value)
            yield Fact(key, written, _source(key, fields))


def _source(key: str, fields: Mapping[Field, Stated]) -> str:
    names: tuple[str, ...] = SOURCES.get(key, (key,))
    sources = {name: stated.source for name, stated in fields.items() if name in names}
    return next((text(sources[name]) for name in names if name in sources), "")


def storable(resource: Resource) -> Resource:
    """Return a resource whose texts SQLite and UTF-8 can hold."""
    return replace(
        resource,
        label=text(resource.label),
        source=text(resource.source),
        hash=text(resource.hash) if resource.hash else None,
        air=text(resource.air) if resource.air else None,
        extra=_storable_json(resource.extra) if resource.extra else resource.extra,
    )


def _storable_json(extra: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    written = json.dumps(dict(extra), ensure_ascii=False)
    cleaned: dict[str, JsonValue] = json.loads(_ESCAPED_NUL.sub(r"\1", text(written)))
    return cleaned
