"""The stage: what the generator lists and what the prompts name, as one list."""

import re
from dataclasses import replace

from service.records import NormalizedImage, Resource, Token
from service.resources.merge import merged
from service.resources.prompts import from_prompts

VERSION = 3

_BLANKS = re.compile(r"[\s_]+")


def collect(image: NormalizedImage, tokens: tuple[Token, ...]) -> tuple[Resource, ...]:
    """Return one entry a resource, those that the generator states first."""
    return merged((*_weighed(image.resources, tokens), *from_prompts(image, tokens)))


def _weighed(resources: tuple[Resource, ...], tokens: tuple[Token, ...]) -> tuple[Resource, ...]:
    """Return the resources, each embedding with the weight of the word in the prompt that calls it."""
    if not any(resource.kind == "embedding" for resource in resources):
        return resources
    # <lora:name:1> is another file's name
    weights = {token.t_norm: token.weight for token in reversed(tokens) if token.kind in ("tag", "embedding")}
    return tuple(_called(resource, weights) for resource in resources)


def _called(resource: Resource, weights: dict[str, float]) -> Resource:
    weight = weights.get(_BLANKS.sub(" ", resource.label.lower()).strip())
    if resource.kind != "embedding" or resource.weight is not None or weight is None:
        return resource
    return replace(resource, weight=weight, used=True)
