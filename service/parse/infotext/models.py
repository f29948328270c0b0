"""ControlNet units in the three shapes that the extension has written, and AnimateDiff's motion module.

Every model file that the settings name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import JsonValue

from service.parse.infotext import hashes, passes
from service.parse.infotext.field_names import names_nothing
from service.parse.infotext.key_values import Settings, scan_settings
from service.parse.infotext.passes import name_and_hash
from service.parse.shared import civitai_resources
from service.parse.shared.civitai_resources import hash_of, number_of
from service.records import Resource, ResourceKind

# Since 1.1.2 one quoted list a unit: 'ControlNet 0: "Module: canny, Model: control_v11p [d14c016b],
# Weight: 1, …"'
_QUOTED = re.compile(r"controlnet (\d+)")
# Before that 'ControlNet-0 Model: …' and 'ControlNet Model: …'; 'ADetailer ControlNet model 2nd: …'
_FLAT = re.compile(
    r"(adetailer )?controlnet(-\d+)? (model|weight|module|enabled)( \d+(?:nd|rd|th))?"
)
_ADAPTER = re.compile(r"ip[-_ ]?adapter", re.IGNORECASE)


def read_units(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield the model of every unit that has one."""
    for _, value in settings.numbered("controlnet", _QUOTED):
        yield from _unit(scan_settings(value), source)
    flat: dict[tuple[str, ...], dict[str, str]] = {}
    for match, value in settings.numbered("controlnet", _FLAT):
        flat.setdefault((match[1] or "", match[2] or "", match[4] or ""), {})[match[3]] = value
    for unit in flat.values():
        yield from _unit(Settings((), unit), source)
    motion = scan_settings(settings.get("animatediff") or "").get("model")
    if motion:
        yield Resource("motion", motion, source)


def _unit(unit: Settings, source: str) -> Iterator[Resource]:
    label = unit.get("model")
    if label is None or names_nothing(label):
        return
    hash_, hash_kind = hash_of(name_and_hash(label)[1])
    weight = number_of(unit.get("weight"))
    module = unit.get("module", "preprocessor")
    adapts = _ADAPTER.match(re.split(r"[\\/]", label)[-1]) or _ADAPTER.search(module or "")
    kind: ResourceKind = "ip_adapter" if adapts else "controlnet"
    yield Resource(
        kind,
        label,
        source,
        weight=weight,
        hash=hash_,
        hash_kind=hash_kind,
        used=weight != 0 and unit.get("enabled") != "False",
        extra={"module": module} if module else {},
    )


UPSCALERS = re.compile(r"(?:hires|postprocess|sd upscale|ultimate sd upscale) upscaler(?: 2)?")
PLAIN_UPSCALERS = re.compile(r"(?:latent|lanczos|nearest|bicubic|bilinear|none)\b.*", re.IGNORECASE)
"""Arithmetic, not models."""

# Forge: 'Module 1: ae, Module 2: clip_l, Module 3: t5xxl_fp16'; its UI lists VAEs and text encoders
# together.
_MODULE = re.compile(r"(hires )?module (\d+)")
_VAE_NAME = re.compile(
    r"(?:.*[_-])?ae(?:[_.-].*)?|.*vae.*", re.IGNORECASE
)  # 'ae', 'flux_ae', 'qwen_image_vae'
_ENCODER_NAME = re.compile(r".*(?:clip|t5|qwen|gemma|llama|mistral|glm|text_?enc).*", re.IGNORECASE)
_INHERITED = re.compile(r"use same .*|default|true|false", re.IGNORECASE)
_HYPERNET = re.compile(r"(.+?)\(([0-9a-fA-F]+)\)")  # 'Hypernet: name(hash)' before 1.3


def read_models(settings: Settings, source: str) -> tuple[Resource, ...]:
    """Return the checkpoint first, then all else in the order of the settings' kinds."""
    stated = civitai_resources.read_civitai_resources(settings, source)
    return (
        *_checkpoint(settings, stated, source),
        *_vaes(settings, source),
        *hashes.read_hashes(settings, source),
        *_without_taken(settings, stated),
        *read_units(settings, source),
        *_others(settings, source),
        *(
            _parts(settings, source)
            if "app" in settings.by_key or "backend" in settings.by_key
            else ()
        ),
    )


def model_of(settings: Settings) -> str | None:
    """Return the checkpoint's name.

    The stated one, else CivitAI's, for files without ``Model:``.
    """
    label = checkpoint_of(settings)[0]
    if label is not None:
        return label
    return next(
        (
            found.label
            for found in civitai_resources.read_civitai_resources(settings, "")
            if found.kind == "checkpoint"
        ),
        None,
    )


def checkpoint_of(settings: Settings) -> tuple[str | None, str | None]:
    """Return name and hash of the stated checkpoint.

    ``Model`` may hold both as A1111's lists show them.

    ``Model: name.safetensors [0123456789]``: scripts that use A1111's API write its title of the
    model.
    """
    stated = settings.get("model", "model name", "checkpoint")
    if stated is None or names_nothing(stated):
        return None, hashes.hash_of_checkpoint(settings)
    label, hash_ = passes.name_and_hash(stated)
    return label, hashes.hash_of_checkpoint(settings) or hash_


