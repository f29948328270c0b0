"""Where a pass keeps its settings, and what shows that a node samples: the fallback, by names.

A class that names its inputs otherwise gets a record with aliases.
"""

import re

from service.parse.comfyui.nodes.record import SEED_NAMES
from service.records import Field, PassRole

INFERENCE_STEPS = (
    "num_inference_steps",
    "num_inference_step",
    "inference_steps",
    "num_steps",
    "sampling_steps",
)
"""What wrappers of other programs call the steps."""

TRUE_SCALES = ("true_cfg_scale", "true_cfg", "text_guidance_scale")
"""What they call CFG beside another guidance."""

NUMBERS: dict[Field, tuple[str, ...]] = {
    "seed": SEED_NAMES,
    "steps": ("steps", "total_steps", "base_steps", *INFERENCE_STEPS),
    "cfg_scale": ("cfg", "cfg_scale", "guidance_scale", "cfg_text", *TRUE_SCALES),
    "denoise": ("denoise", "denoise_strength", "denoising_strength"),
    "start_step": ("start_at_step", "start_step"),
    "end_step": ("end_at_step", "end_step"),
    "guidance": ("guidance",),
    "frames": ("num_frames", "video_frames", "frame_count", "frames_number", "total_frames"),
    "fps": ("frame_rate", "fps"),
    "seconds": ("duration", "seconds", "total_second_length", "duration_seconds"),
}

NAMES: dict[Field, tuple[str, ...]] = {
    "sampler": ("sampler_name", "sampler", "sampler_type"),
    "scheduler": ("scheduler", "scheduler_name"),
}

SCHEDULES = frozenset(
    "normal karras exponential simple beta uniform sgm_uniform ddim_uniform linear_quadratic "
    "kl_optimal linear quadratic default auto".split()
)
"""Names of schedules alone. Wrappers of diffusers call the whole solver a scheduler."""

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

SERVICE_SIGNS = (
    frozenset({"prompt", "positive_prompt", "text_prompt", "prompt_text"}),
    frozenset({"seed", "noise_seed"}),
)
"""A node on the image's way with a text and a seed draws the image, if only by asking a service."""

ORDER_SIGNS = frozenset(
    "model model_name duration aspect_ratio resolution ratio size quality api_key".split()
)
"""One without a seed is known by what else a service is asked for."""

SAMPLER_SIGNS = (
    frozenset({"seed", "noise_seed", "noise"}),
    frozenset({"steps", "sigmas", *INFERENCE_STEPS}),
    frozenset({"sampler_name", "sampler", "scheduler"}),
    frozenset({"cfg", "guider", "positive", "cfg_scale", "guidance_scale"}),
)
"""A node with three of these four sorts of input samples, whatever its name."""

PASS_ROLES: tuple[tuple[re.Pattern[str], PassRole], ...] = (
    (re.compile(r"detailer", re.IGNORECASE), "detailer"),
    (re.compile(r"upscale", re.IGNORECASE), "upscale"),
    (re.compile(r"chain ?sampler", re.IGNORECASE), "refiner"),
)
