"""Easy Diffusion's settings under one spelling, from PNG texts, a JSON object or lines of text.

Easy Diffusion (cmdr2's Stable Diffusion UI): each setting by itself, in one of two spellings.

* PNG: a text for each setting; sdkit writes ``str(value)``, so lists and booleans are Python's (``['a', 'b']``).
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
from dataclasses import dataclass

from pydantic import JsonValue

from service.parse.base import Claim, Parser
from service.parse.infotext.field_names import names_nothing
from service.parse.shared.json_facts import JsonTable, as_written
from service.parse.shared.model_files import model_file
from service.records import Blobs, Fact, Field, Generation, Resource, ResourceKind, Sampling, Stated

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
_BY_ROLE: Mapping[str, str] = {
    **{label.replace(" ", ""): key for label, key in LABELS.items()},
    **ALIASES,
}
_MODEL_ROLES = frozenset(
    {"use_stable_diffusion_model", "stablediffusionmodel", "num_inference_steps"}
)
_OWN_KEYS = frozenset({"use_stable_diffusion_model", "Stable Diffusion model"})
_OWN_PAIR = frozenset({"num_inference_steps", "sampler_name"})
"""Diffusers' word beside one that diffusers does not have."""
_LINE = re.compile(r"^([A-Za-z][A-Za-z ]{2,25}): ?(.*)$", re.MULTILINE)
_ITEM = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|(-?\d[\d.eE+-]*)")
LONGEST = 4000
"""Characters of a list of model names; a longer text is none, and is not searched for quotes."""
_TEXT_ROLES = ("parameters", "usercomment", "comment", "text", "sidecar")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value as the file gives it, and the place that gives it."""

    value: JsonValue
    source: str

    @property
    def written(self) -> str:
        """Return the value as a text."""
        return as_written(self.value)

    @property
    def stated(self) -> Stated:
        """Return the value for a field; of a list, its first entry."""
        items = split_list(self.value) if isinstance(self.value, list) else []
        plain = isinstance(self.value, str | int | float) and not isinstance(self.value, bool)
        value = (
            self.value
            if plain and isinstance(self.value, str | int | float)
            else (items or [self.written])[0]
        )
        return Stated(value, self.source)


Settings = Mapping[str, Setting]


def settings_of(blobs: Blobs) -> Settings:
    """Return the settings by the request's keys.

    Nothing where the file has none of Easy Diffusion's own.
    """
    if not _MODEL_ROLES.isdisjoint(blobs.texts):
        return dict(_from_roles(blobs))
    for blob in blobs.all(*_TEXT_ROLES, "prompt"):
        told = JsonTable.of(blob)
        if told is not None and (
            not _OWN_KEYS.isdisjoint(told.data) or _OWN_PAIR.issubset(told.data)
        ):
            return dict(_from_json(told))
    for blob in blobs.all(*_TEXT_ROLES):
        if "\nStable Diffusion model:" in blob.text:
            return dict(_from_lines(blob.text, blob.source))
    return {}


def _from_roles(blobs: Blobs) -> Iterator[tuple[str, Setting]]:
    for role, texts in blobs.texts.items():
        if role in _BY_ROLE and not _is_switch(_BY_ROLE[role], texts[0].text):
            yield _BY_ROLE[role], Setting(texts[0].text.strip(), texts[0].source)


def _from_json(told: JsonTable) -> Iterator[tuple[str, Setting]]:
    for key, value in told.data.items():
        name = LABELS.get(key.lower()) or ALIASES.get(key, key)
        if value not in (None, []) and not isinstance(value, dict) and not _is_switch(name, value):
            yield name, Setting(value, told.place(key))


def _is_switch(name: str, value: JsonValue) -> bool:
    """Tell a switch from the name of a model.

    The first versions asked for ``use_face_correction: true``.
    """
    return name.startswith("use_") and str(value).strip().lower() in ("true", "false")


def _from_lines(text: str, source: str) -> Iterator[tuple[str, Setting]]:
    """Yield the labelled lines; what stands before the first of them is the prompt (before 2.5)."""
    text = text.replace("\r\n", "\n")
    known = [match for match in _LINE.finditer(text) if match[1].lower() in LABELS]
    if known and text[: known[0].start()].strip():
        yield "prompt", Setting(text[: known[0].start()].strip(), f"{source}#Prompt")
    ends = [*(match.start() for match in known), len(text)][1:]
    for match, end in zip(known, ends, strict=True):
        yield (
            LABELS[match[1].lower()],
            Setting(text[match.start(2) : end].strip(), f"{source}#{match[1]}"),
        )


def pair_weights(names: JsonValue, weights: JsonValue) -> Iterator[tuple[str, str | None]]:
    """Yield each model's name with its weight.

    As text, both lists are joined by commas (save_utils.py).
    """
    one_each, each = split_list(names), split_list(weights) if weights is not None else []
    if len(one_each) == 1 and len(each) <= 1:
        parts, numbers = one_each[0].split(", "), each[0].split(", ") if each else []
        if len(parts) == len(numbers) or not each:
            one_each, each = parts, numbers
    for number, name in enumerate(one_each):
        yield name, each[number] if number < len(each) else None


def split_list(value: JsonValue) -> list[str]:
    """Return the entries of a JSON list, or of a Python list written as text.

    Any other value is one entry.
    """
    if isinstance(value, list):
        return [as_written(one) for one in value]
    text = as_written(value).strip()
    if not (text.startswith("[") and text.endswith("]")) or len(text) > LONGEST:
        return [text] if text else []
    return [first or second or number for first, second, number in _ITEM.findall(text)]


NAME = "easydiffusion"

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

FILES: tuple[tuple[str, ResourceKind, str | None], ...] = (
    ("use_stable_diffusion_model", "checkpoint", None),
    ("use_vae_model", "vae", None),
    ("use_lora_model", "lora", "lora_alpha"),
    ("use_hypernetwork_model", "hypernetwork", "hypernetwork_strength"),
    ("use_controlnet_model", "controlnet", "control_alpha"),
    ("use_embeddings_model", "embedding", None),
    ("use_text_encoder_model", "text_encoder", None),
    ("use_upscale", "upscaler", None),
    ("use_face_correction", "other", None),
)
"""Key, what its model is, and the key of its weight."""

_PROMPTS = ("prompt", "negative_prompt")
_SWITCH = {"true": 2, "false": 1}
"""``clip_skip`` as a switch; the layer it takes. A number is the layer itself."""

LATENT = "latent_upscaler"
"""A second sampling pass, not a model file."""


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a setting names the model as only Easy Diffusion does, SHAPE for its other keys."""
    settings = settings_of(blobs)
    if "use_stable_diffusion_model" in settings:
        return Claim.MARKER
    return (
        Claim.SHAPE
        if {"num_inference_steps", "sampler_name", "prompt"} <= settings.keys()
        else Claim.NO
    )


