"""The stage: what the generator states and what the prompts name, as one list of resources.

Prompts name files by ``<lora:name:0.8>``, ``<hypernet:name:1>`` and ``embedding:name``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.light_patterns import light_pattern
from service.records import NormalizedImage, Resource, Token
from service.records.json_values import JsonValue
from service.records.kinds import TAG_PATTERN, TAGS
from service.records.model_names import stem
from service.resources.merge import merge_resources

VERSION = 6

IGNORES_TAGS = frozenset(
    {"comfyui", "invokeai", "novelai", "midjourney", "drawthings", "diffusionbee"}
)
"""To these ``<lora:…>`` is plain text. Kept, and marked unused unless the generator lists the file
itself (in ComfyUI a node of some pack may have read the tag; the graph then names it)."""

READS_EMBEDDINGS = frozenset({"comfyui", "swarmui", "stability_matrix", "civitai", "tensorart"})
"""Those that run on ComfyUI and so know ``embedding:name``."""

UNET_SECOND = frozenset(
    "a1111 forge forge-classic forge-neo reforge easy-reforge sdnext civitai".split()
)
"""In ``<lora:name:0.8:0.5>`` these read the text encoder's weight first; all others the model's."""

# CivitAI's site names files by AIR in tags too: <lora:urn:air:sdxl:lora:civitai:1@2:0.8>,
# <lora:civitai:1@2:0.8>.
_AIR = r"(?:urn:)?air:(?:[^:<>\n]+:){3}[^:<>\n]+|civitai:\d+@\d+"
_TAG = light_pattern(rf"<({TAG_PATTERN}):({_AIR}|[^:<>\n]+)((?::[^:<>\n]*)*)>", re.IGNORECASE)
_WEIGHT = light_pattern(
    r"\s*([+-]?(?:\d{1,9}\.?\d{0,12}|\.\d{1,12})(?:e-?\d{1,2})?)\s*", re.IGNORECASE
)
_NAMED_WEIGHT = light_pattern(r"\s*(te|unet)\s*=\s*([+-]?[\d.]{1,12})\s*", re.IGNORECASE)
_PROMPTS = frozenset({"positive_prompt", "negative_prompt"})
_BLANKS = light_pattern(r"[\s_]+")
# Weights by step, of the loractl extension and SD.Next: <lora:name:0.5@0,1@0.6>
_STEPWISE = light_pattern(r"[\d.+-]+@[\d.@,;~+ -]*")


def collect_resources(image: NormalizedImage, tokens: tuple[Token, ...]) -> tuple[Resource, ...]:
    """Return one entry a resource, those that the generator states first."""
    stated = _with_prompt_weights(image.resources, tokens)
    return merge_resources([*stated, *_resources_of_prompts(image, tokens)])


def _with_prompt_weights(
    resources: tuple[Resource, ...], tokens: tuple[Token, ...]
) -> Iterator[Resource]:
    """Yield the resources, each embedding with the weight of the word that calls it."""
    for resource in resources:
        weight = None
        if resource.kind == "embedding" and resource.weight is None:
            weight = _weight_of_word(resource.label, tokens)
        yield resource if weight is None else replace(resource, weight=weight, used=True)


def _weight_of_word(label: str, tokens: tuple[Token, ...]) -> float | None:
    word = _word_of(label)
    for token in tokens:
        # <lora:name:1> is another file's name
        if token.t_norm == word and token.kind in ("tag", "embedding"):
            return token.weight
    return None


def _word_of(label: str) -> str:
    """Return the word that calls an embedding, as tokens are compared."""
    return _BLANKS.sub(" ", stem(label)).strip()


def mark_embeddings(
    tokens: tuple[Token, ...], resources: tuple[Resource, ...]
) -> tuple[Token, ...]:
    """Return the tokens, those that call an embedding by its plain name marked as such (A1111)."""
    words = {_word_of(one.label) for one in resources if one.kind == "embedding" and one.used}
    if not words:
        return tokens
    marked: list[Token] = []
    for token in tokens:
        is_call = token.kind == "tag" and token.t_norm in words
        marked.append(replace(token, kind="embedding") if is_call else token)
    return tuple(marked)


def _resources_of_prompts(image: NormalizedImage, tokens: tuple[Token, ...]) -> Iterator[Resource]:
    """Yield what every pass's prompts name, in reading order.

    The same file may come more than once. What a later pass alone calls has that pass in ``extra``.
    """
    sources: dict[str, str] = {}
    for fact in image.facts:
        if fact.key in _PROMPTS:
            sources.setdefault(fact.key, fact.source)
    reads_tags = image.generator not in IGNORES_TAGS
    of_base: set[str] = set()
    for one_pass in image.passes:
        positive, negative = one_pass.positive_prompt or "", one_pass.negative_prompt or ""
        source = sources.get("positive_prompt", "positive_prompt")
        for network in networks_of_tags(positive, source, image.generator, read=reads_tags):
            if one_pass.role == "base":
                of_base.add(network.label)
            if network.label in of_base:
                yield network
            else:
                yield replace(network, extra={**network.extra, "pass": one_pass.role})
        source = sources.get("negative_prompt", "negative_prompt")
        yield from networks_of_tags(negative, source, image.generator, read=False)
    if image.generator in READS_EMBEDDINGS:
        yield from _embeddings(tokens, sources)


def networks_of_tags(
    prompt: str, source: str, generator: str | None, *, read: bool
) -> Iterator[Resource]:
    """Yield the networks of one prompt. A tag without a weight weighs 1."""
    if "<" not in prompt:
        return
    for match in _TAG.finditer(prompt):
        label = match[2].strip()
        if not label:
            continue
        kind = TAGS[match[1].lower()]
        first, second, extra = _weights(match[3])
        used = read and (first != 0 or bool(second))
        if second not in (None, first) and generator in UNET_SECOND:
            extra = {**extra, "unet": second}
            second = first
        yield Resource(kind, label, source, first, second, used=used, extra=extra)


def _weights(arguments: str) -> tuple[float | None, float | None, Mapping[str, JsonValue]]:
    """Return the first weight, the second if there is one, and what else is to be said of them."""
    numbers: list[float] = []
    named: dict[str, float] = {}
    by_step: str | None = None
    for part in arguments.split(":")[1:]:
        number, name = _WEIGHT.fullmatch(part), _NAMED_WEIGHT.fullmatch(part)
        if number:
            numbers.append(float(number[1]))
        elif name:
            named[name[1].lower()] = _weight_or_one(name[2])
        elif by_step is None and _STEPWISE.fullmatch(part.strip()):
            by_step = part.strip()
    if numbers:
        return numbers[0], numbers[1] if len(numbers) > 1 else named.get("unet"), {}
    if "te" in named:
        return named["te"], named.get("unet"), {}
    if by_step is not None and not named:
        return None, None, {"weight_by_step": by_step}
    return 1.0, named.get("unet"), {"weight_implied": True}


def _weight_or_one(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


def _embeddings(tokens: tuple[Token, ...], sources: Mapping[str, str]) -> Iterator[Resource]:
    for token in tokens:
        if token.kind == "embedding":
            key = "positive_prompt" if token.side == "pos" else "negative_prompt"
            source = sources.get(key, key)
            used = token.weight != 0
            yield Resource("embedding", token.token, source, token.weight, used=used)
