"""By which inputs a node shows that it samples, and where a pass keeps its settings: data."""

import re

from service.records import Field, PassRole

NUMBERS: dict[Field, tuple[str, ...]] = {
    "seed": ("seed", "noise_seed", "seed_value"),
    "steps": ("steps", "total_steps", "base_steps"),
    "cfg_scale": (
        "cfg",
        "cfg_scale",
        "cfg_conds",
        "guidance_scale",
        "cfg_text",
        "cfg_scale_start",
        "true_gs",
    ),
    "denoise": ("denoise", "denoise_strength", "denoising_strength"),
    "start_step": ("start_at_step", "start_step"),
    "end_step": ("end_at_step", "end_step"),
    "guidance": ("guidance", "embedded_guidance_scale"),
}

NAMES: dict[Field, tuple[str, ...]] = {
    "sampler": ("sampler_name", "sampler"),
    "scheduler": ("scheduler", "scheduler_name"),
}

PARTS: dict[Field, tuple[str, ...]] = {
    "seed": ("noise",),
    "steps": ("sigmas",),
    "scheduler": ("sigmas", "scheduler"),
    "denoise": ("sigmas",),
    "cfg_scale": ("guider",),
    "sampler": ("sampler",),
}
"""The links of a sampler that lead to the node which holds a setting."""

SETTING_PIPES = ("upscaler", "ksampler_config", "sampler_config", "options", "hires_script")
"""Links, besides those of PIPE, that carry a sampler's settings."""

HANDED_ON = ("noise", "", "*", "any", "anything", "value", "input")
"""Links through which a noise comes from further up."""

SAMPLER = re.compile(
    r"(?<!up)sampler(?!.*(select|config|provider|setting|preset|option|scheduler|name))"
    r"|detailer(?!.*(hook|provider|pipe\b.*edit))|ultimatesdupscale|iterative(latent|image)upscale",
    re.IGNORECASE,
)
"""Classes that sample, where their inputs do not already tell."""

NO_SAMPLER = re.compile(
    r"^(Model|Sampler(?!Custom)|ODE|VAE)|Upscaler?Provider|pre ?(k?sampl|detailer)|^ToDetailer|Scheduler|save|settings",
    re.IGNORECASE,
)

ITERATES = re.compile(r"^iterative(latent|image)upscale", re.IGNORECASE)
"""Classes whose own ``steps`` counts how often they enlarge.

What they sample with comes by link.
"""

SERVICE_SIGNS = (
    frozenset({"prompt", "positive_prompt", "text_prompt"}),
    frozenset({"seed", "noise_seed"}),
)
"""A node on the image's way with a text and a seed of its own draws the image, if only by asking a service."""

SAMPLER_SIGNS = (
    frozenset({"seed", "noise_seed", "noise"}),
    frozenset({"steps", "sigmas"}),
    frozenset({"sampler_name", "sampler", "scheduler"}),
    frozenset({"cfg", "guider", "positive"}),
)
"""A node with three of these four sorts of input samples, whatever its name."""

PASS_ROLES: tuple[tuple[re.Pattern[str], PassRole], ...] = (
    (re.compile(r"detailer", re.IGNORECASE), "detailer"),
    (re.compile(r"upscale", re.IGNORECASE), "upscale"),
    (re.compile(r"chain ?sampler", re.IGNORECASE), "refiner"),
)
