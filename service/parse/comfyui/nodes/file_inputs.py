"""Which widgets name files, and of what kind: the fallback, by names that packs copy from ComfyUI.

A class whose widgets are called otherwise gets a record with ``files``, or with an alias for the
file of its model.
"""

import re
from functools import lru_cache

from service.light_patterns import light_pattern
from service.parse.comfyui.nodes.definitions import output_types
from service.parse.comfyui.nodes.record import NodeRecord
from service.records import ResourceKind

MODEL_FILES = (
    "ckpt_name",
    "unet_name",
    "model_name",
    "base_ckpt_name",
    "base_checkpoint",
    "base_model_name",
    "model_path",
    "gguf_name",
    "diffusion_model",
    "checkpoint",
    "checkpoint_name",
    "ckpt",
    "model",
)
"""Widgets that name the file of a checkpoint or diffusion model, on a node that gives a MODEL."""

PARTWISE = ("load_mode", "separate_components", "base_model")
"""An input, what it says where a node loads a model's parts one by one, and its file then."""

LOADED = (
    ("VAE", "vae_name"),
    ("CLIP", "clip_name"),
    ("UPSCALE_MODEL", "model_name"),
    ("CONTROL_NET", "control_net_name"),
    ("CLIP_VISION", "clip_name"),
    ("IPADAPTER", "ipadapter_file"),
    ("STYLE_MODEL", "style_model_name"),
)
"""What a loader gives, and the input that names its file in ComfyUI's own loaders."""

KINDS: dict[str, ResourceKind] = {
    "control_net_name": "controlnet",
    "controlnet_name": "controlnet",
    "ipadapter_file": "ip_adapter",
    "instantid_file": "ip_adapter",
    "pulid_file": "ip_adapter",
    "hypernetwork_name": "hypernetwork",
    "motion_model": "motion",
    "clip_name": "text_encoder",
    "clip_name1": "text_encoder",
    "clip_name2": "text_encoder",
    "clip_name3": "text_encoder",
    "clip_name4": "text_encoder",
    "clip_model": "text_encoder",
    "text_encoder1": "text_encoder",
    "text_encoder2": "text_encoder",
    "upscale_model_name": "upscaler",
    "upscaler_name": "upscaler",
    "refiner_checkpoint": "checkpoint",
    "refiner_ckpt_name": "checkpoint",
    "face_restore_model": "other",
    "swap_model": "other",
    "style_model_name": "other",
    "gligen_name": "other",
    "vae_name": "vae",
    "vae_name_opt": "vae",
    "clip_name1_opt": "text_encoder",
    "clip_name2_opt": "text_encoder",
    "clip_name3_opt": "text_encoder",
    "clip_name4_opt": "text_encoder",
    "t5_name": "text_encoder",
    "mt5_name": "text_encoder",
    "t5v11_name": "text_encoder",
    "llm_model": "text_encoder",
    "gemma_path": "text_encoder",
    "text_encoder_name": "text_encoder",
    "chatglm3_name": "text_encoder",
    "clip_vision_name": "clip_vision",
    "clip_vision_model": "clip_vision",
    "eva_clip_file": "clip_vision",
    "vision_model": "clip_vision",
    "ip_adapter_name": "ip_adapter",
    "ipadapter_path": "ip_adapter",
    "controlnet_model": "controlnet",
    "controlnet_path": "controlnet",
    "sparsectrl_name": "controlnet",
    "t2i_adapter_name": "controlnet",
    "cnet": "controlnet",
    "embedding_name": "embedding",
    "brushnet": "other",
    "supir_model": "other",
    "powerpaint_model": "other",
    "photomaker_model_name": "other",
    "audio_encoder_name": "other",
    "guidance_name": "other",
}
"""Widget → the kind of file it names on any node."""

KINDS_BY_OUTPUT: dict[str, ResourceKind] = {
    "CONTROL_NET": "controlnet",
    "CLIP": "text_encoder",
    "T5": "text_encoder",
    "T5_TEXT_ENCODER": "text_encoder",
    "CLIP_VISION": "clip_vision",
    "IPADAPTER": "ip_adapter",
    "INSTANTID": "ip_adapter",
    "PULID": "ip_adapter",
    "MOTION_MODEL_ADE": "motion",
    "MOTION_LORA": "motion",
    "UPSCALE_MODEL": "upscaler",
    "LATENT_UPSCALE_MODEL": "upscaler",
    "SAM_MODEL": "detector",
    "ELLA": "other",
    "BRMODEL": "other",
    "INPAINT_PATCH": "other",
    "MODEL_PATCH": "other",
    "AUDIO_ENCODER": "other",
    "PHOTOMAKER": "other",
    "STYLE_MODEL": "other",
}
"""What a loader gives, as its class declares it → the kind of the file that it loads."""
NAMES_FILE = light_pattern(r"^(name|patch|head|file|model|path)$|_(name|model|file|path|patch)$")
"""Widgets of such a loader that name its file."""

_CLASSES: tuple[tuple[str, str, ResourceKind], ...] = (
    (r"clip_?vision", "clip_name", "clip_vision"),
    (r"upscale|esrgan|hires ?fix", "model_name", "upscaler"),
    (r"ultralytics|detector|^sam", "model_name", "detector"),
    (r"animatediff|ADE_", "model_name", "motion"),
    (r"text ?encoder|t5", "model_name", "text_encoder"),
    (r"controlnet|control_net", "model_name", "controlnet"),
    (r"controlnet|control_net", "controlnet", "controlnet"),
    (r"upscale", "upscale_model", "upscaler"),
    (r"ic-?light", "model_path", "other"),
)
KINDS_BY_CLASS: dict[str, list[tuple[re.Pattern[str], ResourceKind]]] = {}
for _class, _widget, _kind in _CLASSES:
    KINDS_BY_CLASS.setdefault(_widget, []).append((re.compile(_class, re.IGNORECASE), _kind))
"""Widget → classes and kinds, where its name alone is not enough. The first that fits decides."""

ANSWERS_KEPT = 8192
"""Of classes and their widgets; all real images of the corpus together ask for fewer."""

_DIGITS = light_pattern(r"_\d{1,2}$")


def kind_of(record: NodeRecord, widget: str) -> ResourceKind | None:
    """Return what kind of side file a widget names, or None where it names none."""
    return record.files.get(widget) or _kind_by_rules(record.class_type, widget)


@lru_cache(maxsize=ANSWERS_KEPT)
def _kind_by_rules(class_type: str, widget: str) -> ResourceKind | None:
    """Return the kind by the widget's name, by that without its number, by what the class gives."""
    kind = _by_name(class_type, widget)
    if kind is not None:
        return kind
    number = _DIGITS.search(widget)
    if number is not None:
        return _by_name(class_type, widget[: number.start()])
    return _by_output(class_type, widget)


def _by_output(class_type: str, widget: str) -> ResourceKind | None:
    """Return the kind of the file that a loader of one thing loads, by what it gives."""
    if NAMES_FILE.search(widget) is None or "load" not in class_type.lower():
        return None
    given = output_types(class_type)
    kinds = {KINDS_BY_OUTPUT[type_] for type_ in given if type_ in KINDS_BY_OUTPUT}
    if len(kinds) != 1 or "MODEL" in given:
        return None
    return kinds.pop()


def _by_name(class_type: str, widget: str) -> ResourceKind | None:
    for pattern, kind in KINDS_BY_CLASS.get(widget, ()):
        if pattern.search(class_type):
            return kind
    return KINDS.get(widget)
