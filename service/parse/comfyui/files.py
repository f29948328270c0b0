"""Which widgets name files, and of what kind: data."""

import re

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
PARTWISE = ("load_mode", "separate_components", "base_model")
"""An input, what it says where a node loads the parts of a model one by one, and the file of the model then."""
"""Widgets that name the file of a checkpoint or diffusion model, on a node that gives a MODEL."""

FILES: tuple[tuple[re.Pattern[str], str, ResourceKind], ...] = (
    (re.compile(r"clip_?vision", re.IGNORECASE), "clip_name", "clip_vision"),
    (re.compile(r"upscale|esrgan|hires ?fix", re.IGNORECASE), "model_name", "upscaler"),
    (re.compile(r"ultralytics|detector|^sam", re.IGNORECASE), "model_name", "detector"),
    (re.compile(r"animatediff|ADE_", re.IGNORECASE), "model_name", "motion"),
    (re.compile(r"text ?encoder|t5", re.IGNORECASE), "model_name", "text_encoder"),
    (re.compile(r"controlnet|control_net", re.IGNORECASE), "model_name", "controlnet"),
    (re.compile(r""), "control_net_name", "controlnet"),
    (re.compile(r""), "controlnet_name", "controlnet"),
    (re.compile(r"controlnet|control_net", re.IGNORECASE), "controlnet", "controlnet"),
    (re.compile(r""), "ipadapter_file", "ip_adapter"),
    (re.compile(r""), "hypernetwork_name", "hypernetwork"),
    (re.compile(r""), "motion_model", "motion"),
    (re.compile(r""), "clip_name", "text_encoder"),
    (re.compile(r""), "clip_name1", "text_encoder"),
    (re.compile(r""), "clip_name2", "text_encoder"),
    (re.compile(r""), "clip_name3", "text_encoder"),
    (re.compile(r""), "clip_name4", "text_encoder"),
    (re.compile(r""), "clip_model", "text_encoder"),
    (re.compile(r""), "text_encoder1", "text_encoder"),
    (re.compile(r""), "text_encoder2", "text_encoder"),
    (re.compile(r""), "instantid_file", "ip_adapter"),
    (re.compile(r""), "pulid_file", "ip_adapter"),
    (re.compile(r""), "upscale_model_name", "upscaler"),
    (re.compile(r""), "upscaler_name", "upscaler"),
    (re.compile(r"upscale", re.IGNORECASE), "upscale_model", "upscaler"),
    (re.compile(r""), "face_restore_model", "other"),
    (re.compile(r""), "swap_model", "other"),
    (re.compile(r""), "refiner_checkpoint", "checkpoint"),
    (re.compile(r""), "refiner_ckpt_name", "checkpoint"),
    (re.compile(r""), "style_model_name", "other"),
    (re.compile(r""), "gligen_name", "other"),
    (re.compile(r"^ModelPatchLoader$"), "name", "other"),
)
"""Class, widget, kind: the side files of an image. The first line that fits a widget decides."""


def kind_of(class_type: str, widget: str) -> ResourceKind | None:
    """Return what kind of side file a widget names, or None where it names none."""
    for pattern, kind in _BY_WIDGET.get(widget, []) or _BY_WIDGET.get(_DIGITS.sub("", widget), []):
        if pattern.search(class_type):
            return kind
    return None


_DIGITS = re.compile(r"_\d{1,2}$")

_BY_WIDGET: dict[str, list[tuple[re.Pattern[str], ResourceKind]]] = {}
for _pattern, _widget, _kind in FILES:
    _BY_WIDGET.setdefault(_widget, []).append((_pattern, _kind))

NOTHING = frozenset(
    {"", "none", "off", "null", "undefined", "baked vae", "baked-vae", "automatic", "choose"}
)
"""What a file widget holds when no file is chosen."""
