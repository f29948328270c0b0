"""What nodes mean, as data: a new custom node is a line here, not code.

Most need no line. A node is understood by the names of its inputs, which node packs copy from
ComfyUI's own nodes; the tables hold those names in order of preference, and the few classes whose
names mislead.
"""

import re
from typing import Literal

Want = Literal[
    "model", "clip", "vae", "positive", "negative", "latent", "image", "sigmas", "sampler", "guider"
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

AROUND = re.compile(r"^(?:opt|optional|input|my)_|_(?:opt|optional|in|input)$", re.IGNORECASE)
"""What packs put around the names above without meaning anything else.

``opt_model``, ``MODEL``, ``latent_in``.
"""

PLAIN: dict[Want, frozenset[str]] = {
    want: frozenset(name.lower() for name in names) for want, names in LINKS.items()
}

LIKE: dict[Want, re.Pattern[str]] = {
    "model": re.compile(
        r"^(?!.*(upscale|vision|style|control|detect|sam|clip|text|motion|patch)).+_model$|^pipeline$"
    ),
    "positive": re.compile(r"positive|^(?!image|clip).*embeds$"),
    "negative": re.compile(r"negative|^(?!image|clip).*embeds$"),
}
"""Inputs that sound like what is wanted, for samplers of node packs that name theirs after the model they wrap."""

LOOPS = re.compile(r"(for|while) ?loop", re.IGNORECASE)
"""Classes that begin or end a loop, and hand on the values that come in under a number."""

PASTES = re.compile(r"^segs ?paste", re.IGNORECASE)
"""Classes that paste what a detailer made back into the image it was cut from.

The way goes through ``segs``.
"""

ENCODED_IMAGE = ("pixels", "init_image", "image", "images")
"""Inputs by which an image becomes a latent."""

ENCODES = re.compile(r"encode|InpaintModelConditioning|^SVD_img2vid|^StableZero123", re.IGNORECASE)
"""Classes that sample on from an image.

Others that take one (InstructPixToPix) give an empty latent of its size.
"""

NUMBERED = re.compile(r"^cond(?:itioning)?_?(\d{1,3})$", re.IGNORECASE)
"""Conditionings of nodes that combine as many as one likes."""

PIPE = re.compile(
    r"^base_sampler$|pipe|ctx|context|tuple|^data$|settings|bundle|^script$|params$|basic_params",
    re.IGNORECASE,
)
"""Links that carry many things at once."""

PASSES_ALL = re.compile(r"^(any(thing)?\d*|input\d*|value|\*|)$", re.IGNORECASE)
"""The input of a node that hands on whatever it gets (reroutes, cache cleaners, debuggers)."""

ZERO = frozenset({"ConditioningZeroOut", "LotusConditioning"})
"""Classes that blank a conditioning, or hold one made of no text: no text reaches the sampler."""

MEASURES = re.compile(r"^LotusConditioning$|marigold", re.IGNORECASE)
"""Conditionings of models that measure an image (its depth, its normals) and draw none."""

OUTPUTS: dict[str, tuple[str, ...]] = {
    "FromBasicPipe": ("model", "clip", "vae", "positive", "negative"),
    "FromBasicPipe_v2": ("basic_pipe", "model", "clip", "vae", "positive", "negative"),
    "FromDetailerPipe": ("model", "clip", "vae", "positive", "negative"),
    "Efficient Loader": ("model", "positive", "negative", "latent", "vae", "clip"),
    "Eff. Loader SDXL": ("sdxl_tuple", "latent", "vae"),
    "KSampler (Efficient)": ("model", "positive", "negative", "latent", "vae", "image"),
    "KSampler Adv. (Efficient)": ("model", "positive", "negative", "latent", "vae", "image"),
    "KSampler SDXL (Eff.)": ("sdxl_tuple", "latent", "vae", "image"),
    "Unpack SDXL Tuple": ("model", "clip", "positive", "negative", "refiner_model", "refiner_clip"),
    "ControlNetApplyAdvanced": ("positive", "negative"),
    "CheckpointLoaderSimple": ("model", "clip", "vae"),
    "Context (rgthree)": (
        "context",
        "model",
        "clip",
        "vae",
        "positive",
        "negative",
        "latent",
        "images",
        "seed",
    ),
    "AV_ParametersPipeToPrompts": ("pipe", "positive", "negative"),
    "ComfyMathExpression": ("float", "int", "bool"),
    "SDXLPromptStyler": ("text_positive", "text_negative"),
    "SDXLPromptStylerAdvanced": ("text_positive", "text_negative"),
    "easy stylesSelector": ("positive", "negative"),
    "easy pipeOut": (
        "pipe",
        "model",
        "positive",
        "negative",
        "latent",
        "vae",
        "clip",
        "image",
        "seed",
    ),
    "easy kSampler": (
        "pipe",
        "image",
        "model",
        "positive",
        "negative",
        "latent",
        "vae",
        "clip",
        "seed",
    ),
    "easy fullkSampler": (
        "pipe",
        "image",
        "model",
        "positive",
        "negative",
        "latent",
        "vae",
        "clip",
        "seed",
    ),
}
"""Outputs in order, where the file does not state them and their order matters."""

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

SAVER = re.compile(
    r"save|vhs_videocombine|image ?output|send ?image.*websocket|sdpromptsaver|export",
    re.IGNORECASE,
)
PREVIEW = re.compile(r"preview|show ?image|display|compare", re.IGNORECASE)
