"""Resources that stand in the prompts.

``<lora:name:0.8>``, ``<hypernet:name:1>``, ``embedding:name``.

The stage: what the generator lists and what the prompts name, as one list.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import JsonValue

from service.records import NormalizedImage, Resource, Token
from service.records.kinds import TAG_PATTERN, TAGS
from service.resources.merge import merge_resources

IGNORES_TAGS = frozenset(
    {"comfyui", "invokeai", "novelai", "midjourney", "drawthings", "diffusionbee"}
)
"""To these ``<lora:…>`` is plain text. Kept, and marked unused unless the generator lists the file
itself (in ComfyUI a node of some pack may have read the tag; the graph then names it)."""

READS_EMBEDDINGS = frozenset({"comfyui", "swarmui", "stability_matrix", "civitai", "tensorart"})
"""Those that run on ComfyUI and so know ``embedding:name``."""

UNET_SECOND = frozenset(
    {
        "a1111",
        "forge",
        "forge-classic",
        "forge-neo",
        "reforge",
        "easy-reforge",
        "sdnext",
        "civitai",
    },
)
"""In ``<lora:name:0.8:0.5>`` these read the text encoder's weight first; all others the model's."""

# CivitAI's site names files by AIR in tags too: <lora:urn:air:sdxl:lora:civitai:1@2:0.8>,
# <lora:civitai:1@2:0.8>.
_AIR = r"(?:urn:)?air:(?:[^:<>\n]+:){3}[^:<>\n]+|civitai:\d+@\d+"
_TAG = re.compile(rf"<({TAG_PATTERN}):({_AIR}|[^:<>\n]+)((?::[^:<>\n]*)*)>", re.IGNORECASE)
_NUMBER = re.compile(
    r"\s*([+-]?(?:\d{1,9}\.?\d{0,12}|\.\d{1,12})(?:e-?\d{1,2})?)\s*", re.IGNORECASE
)
_NAMED = re.compile(r"\s*(te|unet)\s*=\s*([+-]?[\d.]{1,12})\s*", re.IGNORECASE)
# Weights by step, of the loractl extension and SD.Next: <lora:name:0.5@0,1@0.6>
_STEPWISE = re.compile(r"[\d.+-]+@[\d.@,;~+ -]*")


def from_prompts(image: NormalizedImage, tokens: tuple[Token, ...]) -> Iterator[Resource]:
    """Yield what every pass's prompts name, in reading order.

    The same file may come more than once.
    """
    sources = {fact.key: fact.source for fact in reversed(image.facts)}
    for sampled in image.passes:
        sides = (
            ("positive_prompt", sampled.positive_prompt),
            ("negative_prompt", sampled.negative_prompt),
        )
        for key, prompt in sides:
            if prompt and "<" in prompt:
                read = key == "positive_prompt" and image.generator not in IGNORES_TAGS
                yield from networks_of_tags(
                    prompt, sources.get(key, key), image.generator, read=read
                )
    if image.generator in READS_EMBEDDINGS:
        yield from _embeddings(tokens, sources)


def networks_of_tags(
    prompt: str, source: str, generator: str | None, *, read: bool
) -> Iterator[Resource]:
    """Yield the networks of one prompt. A tag without a weight weighs 1."""
    for match in _TAG.finditer(prompt):
        label = match[2].strip()
        if not label:
            continue
        kind = TAGS[match[1].lower()]
        first, second, extra = _weights(match[3])
        split = second is not None and second != first
        if split and generator in UNET_SECOND:
            yield Resource(
                kind,
                label,
                source,
                first,
                first,
                used=read and (first, second) != (0, 0),
                extra={**extra, "unet": second},
            )
        else:
            used = read and (first != 0 or bool(second))
            yield Resource(kind, label, source, first, second, used=used, extra=extra)


def _weights(arguments: str) -> tuple[float | None, float | None, Mapping[str, JsonValue]]:
    """Return the first weight, the second if there is one, and what else is to be said of them."""
    parts = arguments.split(":")[1:]
    numbers = [float(match[1]) for part in parts if (match := _NUMBER.fullmatch(part))]
    named = {
        match[1].lower(): _float(match[2]) for part in parts if (match := _NAMED.fullmatch(part))
    }
    if numbers:
        return numbers[0], numbers[1] if len(numbers) > 1 else named.get("unet"), {}
    if named:
        return (
            named.get("te", 1.0),
            named.get("unet"),
            {} if "te" in named else {"weight_implied": True},
        )
    by_step = next((part.strip() for part in parts if _STEPWISE.fullmatch(part.strip())), None)
    return (
        (1.0, None, {"weight_implied": True})
        if by_step is None
        else (None, None, {"weight_by_step": by_step})
    )


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _embeddings(tokens: tuple[Token, ...], sources: dict[str, str]) -> Iterator[Resource]:
    for token in tokens:
        if token.kind == "embedding":
            key = "positive_prompt" if token.side == "pos" else "negative_prompt"
            yield Resource(
                "embedding",
                token.token,
                sources.get(key, key),
                token.weight,
                used=token.weight != 0,
            )


VERSION = 4

_BLANKS = re.compile(r"[\s_]+")


def collect(image: NormalizedImage, tokens: tuple[Token, ...]) -> tuple[Resource, ...]:
    """Return one entry a resource, those that the generator states first."""
    return merge_resources(
        (*_with_prompt_weights(image.resources, tokens), *from_prompts(image, tokens))
    )


def _with_prompt_weights(
    resources: tuple[Resource, ...], tokens: tuple[Token, ...]
) -> tuple[Resource, ...]:
    """Return the resources, each embedding with the weight of the word in the prompt that calls it."""
    if not any(resource.kind == "embedding" for resource in resources):
        return resources
    # <lora:name:1> is another file's name
    weights = {
        token.t_norm: token.weight
        for token in reversed(tokens)
        if token.kind in ("tag", "embedding")
    }
    return tuple(_word_in_prompt(resource, weights) for resource in resources)


def _word_in_prompt(resource: Resource, weights: dict[str, float]) -> Resource:
    weight = weights.get(_BLANKS.sub(" ", resource.label.lower()).strip())
    if resource.kind != "embedding" or resource.weight is not None or weight is None:
        return resource
    return replace(resource, weight=weight, used=True)
