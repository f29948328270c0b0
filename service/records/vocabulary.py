"""The words that every stage uses: names of facts, kinds of models, and the like."""

from typing import Literal

Scalar = str | int | float | bool
"""What a generator states of one thing, before we know its type."""

Field = Literal[
    "positive_prompt",
    "negative_prompt",
    "steps",
    "start_step",
    "end_step",
    "cfg_scale",
    "guidance",
    "sampler",
    "scheduler",
    "seed",
    "denoise",
    "width",
    "height",
    "frames",
    "fps",
    "seconds",
    "model",
    "model_hash",
    "vae",
    "clip_skip",
    "upscaler",
]
"""The facts we know by name. Everything else that a file states is a ``Fact`` under its own key."""

PassRole = Literal["base", "hires", "refiner", "upscale", "detailer", "branch"]

ResourceKind = Literal[
    "checkpoint",
    "lora",
    "embedding",
    "vae",
    "upscaler",
    "controlnet",
    "hypernetwork",
    "text_encoder",
    "clip_vision",
    "ip_adapter",
    "motion",
    "detector",
    "resource_ref",
    "other",
]

HashKind = Literal["autov1", "autov2", "autov3", "sha256", "blake3", "crc32", "unknown"]

Status = Literal["ok", "partial", "no_metadata", "unreadable"]

Side = Literal["pos", "neg"]

TokenKind = Literal[
    "tag",
    "phrase",
    "clause",
    "lora",
    "embedding",
    "break",
    "and",
    "directive",
    "schedule",
    "alternate",
    "wildcard",
]
