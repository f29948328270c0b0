"""Fooocus's scheme ``a1111``: an infotext with the made prompts, and the typed ones under keys of its own."""

from collections.abc import Mapping
from dataclasses import replace

from service.parse import a1111
from service.parse.infotext.civitai import number_of
from service.parse.infotext.fields import names_nothing
from service.parse.model_files import stem
from service.records import Blob, Blobs, Field, Generation, Resource, Sampling, Stated

DEFAULT_VAE = "Default (model)"


def is_nothing(value: object) -> bool:
    """Tell whether a name stands for no file."""
    return value == DEFAULT_VAE or names_nothing(str(value))


def read(blob: Blob, blobs: Blobs) -> Generation:
    """Return the infotext's words, with the typed prompts in place of the made ones."""
    made = a1111.read(blob, blobs)
    raw = {fact.key.lower(): fact for fact in made.facts}
    fields = dict(made.fields)
    typed: tuple[tuple[Field, str], ...] = (
        ("positive_prompt", "raw prompt"),
        ("negative_prompt", "raw negative prompt"),
    )
    for field, key in typed:
        if key in raw:
            fields[field] = Stated(raw[key].value, f"{blob.source}#{raw[key].key}")
    if "vae" in fields and is_nothing(fields["vae"].value):
        del fields["vae"]
    weights = _weights(raw["lora weights"].value) if "lora weights" in raw else {}
    resources = tuple(_weighed(resource, weights) for resource in made.resources if resource.label != DEFAULT_VAE)
    passes = (
        tuple(_refined(one, raw["refiner hash"].value, blob) for one in made.passes) if "refiner hash" in raw else ()
    )
    return replace(made, fields=fields, passes=passes or made.passes, resources=resources)


def _refined(one: Sampling, hash_: str, blob: Blob) -> Sampling:
    if one.role != "refiner":
        return one
    return Sampling(one.role, {**one.fields, "model_hash": Stated(hash_, blob.source)})


def _weights(text: str) -> dict[str, float | None]:
    """Read ``name: 0.1, other name: 0.7``."""
    pairs = (pair.rpartition(":") for pair in text.split(","))
    return {stem(name): number_of(weight.strip()) for name, _, weight in pairs}


def _weighed(resource: Resource, weights: Mapping[str, float | None]) -> Resource:
    weight = weights.get(stem(resource.label))
    if resource.kind != "lora" or weight is None:
        return resource
    return replace(resource, weight=weight, used=weight != 0)
