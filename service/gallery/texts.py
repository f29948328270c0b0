"""The texts of an image that other programs read: A1111's infotext, ComfyUI's workflow."""

import json
from collections.abc import Iterator

from zstandard import ZstdError

from service.light_dataclasses import dataclass
from service.parse.blobs import collect_blobs
from service.parse.bounds import bound_record
from service.parse.comfyui.form.find import find_graphs
from service.parse.generators.a1111 import find_infotext
from service.records import RawRecord, Resource
from service.records.json_values import JsonValue
from service.records.model_names import base_name
from service.store.one_image import ColumnValue, ImageRecord
from service.store.raw_records import read_record
from service.store.sql import Reading


@dataclass(frozen=True, slots=True)
class FileTexts:
    """What a file holds as a whole."""

    infotext: str | None = None
    """A1111's block, as it is written."""
    workflow: JsonValue = None
    """What ComfyUI opens: the editor's graph, else the API's."""


def read_raw(connection: Reading, image_id: int) -> RawRecord | None:
    """Return the stored record of an image; None where there is none that can be read."""
    try:
        return read_record(connection, image_id)
    except (ZstdError, ValueError, KeyError, TypeError, OverflowError):
        # no record of ours, or an odd time or list of sidecars in its row; all else is shown
        return None


def read_texts(raw: RawRecord | None) -> FileTexts:
    """Return the texts of a record."""
    if raw is None:
        return FileTexts()
    blobs = collect_blobs(bound_record(raw))
    graphs = find_graphs(blobs)
    graph = graphs.ui or graphs.api
    infotext = find_infotext(blobs)
    return FileTexts(
        infotext=infotext.text if infotext else None,
        workflow=dict(graph.data) if graph else None,
    )


SAMPLERS = {
    "euler": "Euler",
    "euler_ancestral": "Euler a",
    "heun": "Heun",
    "lms": "LMS",
    "dpm_2": "DPM2",
    "dpm_2_ancestral": "DPM2 a",
    "dpm_fast": "DPM fast",
    "dpm_adaptive": "DPM adaptive",
    "dpmpp_2s_ancestral": "DPM++ 2S a",
    "dpmpp_sde": "DPM++ SDE",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_2m_sde_heun": "DPM++ 2M SDE Heun",
    "dpmpp_3m_sde": "DPM++ 3M SDE",
    "ddim": "DDIM",
    "plms": "PLMS",
    "uni_pc": "UniPC",
    "lcm": "LCM",
    "restart": "Restart",
}
"""ComfyUI's name → A1111's, of the samplers that both have."""

SCHEDULERS = {
    "automatic": "Automatic",
    "karras": "Karras",
    "exponential": "Exponential",
    "normal": "Normal",
    "simple": "Simple",
    "sgm_uniform": "SGM Uniform",
    "beta": "Beta",
    "kl_optimal": "KL Optimal",
}
"""As SAMPLERS."""

_KEYS = (
    ("steps", "Steps"),
    ("sampler", "Sampler"),
    ("scheduler", "Schedule type"),
    ("cfg_scale", "CFG scale"),
    ("guidance", "Distilled CFG Scale"),
    ("seed", "Seed"),
    ("size", "Size"),
    ("model_hash", "Model hash"),
    ("model", "Model"),
    ("vae", "VAE"),
    ("denoise", "Denoising strength"),
    ("clip_skip", "Clip skip"),
)
"""Our names and A1111's keys, in its order."""


def write_infotext(image: ImageRecord) -> str | None:
    """Return an image's text block.

    None where neither prompt nor settings are known. LoRAs that no prompt names are put there as
    tags, since A1111 has no other place for them.
    """
    row = image.image
    settings = ", ".join(f"{key}: {_quote(value)}" for key, value in _settings(row))
    prompt = " ".join([str(row["positive_prompt"] or ""), *_tags(image)]).strip()
    lines = [prompt] if prompt else []
    if row["negative_prompt"]:
        lines.append(f"Negative prompt: {row['negative_prompt']}")
    if settings:
        lines.append(settings)
    return "\n".join(lines) or None


def _tags(image: ImageRecord) -> Iterator[str]:
    in_prompt = {base_name(one.token).casefold() for one in image.tokens if one.kind == "lora"}
    for one in image.resources:
        if one.kind == "lora" and one.used and _name(one).casefold() not in in_prompt:
            yield f"<lora:{_name(one)}:{1.0 if one.weight is None else one.weight:g}>"


def _name(one: Resource) -> str:
    return base_name(one.label)


def _settings(row: dict[str, ColumnValue]) -> Iterator[tuple[str, str]]:
    values: dict[str, ColumnValue] = {**row}
    values["sampler"] = SAMPLERS.get(str(row["sampler_norm"]), row["sampler"])
    values["scheduler"] = SCHEDULERS.get(str(row["scheduler_norm"]), row["scheduler"])
    values["model"] = base_name(str(row["model"])) if row["model"] else None
    values["size"] = f"{row['width']}x{row['height']}" if row["width"] and row["height"] else None
    for name, key in _KEYS:
        value = values[name]
        if value is not None:
            yield key, f"{value:.6g}" if isinstance(value, float) else str(value)


def _quote(value: str) -> str:
    """Return a value as A1111 writes it: in quotes where the list would end in it."""
    return json.dumps(value, ensure_ascii=False) if set(value) & set(',:\n"') else value
