"""Every model file that an infotext's settings name.

The checkpoint, VAEs and text encoders (also Forge's modules and SD.Next's parts), upscalers, the
models of later passes, ControlNet units in the three shapes that the extension has written, and
AnimateDiff's motion module. LoRAs and embeddings are read by ``networks``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.light_patterns import light_pattern
from service.parse.infotext.key_values import Settings, scan_settings
from service.parse.infotext.networks import hash_of_checkpoint, hash_of_vae, read_networks
from service.parse.infotext.passes import detailer_units, name_and_hash, sdnext_detectors
from service.parse.shared import civitai_resources
from service.parse.shared.hashes import hash_of
from service.parse.shared.model_files import names_nothing, pass_entry
from service.parse.shared.numbers import number_of
from service.records import Resource, ResourceKind, Stated
from service.records.json_values import JsonValue

# Since 1.1.2 one quoted list a unit, 'ControlNet 0: "Module: canny, Model: …, Weight: 1, …"'.
_QUOTED_UNIT = light_pattern(r"controlnet (\d+)")
# Before that 'ControlNet-0 Model: …' and 'ControlNet Model: …'; 'ADetailer ControlNet model 2nd: …'
_FLAT_UNIT = light_pattern(
    r"(adetailer )?controlnet(-\d+)? (model|weight|module|enabled)( \d+(?:nd|rd|th))?"
)
_ADAPTER = light_pattern(r"ip[-_ ]?adapter", re.IGNORECASE)

_UPSCALERS = light_pattern(r"(?:hires|postprocess|sd upscale|ultimate sd upscale) upscaler(?: 2)?")
_PLAIN_UPSCALERS = light_pattern(
    r"(?:latent|lanczos|nearest|bicubic|bilinear|none)\b.*", re.IGNORECASE
)
"""Arithmetic, not models."""

# Forge: 'Module 1: ae, Module 2: clip_l, Module 3: t5xxl_fp16'; its page lists VAEs and text
# encoders together.
_MODULE = light_pattern(r"(hires )?module (\d+)")
# 'ae', 'flux_ae', 'qwen_image_vae'
_VAE_NAME = light_pattern(r"(?:.*[_-])?ae(?:[_.-].*)?|.*vae.*", re.IGNORECASE)
_ENCODER_NAME = light_pattern(
    r".*(?:clip|t5|qwen|gemma|llama|mistral|glm|text_?enc).*", re.IGNORECASE
)
_INHERITED = light_pattern(r"use same .*|default|true|false", re.IGNORECASE)
_HYPERNET = light_pattern(r"(.+?)\(([0-9a-fA-F]+)\)")  # 'Hypernet: name(hash)' before 1.3


def read_models(settings: Settings, source: str) -> tuple[Resource, ...]:
    """Return the checkpoint first, then all else in the order of the settings' kinds."""
    stated = _civitai_resources(settings, source)
    found = [
        *_checkpoint(settings, stated, source),
        *_vaes(settings, source),
        *read_networks(settings, source),
        *_without_checkpoint(settings, stated),
        *_controlnet_units(settings, source),
        *_others(settings, source),
    ]
    if "app" in settings.by_key or "backend" in settings.by_key:
        found += _sdnext_parts(settings, source)
    return tuple(found)


def _civitai_resources(settings: Settings, source: str) -> tuple[Resource, ...]:
    return civitai_resources.read_lists(
        settings.get("civitai resources"),
        settings.get("civitai metadata"),
        settings.get("recipe metadata"),
        source,
    )


def model_of(settings: Settings) -> str | None:
    """Return the checkpoint's name: the stated one, else CivitAI's for files without ``Model:``."""
    label = checkpoint_of(settings)[0]
    if label is not None:
        return label
    for resource in _civitai_resources(settings, ""):
        if resource.kind == "checkpoint":
            return resource.label
    return settings.get("fluxmode")  # CivitAI's page for Flux states the checkpoint so


def checkpoint_of(settings: Settings) -> tuple[str | None, str | None]:
    """Return name and hash of the stated checkpoint.

    Scripts that use A1111's API write its title of the model, ``name.safetensors [0123456789]``,
    as ``Model``.
    """
    stated = settings.get("model", "model name", "checkpoint")
    hash_ = hash_of_checkpoint(settings)
    if stated is None or names_nothing(stated):
        return None, hash_
    label, hash_in_title = name_and_hash(stated)
    return label, hash_ or hash_in_title


def _only_checkpoint(stated: tuple[Resource, ...]) -> Resource | None:
    checkpoints = [resource for resource in stated if resource.kind == "checkpoint"]
    if len(checkpoints) == 1:
        return checkpoints[0]
    return None


def _checkpoint(
    settings: Settings, stated: tuple[Resource, ...], source: str
) -> Iterator[Resource]:
    """Yield the checkpoint; one Model and one CivitAI checkpoint are one model with two names."""
    label, stated_hash = checkpoint_of(settings)
    hash_, kind = hash_of(stated_hash)
    twin = _only_checkpoint(stated)
    if label is None:
        if hash_ and twin is None:
            yield Resource("checkpoint", hash_, source, hash=hash_, hash_kind=kind)
        flux = settings.get("fluxmode")
        if flux and twin is None:
            yield civitai_resources.resource_of_air(Stated(flux, source))
        return
    own = Resource("checkpoint", label, source, hash=hash_, hash_kind=kind)
    if twin:
        own = replace(own, model_version_id=twin.model_version_id, air=twin.air, extra=twin.extra)
    yield own


