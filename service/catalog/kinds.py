"""Every tool's word for a sort of model, as our ``ResourceKind``."""

import re

from service.records import ResourceKind
from service.resources.air import TYPES

_WORDS: dict[str, ResourceKind] = {
    **TYPES,
    # CivitAI's model types
    "textualinversion": "embedding",
    "hypernetwork": "hypernetwork",
    "motionmodule": "motion",
    "detection": "detector",
    "aestheticgradient": "other",
    "poses": "other",
    "wildcards": "other",
    "workflows": "other",
    # CivitAI's file types
    "prunedmodel": "checkpoint",
    "textencoder": "text_encoder",
    # Folders and settings of A1111, Forge, ComfyUI, SwarmUI, InvokeAI, Fooocus and Stability Matrix
    "stablediffusion": "checkpoint",
    "checkpoints": "checkpoint",
    "ckpt": "checkpoint",
    "unets": "checkpoint",
    "diffusionmodels": "checkpoint",
    "main": "checkpoint",
    "loras": "lora",
    "lyco": "lora",
    "loha": "lora",
    "dora": "lora",
    "embeddings": "embedding",
    "ti": "embedding",
    "vaes": "vae",
    "vaeapprox": "vae",
    "upscalers": "upscaler",
    "upscalemodels": "upscaler",
    "esrgan": "upscaler",
    "realesrgan": "upscaler",
    "swinir": "upscaler",
    "dat": "upscaler",
    "controlnets": "controlnet",
    "t2iadapter": "controlnet",
    "hypernetworks": "hypernetwork",
    "textencoders": "text_encoder",
    "clipvision": "clip_vision",
    "ipadapter": "ip_adapter",
    "ipadapters": "ip_adapter",
    "animatediff": "motion",
    "animatediffmodels": "motion",
    "ultralytics": "detector",
    "adetailer": "detector",
    "resourceref": "resource_ref",
    "diffusionmodel": "checkpoint",
}

_NOT_MODELS = frozenset({"config", "trainingdata", "archive"})
"""File types of CivitAI that lie beside a model and are none."""


def kind_of_word(word: object) -> ResourceKind | None:
    """Return the kind that a word names, however it is spelt; None for an unknown word."""
    if not isinstance(word, str):
        return None
    kind = _WORDS.get(re.sub(r"[^a-z0-9]", "", word.lower()))
    return None if kind == "resource_ref" else kind


def is_no_model(file_type: object) -> bool:
    """Tell whether CivitAI's type of a file says that it is no model."""
    return isinstance(file_type, str) and re.sub(r"[^a-z0-9]", "", file_type.lower()) in _NOT_MODELS


ECOSYSTEMS = (
    (r"sd ?1\.\d.*|sd ?1", "sd1"),
    (r"sd ?2\.\d.*|sd ?2", "sd2"),
    (r"sd ?3.*", "sd3"),
    (r"sdxl.*|pony|illustrious|noobai", "sdxl"),
    (r"flux\.?1.*", "flux1"),
    (r"stable cascade", "scascade"),
    (r"pixart.*", "pixart"),
    (r"hunyuan video", "hyv1"),
)
"""Base model → AIR's ecosystem, where the site's own AIRs show it. Of others no AIR is made up."""


def ecosystem_of(base_model: str | None) -> str | None:
    """Return AIR's ecosystem of a base model, or None where we have not seen one."""
    word = (base_model or "").strip().lower()
    return next((name for pattern, name in ECOSYSTEMS if re.fullmatch(pattern, word)), None)