def _single(stated: tuple[Resource, ...]) -> Resource | None:
    checkpoints = [resource for resource in stated if resource.kind == "checkpoint"]
    return checkpoints[0] if len(checkpoints) == 1 else None


def _checkpoint(
    settings: Settings, stated: tuple[Resource, ...], source: str
) -> Iterator[Resource]:
    label, stated_hash = checkpoint_of(settings)
    hash_, kind = hash_of(stated_hash)
    if label is None:
        if hash_ and _single(stated) is None:
            yield Resource("checkpoint", hash_, source, hash=hash_, hash_kind=kind)
        return
    own = Resource("checkpoint", label, source, hash=hash_, hash_kind=kind)
    twin = _single(
        stated
    )  # one Model and one CivitAI checkpoint are the same model under two names
    if twin:
        own = replace(own, model_version_id=twin.model_version_id, air=twin.air, extra=twin.extra)
    yield own


def _without_taken(settings: Settings, stated: tuple[Resource, ...]) -> Iterator[Resource]:
    label, stated_hash = checkpoint_of(settings)
    twin = _single(stated) if label is not None else None
    hash_, kind = hash_of(stated_hash)
    for resource in stated:
        if resource is twin:
            continue
        bare = (
            resource.kind == "checkpoint" and resource.hash is None and resource is _single(stated)
        )
        yield replace(resource, hash=hash_, hash_kind=kind) if bare else resource


def _vaes(settings: Settings, source: str) -> Iterator[Resource]:
    hash_, kind = hash_of(hashes.hash_of_vae(settings))
    label = settings.get("vae")
    if label and not names_nothing(label):
        yield Resource("vae", label, source, hash=hash_, hash_kind=kind)
    for match, name in settings.numbered("module", _MODULE):
        if not names_nothing(name):
            yield Resource(
                module_kind(name), name, source, extra={"pass": "hires"} if match[1] else {}
            )


def module_kind(name: str) -> ResourceKind:
    """Tell a VAE from a text encoder by its file name, which is all that Forge states."""
    if _VAE_NAME.fullmatch(name):
        return "vae"
    return "text_encoder" if _ENCODER_NAME.fullmatch(name) else "other"


def module_vae(settings: Settings) -> str | None:
    """Return the VAE among Forge's modules, where there is just one."""
    names = [
        name
        for match, name in settings.numbered("module", _MODULE)
        if not match[1] and module_kind(name) == "vae"
    ]
    return names[0] if len(names) == 1 else None


def _others(settings: Settings, source: str) -> Iterator[Resource]:
    for _, name in settings.numbered("upscaler", UPSCALERS):
        if not PLAIN_UPSCALERS.fullmatch(name):
            yield Resource("upscaler", name, source)
    for key, role in (("refiner", "refiner"), ("hires checkpoint", "hires")):
        yield from _second_checkpoint(settings.get(key), role, source)
    for unit in passes.detailer_units(settings):
        yield Resource("detector", unit.by_key["model"], source)
        yield from _second_checkpoint(unit.get("checkpoint"), "detailer", source)
        yield from _named_resource("vae", unit.get("vae"), source, {"pass": "detailer"})
    for name in passes.sdnext_detectors(settings):
        yield Resource("detector", name, source)
    yield from _hypernet(settings, source)


def _parts(settings: Settings, source: str) -> Iterator[Resource]:
    """Yield the parts of a model that SD.Next took from other files (``TE``, ``T5`` until 2025.

    ``LLM``).
    """
    yield from _named_resource("checkpoint", settings.get("unet"), source, {"part": "unet"})
    for key in ("te", "t5", "llm"):
        yield from _named_resource("text_encoder", settings.get(key), source, {})


def _named_resource(
    kind: ResourceKind, name: str | None, source: str, extra: Mapping[str, JsonValue]
) -> Iterator[Resource]:
    if not names_nothing(name) and name is not None and not _INHERITED.fullmatch(name):
        yield Resource(kind, name, source, extra=extra)


def _second_checkpoint(name: str | None, role: str, source: str) -> Iterator[Resource]:
    if name is None or names_nothing(name):
        return
    label, text = passes.name_and_hash(name)
    hash_, kind = hash_of(text)
    yield Resource("checkpoint", label, source, hash=hash_, hash_kind=kind, extra={"pass": role})


def _hypernet(settings: Settings, source: str) -> Iterator[Resource]:
    name = settings.get("hypernet")
    if name is None or names_nothing(name):
        return
    old = _HYPERNET.fullmatch(name)
    hash_, kind = hash_of(old[2] if old else settings.get("hypernet hash"))
    weight = number_of(settings.get("hypernet strength"))
    label = old[1] if old else name
    yield Resource(
        "hypernetwork", label, source, weight=weight, hash=hash_, hash_kind=kind, used=weight != 0
    )
