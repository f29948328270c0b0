"""What a node does to the image that is made: it samples, draws, decodes or enlarges it.

A record may say it; else the names of a node's inputs do.
"""

from functools import lru_cache

from service.parse.comfyui.nodes.file_inputs import kind_of
from service.parse.comfyui.nodes.general import NO_SAMPLER
from service.parse.comfyui.nodes.link_inputs import LINKS
from service.parse.comfyui.nodes.setting_inputs import (
    ORDER_SIGNS,
    SAMPLER_SIGNS,
    SERVICE_SIGNS,
)
from service.parse.comfyui.nodes.signature import SIGNATURES_KEPT, Signature
from service.parse.comfyui.passes.outputs import IMAGES
from service.parse.comfyui.passes.steps import is_carrier
from service.parse.comfyui.values.rules import NUMERIC

LATENTS = frozenset(LINKS["latent"])
VAES = frozenset(LINKS["vae"])
PROMPTS = SERVICE_SIGNS[0] | {"positive"}

ANY_SIGN = frozenset[str]().union(*SAMPLER_SIGNS)
"""Inputs of which every sampler has one."""
ENOUGH_SIGNS = 3
"""Of four."""


@lru_cache(maxsize=SIGNATURES_KEPT)
def samples(node: Signature) -> bool:
    """Return whether nodes that give latents or images make them by sampling."""
    if node.record.roles is not None:
        return node.plays("sampler")
    signs = 0
    if _has_any(node, ANY_SIGN):
        for names in SAMPLER_SIGNS:
            signs += _has_any(node, names)
    if signs == len(SAMPLER_SIGNS) and "model" in node.links and not LATENTS.isdisjoint(node.links):
        return True
    is_likely = signs >= ENOUGH_SIGNS and _works_on_something(node)
    return (is_likely or node.plays("sampler")) and NO_SAMPLER.search(node.class_type) is None


@lru_cache(maxsize=SIGNATURES_KEPT)
def is_like_samplers(node: Signature) -> bool:
    """Return whether a sampler has an input that shows it, besides the name of its class."""
    return _has_any(node, ANY_SIGN) and samples(node)


def _has_any(node: Signature, names: frozenset[str]) -> bool:
    return not (names.isdisjoint(node.inputs) and names.isdisjoint(node.links))


def _works_on_something(node: Signature) -> bool:
    """Return whether more than numbers comes in.

    A node that only offers settings to others has nothing to sample.
    """
    return not (NUMERIC.issuperset(node.links) and PROMPTS.isdisjoint(node.inputs))


@lru_cache(maxsize=SIGNATURES_KEPT)
def draws(node: Signature) -> bool:
    """Return whether a node that gives an image asks a service for it, which samples elsewhere."""
    texts, seeds = SERVICE_SIGNS
    if not _has_any(node, texts) or node.plays("saver") or node.plays("preview"):
        return False
    return _has_any(node, seeds) or not ORDER_SIGNS.isdisjoint(node.inputs)


@lru_cache(maxsize=SIGNATURES_KEPT)
def enlarges(node: Signature) -> bool:
    """Return whether a node on the image's way takes an upscale model, or names its file itself."""
    if "upscale_model" in node.links:
        return True
    return any(kind_of(node.record, name) == "upscaler" for name in node.inputs)


@lru_cache(maxsize=SIGNATURES_KEPT)
def decodes(node: Signature) -> bool:
    """Return whether a node makes an image of latents, its own or those that come in."""
    if "samples" not in node.links and not samples(node):
        return False
    return not VAES.isdisjoint(node.links)


@lru_cache(maxsize=SIGNATURES_KEPT)
def takes_bundle(node: Signature) -> bool:
    """Return whether a bundle of many things comes in: a sampler's decoder, for one."""
    return any(map(is_carrier, node.links))


@lru_cache(maxsize=SIGNATURES_KEPT)
def links_of_images(node: Signature) -> tuple[str, ...]:
    """Return the links that bring images, the likeliest last."""
    return tuple(name for name in reversed(node.links) if "image" in name or name in IMAGES)
