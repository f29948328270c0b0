"""What a generator states of an image, in our vocabulary."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from service.light_patterns import light_pattern
from service.normalize.coerce import Coercion, number_text, text
from service.normalize.rivals import StatedFields, merge
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
    Status,
)
from service.records.dates import iso_date
from service.records.image_fields import (
    IMAGE_FIELDS,
    ImageField,
    select_stated,
)
from service.records.json_values import JsonValue
from service.records.model_names import hash_form

VERSION = 6

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

CREATED_AT = "created_at"
"""Our key of the date in ``kv``."""

CREATED = frozenset(
    {"Created Date", "sui_extra_data.date", "date", "Date", "actions.0.when", "actions.when"}
)
"""Generators' keys of it: CivitAI's, SwarmUI's, Mochi's, those of C2PA's first action."""

_OF_PASS = select_stated(of_image=False)
_OF_IMAGE = select_stated(of_image=True)
_IN_KV = tuple(field for field in IMAGE_FIELDS if field.in_kv)
_SAYS_NOTHING = SamplingPass()
_MEMBERS = attrgetter(*Fact.__slots__)
_DATA_URI = light_pattern(r"data:[\w.+-]{1,80}/[^,]{0,200};base64,")
_ESCAPED_NUL = light_pattern(r"(?<!\\)((?:\\\\)*)\\u0000")


def normalize(
    generation: Generation, blobs: Blobs, rivals: tuple[Generation, ...] = ()
) -> NormalizedImage:
    """Return the image in our vocabulary.

    ``rivals`` are what the file's other texts say of it, best first.
    """
    merged = merge(generation, rivals)
    generation = merged.generation
    fields, coercion = generation.fields, Coercion()
    base = read_pass("base", fields, coercion)
    strength = base.denoise if _is_of_hires(generation) else None
    if strength is not None:
        base = replace(base, denoise=None)
    later = [read_pass(extra.role, extra.fields, coercion) for extra in generation.passes]
    passes = (base, *later) if later or _says_anything(base) else ()
    created = created_of(generation, blobs)
    of_image = _read_values(_OF_IMAGE, fields, coercion)
    image = NormalizedImage(
        status=_status(generation),
        generator=generation.generator,
        passes=passes,
        denoise=strength,
        created_at=created.value if created else None,
        file_width=blobs.width,
        file_height=blobs.height,
        resources=_storable_resources(generation.resources),
        conflicts=merged.conflicts,
        warnings=(*map(text, generation.unsettled), *coercion.warnings),
        **of_image,
    )
    facts = [*_our_facts(image, fields), *_own_facts(generation)]
    if created is not None:
        facts.append(created)
    return replace(image, facts=tuple({_MEMBERS(fact): fact for fact in facts}.values()))


def created_of(generation: Generation, blobs: Blobs) -> Fact | None:
    """Return when the picture was made, as its generator states it, else as a tag does."""
    for fact in generation.facts:
        if fact.key in CREATED:
            date = iso_date(fact.value)
            if date is not None:
                return Fact(CREATED_AT, date, text(fact.source))
    if blobs.created_at is not None:
        return Fact(CREATED_AT, text(blobs.created_at.value), blobs.created_at.source)
    return None


def _is_of_hires(generation: Generation) -> bool:
    """Return whether the strength of the image is, at the same place, that of its hires pass.

    A1111 writes one, of the pass that samples again; the base pass began with noise alone.
    """
    stated = generation.fields.get("denoise")
    return stated is not None and any(
        one.role == "hires" and one.fields.get("denoise") == stated for one in generation.passes
    )


def read_pass(role: PassRole, fields: StatedFields, coercion: Coercion) -> SamplingPass:
    """Return the pass; what is unusable is None and is among the coercion's warnings."""
    values = _read_values(_OF_PASS, fields, coercion)
    norms = split_sampler(values["sampler"], values["scheduler"])
    values["sampler_norm"], values["scheduler_norm"] = norms
    return SamplingPass(role=role, **values)


def _read_values(
    wanted: Mapping[Field, ImageField], fields: StatedFields, coercion: Coercion
) -> dict[str, Any]:
    """Return what is stated of each wanted field, in its form; None where nothing is."""
    values: dict[str, Any] = dict.fromkeys(wanted)
    for name, field in wanted.items():
        if name not in fields:  # as most
            continue
        value = fields[name].value
        if field.is_number:
            values[name] = coercion.number(field, value)
        elif field.form == "hash":
            values[name] = hash_form(text(value)) or None
        else:
            written = text(value)
            may_be_empty = field.form == "prompt"
            values[name] = written if may_be_empty or written.strip() else None
    return values


def _says_anything(base: SamplingPass) -> bool:
    return base != _SAYS_NOTHING


def _status(generation: Generation) -> Status:
    states_core = any(name in generation.fields for name in CORE)
    return "ok" if states_core and not generation.unsettled else "partial"


def _our_facts(image: NormalizedImage, fields: StatedFields) -> Iterator[Fact]:
    """Yield our own keys, each with the place that states it."""
    shown = image.shown
    for field in _IN_KV:
        value = getattr(image if field.of_image else shown, field.name)
        if value is not None:
            written = value if isinstance(value, str) else number_text(value)
            yield Fact(field.name, written, _source(field, fields))


def _source(field: ImageField, fields: StatedFields) -> str:
    """Return the place that states a field, or the first place that it is derived from."""
    for name in field.derived_from or (field.name,):
        stated = fields.get(name)  # type: ignore[call-overload]  # a field that nobody states is none
        if stated is not None:
            return text(stated.source)
    return ""


def _own_facts(generation: Generation) -> Iterator[Fact]:
    for fact in generation.facts:
        if fact.value.startswith("data:") and _DATA_URI.match(fact.value):
            continue  # a picture, which says nothing
        if _is_plain(f"{fact.key}{fact.value}{fact.source}"):  # as nearly all
            yield fact
        else:
            yield Fact(text(fact.key), text(fact.value), text(fact.source))


def _storable_resources(resources: tuple[Resource, ...]) -> tuple[Resource, ...]:
    found = [storable(resource) for resource in resources]
    return tuple(resource for resource in found if resource.label.strip())


def storable(resource: Resource) -> Resource:
    """Return a resource whose texts SQLite and UTF-8 can hold; itself where they are plain."""
    texts = (resource.label, resource.source, resource.hash, resource.air)
    if all(map(_is_plain, texts)) and _is_plain_json(resource.extra):
        return resource
    return replace(
        resource,
        label=text(resource.label),
        source=text(resource.source),
        hash=text(resource.hash) if resource.hash else None,
        air=text(resource.air) if resource.air else None,
        extra=_storable_json(resource.extra) if resource.extra else resource.extra,
    )


def _is_plain(value: str | None) -> bool:
    """Return whether a text is stored as it is; an empty one is not everywhere."""
    return value is None or (value != "" and value.isascii() and "\0" not in value)


def _is_plain_json(extra: Mapping[str, JsonValue]) -> bool:
    """Return whether an object of texts and numbers is stored as it is, as nearly all are."""
    for item in (*extra, *extra.values()):
        if isinstance(item, (dict, list)):
            return False
        if isinstance(item, str) and not (item.isascii() and "\0" not in item):
            return False
    return True


def _storable_json(extra: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    written = json.dumps(dict(extra), ensure_ascii=False)
    cleaned: dict[str, JsonValue] = json.loads(_ESCAPED_NUL.sub(r"\1", text(written)))
    return cleaned
