"""The inputs by which a node takes in and hands on what is looked for: the fallback, by names.

Packs copy the names from ComfyUI. They are in order of preference. A class that names its inputs
otherwise gets a record with aliases.
"""

import re
from typing import Literal

from service.light_patterns import light_pattern

Want = Literal[
    "model",
    "clip",
    "vae",
    "positive",
    "negative",
    "latent",
    "image",
    "sigmas",
    "sampler",
    "guider",
]
"""What one is looking for when walking up a graph."""

TYPES: dict[Want, str] = {
    "model": "MODEL",
    "clip": "CLIP",
    "vae": "VAE",
    "positive": "CONDITIONING",
    "negative": "CONDITIONING",
    "latent": "LATENT",
    "image": "IMAGE",
    "sigmas": "SIGMAS",
    "sampler": "SAMPLER",
    "guider": "GUIDER",
}

CONDITIONING = (
    "conditioning",
    "conditioning_1",
    "conditioning_2",
    "conditioning_to",
    "conditioning_from",
    "conditioning1",
    "conditioning2",
    "conditioning_opt",
    "condition",
    "cond",
    "cond_1",
    "cond_2",
    "cond1",
    "clip_regions",
    "prompt_schedule",
    "embeds",
    "embeds_add",
)

LINKS: dict[Want, tuple[str, ...]] = {
    "model": ("model", "model1", "model2", "model_1", "base_model", "unet", "model_opt"),
    "clip": ("clip", "clip1", "base_clip", "opt_clip", "clip_opt", "CLIP"),
    "vae": ("vae", "optional_vae", "vae_opt", "opt_vae", "VAE"),
    "positive": (
        "positive",
        "pos",
        "base_positive",
        "positive_cond",
        "cond_positive",
        "text_embeds",
        *CONDITIONING,
    ),
    "negative": (
        "negative",
        "neg",
        "base_negative",
        "neg_conditioning",
        "negative_cond",
        "cond_negative",
        "text_embeds",
        *CONDITIONING,
    ),
    "latent": (
        "latent_image",
        "latent",
        "samples",
        "samples_to",
        "samples1",
        "samples_1",
        "destination",
        "latents",
        "latent_opt",
        "optional_latent",
        "init_latent",
        "av_latent",
        "video_latent",
        "start_latent",
        "initial_samples",
        "input_latent",
        "image_embeds",
    ),
    "image": (
        "images",
        "image",
        "pixels",
        "video",
        "frames",
        "destination",
        "image_target",
        "target_image",
        "background_image",
        "image1",
        "image_1",
        "image_a",
        "input_image",
        "original_image",
        "upscaled_image",
        "inpainted_image",
    ),
    "sigmas": ("sigmas", "sigmas_1", "sigmas1", "high_sigmas"),
    "sampler": ("sampler", "sampler1", "sampler_1"),
    "guider": ("guider", "guider1"),
}
"""The inputs through which a node passes on what is wanted, in the order in which they run."""

AROUND = light_pattern(r"^(?:opt|optional|input|my)_|_(?:opt|optional|in|input)$", re.IGNORECASE)
"""What packs put around these names without meaning anything else: ``opt_model``, ``latent_in``."""

PLAIN = {want: frozenset(map(str.lower, names)) for want, names in LINKS.items()}

LIKE: dict[Want, re.Pattern[str]] = {
    "model": re.compile(
        r"^(?!.*(upscale|vision|style|control|detect|sam|clip|text|motion|patch)).+_model$"
        r"|^pipeline$",
    ),
    "positive": re.compile(r"positive|^(?!image|clip).*embeds$"),
    "negative": re.compile(r"negative|^(?!image|clip).*embeds$"),
}
"""Inputs that sound like what is wanted, of samplers that name theirs after the model they wrap."""

MAKERS: dict[Want, tuple[str, ...]] = {
    "sampler": ("sampler",),
    "sigmas": ("sigma", "schedule"),
}
"""Words in the names of classes that make these."""

ENCODED_IMAGE = ("pixels", "init_image", "image", "images")
"""Inputs by which an image becomes a latent."""

NUMBERED = light_pattern(r"^cond(?:itioning)?_?(\d{1,3})$", re.IGNORECASE)
"""Conditionings of nodes that combine as many as one likes."""

PIPE = light_pattern(
    r"^base_sampler$|pipe|ctx|context|tuple|^data$|settings|bundle|^script$|params$|basic_params",
    re.IGNORECASE,
)
"""Links that carry many things at once."""

PASSES_ALL = light_pattern(r"^(any(thing)?\d*|input\d*|value|\*|)$", re.IGNORECASE)
"""The input of a node that hands on whatever it gets (reroutes, cache cleaners, debuggers)."""

OUTPUT_WANTS: dict[str, Want] = {
    "model": "model",
    "clip": "clip",
    "vae": "vae",
    "positive": "positive",
    "conditioning+": "positive",
    "conditioning-": "negative",
    "negative": "negative",
    "latent": "latent",
    "samples": "latent",
    "image": "image",
    "images": "image",
}
