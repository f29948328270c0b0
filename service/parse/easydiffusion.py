"""Easy Diffusion (cmdr2's Stable Diffusion UI): each setting by itself, in one of two spellings.

* PNG: a text for each setting; sdkit writes ``str(value)``, so lists and booleans are Python's (``['a', 'b']``).
* JPEG, WebP: one JSON object in UserComment; the same object as ``.json`` beside the image.
* ``.txt`` beside the image: lines ``Label: value``.

Keys are the request's (``use_stable_diffusion_model``, ``num_inference_steps``) since 2.5, or the labels of the page
(``Stable Diffusion model``, ``Steps``: save_utils.py's TASK_TEXT_MAPPING); ExifTool names a PNG text without its
blanks. ``clip_skip`` is a switch: on means the last but one layer. ``prompt_strength`` is written only with an init
image, ``upscale_amount`` only with an upscaler.
"""

from collections.abc import Iterator, Mapping

from service.parse.base import Claim, Parser
from service.parse.easydiffusion_texts import Settings, listed, paired, settings_of
from service.parse.infotext.fields import names_nothing
from service.parse.model_files import model_file
from service.records import Blobs, Fact, Field, Generation, Resource, ResourceKind, Sampling, Stated

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
    return Claim.SHAPE if {"num_inference_steps", "sampler_name", "prompt"} <= settings.keys() else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the settings say."""
    settings = settings_of(blobs)
    facts = tuple(Fact(key, one.written, one.source) for key, one in settings.items())
    return Generation(NAME, _fields(settings), _passes(settings), tuple(_resources(settings)), facts)


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
        pairs = paired(one.value, weights) if several else ((name, weights) for name in listed(one.value))
        for name, weight in pairs:
            if not names_nothing(name) and name != LATENT:
                yield model_file(kind, name, one.source, weight=weight)


PARSER = Parser(NAME, 2, claim, parse, covers=frozenset({"a1111"}))
