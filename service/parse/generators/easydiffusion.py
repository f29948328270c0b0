"""Easy Diffusion (cmdr2's Stable Diffusion UI): a text a setting in PNG, one JSON in JPEG and WebP.

* PNG: a text for each setting; sdkit writes ``str(value)``, so lists and booleans are Python's
  (``['a', 'b']``).
* JPEG, WebP: one JSON object in UserComment; the same object as ``.json`` beside the image.
* ``.txt`` beside the image: lines ``Label: value``.

Keys are the request's (``use_stable_diffusion_model``, ``num_inference_steps``) since 2.5, or the
labels of the page (``Stable Diffusion model``, ``Steps``: save_utils.py's TASK_TEXT_MAPPING);
ExifTool names a PNG text without its blanks. ``clip_skip`` is a switch: on means the last but one
layer. ``prompt_strength`` is written only with an init image, ``upscale_amount`` only with an
upscaler.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import (
    JsonTable,
    as_written,
    find_table,
    is_text_or_number,
)
from service.parse.shared.model_files import model_file, names_nothing
from service.records import Blobs, Fact, Field, Generation, Resource, ResourceKind, Sampling, Stated
from service.records.json_values import JsonValue

NAME = "easydiffusion"

LABELS: Mapping[str, str] = {
    "prompt": "prompt",
    "negative prompt": "negative_prompt",
    "seed": "seed",
    "stable diffusion model": "use_stable_diffusion_model",
    "clip skip": "clip_skip",
    "controlnet model": "use_controlnet_model",
    "controlnet filter": "control_filter_to_apply",
    "controlnet strength": "control_alpha",
    "vae model": "use_vae_model",
    "text encoder model": "use_text_encoder_model",
    "sampler": "sampler_name",
    "scheduler": "scheduler_name",
    "width": "width",
    "height": "height",
    "steps": "num_inference_steps",
    "guidance scale": "guidance_scale",
    "distilled guidance": "distilled_guidance_scale",
    "prompt strength": "prompt_strength",
    "lora model": "use_lora_model",
    "lora strength": "lora_alpha",
    "hypernetwork model": "use_hypernetwork_model",
    "hypernetwork strength": "hypernetwork_strength",
    "embedding models": "use_embeddings_model",
    "seamless tiling": "tiling",
    "use face correction": "use_face_correction",
    "use upscaling": "use_upscale",
    "upscale by": "upscale_amount",
    "latent upscaler steps": "latent_upscaler_steps",
}
"""Label on the page, lower case → the request's key."""

ALIASES: Mapping[str, str] = {
    **{key: key for key in LABELS.values()},
    "use_embedding_models": "use_embeddings_model",
    "sampler": "sampler_name",
}
_KEYS_BY_ROLE: Mapping[str, str] = {
    **{label.replace(" ", ""): key for label, key in LABELS.items()},
    **ALIASES,
}
_OWN_ROLES = frozenset(
    {"use_stable_diffusion_model", "stablediffusionmodel", "num_inference_steps"}
)
_OWN_KEYS = frozenset({"use_stable_diffusion_model", "Stable Diffusion model"})
_OWN_PAIR = frozenset({"num_inference_steps", "sampler_name"})
"""Diffusers' word beside one that diffusers does not have."""
_LINE = light_pattern(r"^([A-Za-z][A-Za-z ]{2,25}): ?(.*)$", re.MULTILINE)
_ITEM = light_pattern(r"'((?:[^'\\]|\\.){0,500}+)'|\"((?:[^\"\\]|\\.){0,500}+)\"|(-?\d[\d.eE+-]*)")
"""Names and weights. The bound is for quotes that never close: each was read to the end."""
LONGEST = 4000
"""Characters of a list of model names; a longer text is none, and is not searched for quotes."""
_TEXT_ROLES = ("parameters", "usercomment", "comment", "text", "sidecar")
ROLES = _OWN_ROLES.union(_TEXT_ROLES, ("prompt",))

BASE: Mapping[str, Field] = {
    "prompt": "positive_prompt",
    "negative_prompt": "negative_prompt",
    "num_inference_steps": "steps",
    "guidance_scale": "cfg_scale",
    "distilled_guidance_scale": "guidance",
    "sampler_name": "sampler",
    "scheduler_name": "scheduler",
    "seed": "seed",
    "width": "width",
    "height": "height",
    "prompt_strength": "denoise",
    "use_stable_diffusion_model": "model",
    "use_vae_model": "vae",
    "use_upscale": "upscaler",
}

FILES: tuple[tuple[str, ResourceKind, str], ...] = (
    ("use_stable_diffusion_model", "checkpoint", ""),
    ("use_vae_model", "vae", ""),
    ("use_lora_model", "lora", "lora_alpha"),
    ("use_hypernetwork_model", "hypernetwork", "hypernetwork_strength"),
    ("use_controlnet_model", "controlnet", "control_alpha"),
    ("use_embeddings_model", "embedding", ""),
    ("use_text_encoder_model", "text_encoder", ""),
    ("use_upscale", "upscaler", ""),
    ("use_face_correction", "other", ""),
)
"""Key, what its model is, and the key of its weight, if it has one."""

_SWITCH = {"true": 2, "false": 1}
"""``clip_skip`` as a switch; the layer it takes. A number is the layer itself."""

LATENT = "latent_upscaler"
"""A second sampling pass, not a model file."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value as the file gives it, and the place that gives it."""

    value: JsonValue
    source: str

    @property
    def written(self) -> str:
        """The value as a text."""
        return as_written(self.value)

    @property
    def stated(self) -> Stated:
        """The value for a field; of a list, its first entry."""
        value = self.value
        if is_text_or_number(value):
            return Stated(value, self.source)
        entries = split_list(value) if isinstance(value, list) else []
        return Stated(entries[0] if entries else self.written, self.source)