def _without_checkpoint(settings: Settings, stated: tuple[Resource, ...]) -> Iterator[Resource]:
    """Yield CivitAI's resources except the checkpoint that ``_checkpoint`` yields.

    Where the settings state a hash and no name, the only checkpoint has that hash.
    """
    label, stated_hash = checkpoint_of(settings)
    hash_, kind = hash_of(stated_hash)
    twin = _only_checkpoint(stated)
    for resource in stated:
        if resource is twin and label is not None:
            continue
        if resource is twin and resource.hash is None:
            yield replace(resource, hash=hash_, hash_kind=kind)
        else:
            yield resource


def _vaes(settings: Settings, source: str) -> Iterator[Resource]:
    hash_, kind = hash_of(hash_of_vae(settings))
    label = settings.get("vae")
    if label and not names_nothing(label):
        yield Resource("vae", label, source, hash=hash_, hash_kind=kind)
    for match, name in settings.numbered("module", _MODULE):
        if not names_nothing(name):
            role = "hires" if match[1] else None
            yield Resource(module_kind(name), name, source, extra=pass_entry(role))


def module_kind(name: str) -> ResourceKind:
    """Return whether a file is a VAE or a text encoder by its name, which is all Forge states."""
    if _VAE_NAME.fullmatch(name):
        return "vae"
    if _ENCODER_NAME.fullmatch(name):
        return "text_encoder"
    return "other"


def module_vae(settings: Settings) -> str | None:
    """Return the VAE among Forge's modules, where there is just one."""
    names: list[str] = []
    for match, name in settings.numbered("module", _MODULE):
        if not match[1] and module_kind(name) == "vae":
            names.append(name)
    if len(names) == 1:
        return names[0]
    return None


def _controlnet_units(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield the model of every unit that has one, and AnimateDiff's."""
    for _, value in settings.numbered("controlnet", _QUOTED_UNIT):
        yield from _controlnet(scan_settings(value), source)
    flat: dict[tuple[str, ...], dict[str, str]] = {}
    for match, value in settings.numbered("controlnet", _FLAT_UNIT):
        flat.setdefault((match[1] or "", match[2] or "", match[4] or ""), {})[match[3]] = value
    for unit in flat.values():
        yield from _controlnet(Settings((), unit), source)
    motion = scan_settings(settings.get("animatediff") or "").get("model")
    if motion:
        yield Resource("motion", motion, source)


def _controlnet(unit: Settings, source: str) -> Iterator[Resource]:
    label = unit.get("model")
    if label is None or names_nothing(label):
        return
    hash_, hash_kind = hash_of(name_and_hash(label)[1])
    weight = number_of(unit.get("weight"))
    module = unit.get("module", "preprocessor")
    adapts = _ADAPTER.match(re.split(r"[\\/]", label)[-1]) or _ADAPTER.search(module or "")
    yield Resource(
        "ip_adapter" if adapts else "controlnet",
        label,
        source,
        weight=weight,
        hash=hash_,
        hash_kind=hash_kind,
        used=weight != 0 and unit.get("enabled") != "False",
        extra={"module": module} if module else {},
    )


def _others(settings: Settings, source: str) -> Iterator[Resource]:
    for _, name in settings.numbered("upscaler", _UPSCALERS):
        if not _PLAIN_UPSCALERS.fullmatch(name):
            yield Resource("upscaler", name, source)
    for key, role in (("refiner", "refiner"), ("hires checkpoint", "hires")):
        yield from _checkpoint_of_pass(settings.get(key), role, source)
    for unit in detailer_units(settings):
        yield Resource("detector", unit.by_key["model"], source)
        yield from _checkpoint_of_pass(unit.get("checkpoint"), "detailer", source)
        yield from _file("vae", unit.get("vae"), source, pass_entry("detailer"))
    for name in sdnext_detectors(settings):
        yield Resource("detector", name, source)
    yield from _hypernet(settings, source)


def _sdnext_parts(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield the parts of a model that SD.Next took from other files (until 2025 ``TE``, ``T5``)."""
    yield from _file("checkpoint", settings.get("unet"), source, {"part": "unet"})
    for key in ("te", "t5", "llm"):
        yield from _file("text_encoder", settings.get(key), source, {})


def _file(
    kind: ResourceKind, name: str | None, source: str, extra: Mapping[str, JsonValue]
) -> Iterator[Resource]:
    if name is not None and not names_nothing(name) and not _INHERITED.fullmatch(name):
        yield Resource(kind, name, source, extra=extra)


def _checkpoint_of_pass(name: str | None, role: str, source: str) -> Iterator[Resource]:
    if name is None or names_nothing(name):
        return
    label, text = name_and_hash(name)
    hash_, kind = hash_of(text)
    yield Resource("checkpoint", label, source, hash=hash_, hash_kind=kind, extra=pass_entry(role))


def _hypernet(settings: Settings, source: str) -> Iterator[Resource]:
    name = settings.get("hypernet")
    if name is None or names_nothing(name):
        return
    text = settings.get("hypernet hash")
    old = _HYPERNET.fullmatch(name)
    if old:
        name, text = old[1], old[2]
    hash_, kind = hash_of(text)
    weight = number_of(settings.get("hypernet strength"))
    yield Resource(
        "hypernetwork", name, source, weight=weight, hash=hash_, hash_kind=kind, used=weight != 0
    )
