"""Which widgets name files, and of what kind: the fallback, by names that packs copy from ComfyUI.

A class whose widgets are called otherwise gets a record with ``files``, or with an alias for the
file of its model.
"""

import re

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
}
"""Widget → the kind of file it names on any node."""

_CLASSES: tuple[tuple[str, str, ResourceKind], ...] = (
    (r"clip_?vision", "clip_name", "clip_vision"),
    (r"upscale|esrgan|hires ?fix", "model_name", "upscaler"),
    (r"ultralytics|detector|^sam", "model_name", "detector"),
    (r"animatediff|ADE_", "model_name", "motion"),
    (r"text ?encoder|t5", "model_name", "text_encoder"),
    (r"controlnet|control_net", "model_name", "controlnet"),
    (r"controlnet|control_net", "controlnet", "controlnet"),
    (r"upscale", "upscale_model", "upscaler"),
)
KINDS_BY_CLASS: dict[str, list[tuple[re.Pattern[str], ResourceKind]]] = {}
for _class, _widget, _kind in _CLASSES:
    KINDS_BY_CLASS.setdefault(_widget, []).append((re.compile(_class, re.IGNORECASE), _kind))
"""Widget → classes and kinds, where its name alone is not enough. The first that fits decides."""

_DIGITS = re.compile(r"_\d{1,2}$")


def kind_of(record: NodeRecord, widget: str) -> ResourceKind | None:
    """Return what kind of side file a widget names, or None where it names none."""
    kind = record.files.get(widget) or _by_name(record.class_type, widget)
    if kind is None:
        number = _DIGITS.search(widget)
        if number is not None:
            return _by_name(record.class_type, widget[: number.start()])
    return kind


def _by_name(class_type: str, widget: str) -> ResourceKind | None:
    for pattern, kind in KINDS_BY_CLASS.get(widget, ()):
        if pattern.search(class_type):
            return kind
    return KINDS.get(widget)