def parse(blobs: Blobs) -> Generation:
    """Return what the settings say."""
    settings = settings_of(blobs)
    facts = tuple(Fact(key, one.written, one.source) for key, one in settings.items())
    return Generation(
        NAME, _fields(settings), _passes(settings), tuple(_resources(settings)), facts
    )


def _fields(settings: Settings) -> dict[Field, Stated]:
    fields: dict[Field, Stated] = {}
    for key, field in BASE.items():
        one = settings.get(key)
        if one and (key in _PROMPTS or not (key.startswith("use_") and names_nothing(one.written))):
            fields[field] = one.stated
    layer = _clip_skip(settings)
    if layer is not None:
        fields["clip_skip"] = layer
    return fields


def _clip_skip(settings: Settings) -> Stated | None:
    one = settings.get("clip_skip")
    if one is None:
        return None
    word = one.written.strip().lower()
    return Stated(_SWITCH[word], one.source) if word in _SWITCH else one.stated


def _passes(settings: Settings) -> tuple[Sampling, ...]:
    upscaler = settings.get("use_upscale")
    if upscaler is None or names_nothing(upscaler.written):
        return ()
    steps = settings.get("latent_upscaler_steps")
    if upscaler.written == LATENT and steps:
        return (Sampling("upscale", {"upscaler": upscaler.stated, "steps": steps.stated}),)
    return (Sampling("upscale", {"upscaler": upscaler.stated}),)


def _resources(settings: Settings) -> Iterator[Resource]:
    for key, kind, weight_key in FILES:
        one = settings.get(key)
        if one is None:
            continue
        weights = settings[weight_key].value if weight_key and weight_key in settings else None
        several = kind in ("lora", "embedding", "controlnet")
        pairs = (
            pair_weights(one.value, weights)
            if several
            else ((name, weights) for name in split_list(one.value))
        )
        for name, weight in pairs:
            if not names_nothing(name) and name != LATENT:
                yield model_file(kind, name, one.source, weight=weight)


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"a1111"}))