RequestSettings = Mapping[str, Setting]
"""The settings by the request's keys."""


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a setting names the model as only Easy Diffusion does, else SHAPE."""
    settings = settings_of(blobs)
    if "use_stable_diffusion_model" in settings:
        return Claim.MARKER
    if {"num_inference_steps", "sampler_name", "prompt"} <= settings.keys():
        return Claim.SHAPE
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the settings say."""
    settings = settings_of(blobs)
    facts = tuple(Fact(key, one.written, one.source) for key, one in settings.items())
    return Generation(
        NAME, _fields(settings), _passes(settings), tuple(_resources(settings)), facts
    )


def settings_of(blobs: Blobs) -> RequestSettings:
    """Return the settings; nothing where the file has none of Easy Diffusion's own."""
    if not _OWN_ROLES.isdisjoint(blobs.texts):
        return dict(_from_roles(blobs))
    table = find_table(blobs, *_TEXT_ROLES, "prompt", accept=_is_ours)
    if table is not None:
        return dict(_from_json(table))
    for blob in blobs.all(*_TEXT_ROLES):
        if "\nStable Diffusion model:" in blob.text:
            return dict(_from_lines(blob.text, blob.source))
    return {}


def _is_ours(table: JsonTable) -> bool:
    keys = table.data.keys()
    return not keys.isdisjoint(_OWN_KEYS) or keys >= _OWN_PAIR


def _from_roles(blobs: Blobs) -> Iterator[tuple[str, Setting]]:
    for role, texts in blobs.texts.items():
        key = _KEYS_BY_ROLE.get(role)
        if key is not None and not _is_switch(key, texts[0].text):
            yield key, Setting(texts[0].text.strip(), texts[0].source)


def _from_json(table: JsonTable) -> Iterator[tuple[str, Setting]]:
    for label, value in table.data.items():
        key = LABELS.get(label.lower()) or ALIASES.get(label, label)
        is_empty = value is None or value == [] or isinstance(value, dict)
        if not is_empty and not _is_switch(key, value):
            yield key, Setting(value, table.place(label))


def _is_switch(key: str, value: JsonValue) -> bool:
    """Return whether a model's key holds a switch.

    The first versions asked for ``use_face_correction: true``.
    """
    return key.startswith("use_") and str(value).strip().lower() in ("true", "false")


def _from_lines(text: str, source: str) -> Iterator[tuple[str, Setting]]:
    """Yield the labelled lines; what is before the first of them is the prompt (before 2.5)."""
    text = text.replace("\r\n", "\n")
    labels = [match for match in _LINE.finditer(text) if match[1].lower() in LABELS]
    if not labels:
        return
    prompt = text[: labels[0].start()].strip()
    if prompt:
        yield "prompt", Setting(prompt, f"{source}#Prompt")
    ends = [*(label.start() for label in labels[1:]), len(text)]
    for label, end in zip(labels, ends, strict=True):
        value = text[label.start(2) : end].strip()
        yield LABELS[label[1].lower()], Setting(value, f"{source}#{label[1]}")


def _fields(settings: RequestSettings) -> dict[Field, Stated]:
    fields: dict[Field, Stated] = {}
    for key, field in BASE.items():
        one = settings.get(key)
        if one and not (key.startswith("use_") and names_nothing(one.written)):
            fields[field] = one.stated
    layer = settings.get("clip_skip")
    if layer is not None:
        switch = layer.written.strip().lower()
        fields["clip_skip"] = layer.stated
        if switch in _SWITCH:
            fields["clip_skip"] = Stated(_SWITCH[switch], layer.source)
    return fields


def _passes(settings: RequestSettings) -> tuple[Sampling, ...]:
    upscaler = settings.get("use_upscale")
    if upscaler is None or names_nothing(upscaler.written):
        return ()
    fields: dict[Field, Stated] = {"upscaler": upscaler.stated}
    steps = settings.get("latent_upscaler_steps")
    if steps and upscaler.written == LATENT:
        fields["steps"] = steps.stated
    return (Sampling("upscale", fields),)


def _resources(settings: RequestSettings) -> Iterator[Resource]:
    for key, kind, weight_key in FILES:
        one = settings.get(key)
        if one is None:
            continue
        has_weights = weight_key != "" and weight_key in settings
        weights = settings[weight_key].value if has_weights else None
        for name, weight in _files_and_weights(kind, one.value, weights):
            if not names_nothing(name) and name != LATENT:
                yield model_file(kind, name, one.source, weight=weight)


def _files_and_weights(
    kind: ResourceKind, names: JsonValue, weights: JsonValue
) -> list[tuple[str, JsonValue]]:
    """Return each file with its weight; only some kinds may have several of both.

    As text, both lists are joined by commas (save_utils.py).
    """
    files = split_list(names)
    if kind not in ("lora", "embedding", "controlnet"):
        return [(name, weights) for name in files]
    each = [] if weights is None else split_list(weights)
    if len(files) == 1 and len(each) <= 1:
        parts = files[0].split(", ")
        numbers = each[0].split(", ") if each else []
        if not each or len(parts) == len(numbers):
            files, each = parts, numbers
    return list(zip_longest(files, each[: len(files)]))


def split_list(value: JsonValue) -> list[str]:
    """Return the entries of a JSON list, or of a Python list written as text.

    Any other value is one entry.
    """
    if isinstance(value, list):
        return [as_written(item) for item in value]
    text = as_written(value).strip()
    is_list = text.startswith("[") and text.endswith("]")
    if not is_list or len(text) > LONGEST:
        if text:
            return [text]
        return []
    return [first or second or number for first, second, number in _ITEM.findall(text)]


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"a1111"}), roles=ROLES)
