"""The passes after the base pass: hires fix, refiner, ADetailer, SD.Next's detailer."""

import re
from collections.abc import Iterator

from service.light_patterns import light_pattern
from service.parse.infotext.field_names import (
    base_fields,
    model_fields,
    pick_fields,
    read_size,
    scaled_size,
)
from service.parse.infotext.key_values import Settings
from service.parse.shared.json_facts import FieldKeys
from service.parse.shared.model_files import names_nothing
from service.records import Field, Sampling, Stated

HIRES: FieldKeys = (
    ("positive_prompt", ("hires prompt",)),
    ("negative_prompt", ("hires negative prompt",)),
    ("steps", ("hires steps",)),
    ("cfg_scale", ("hires cfg scale", "hires cfg")),
    ("guidance", ("hires distilled cfg scale",)),
    ("sampler", ("hires sampler", "latent sampler")),
    ("scheduler", ("hires schedule type",)),
    ("denoise", ("denoising strength", "hires strength", "hires denoising strength")),
    ("model", ("hires checkpoint",)),
    ("upscaler", ("hires upscaler",)),
)
HIRES_KEYS = frozenset(
    {"hires upscale", "hires upscaler", "hires resize", "hires size", "hires scale", "hires steps"}
)
"""Any of these says that the picture was enlarged and perhaps sampled again."""

REFINER: FieldKeys = (
    ("steps", ("refiner steps",)),
    ("positive_prompt", ("refiner prompt", "prompt2")),
    ("negative_prompt", ("refiner negative", "refiner negative prompt", "negative2")),
)
"""SD.Next called them ``Prompt2`` and ``Negative2`` until 2025."""

DETAILER: FieldKeys = (
    ("positive_prompt", ("prompt",)),
    ("negative_prompt", ("negative prompt",)),
    ("steps", ("steps",)),
    ("cfg_scale", ("cfg scale",)),
    ("sampler", ("sampler",)),
    ("scheduler", ("scheduler",)),
    ("denoise", ("denoising strength",)),
    ("model", ("checkpoint",)),
    ("vae", ("vae",)),
    ("clip_skip", ("clip skip",)),
    ("width", ("inpaint width",)),
    ("height", ("inpaint height",)),
)
"""Of one ADetailer unit, without the prefix ``ADetailer`` and the suffix of the unit (`` 2nd``)."""

SDNEXT_DETAILER: FieldKeys = (
    ("positive_prompt", ("detailer prompt",)),
    ("negative_prompt", ("detailer negative",)),
    ("steps", ("detailer steps",)),
    ("denoise", ("detailer strength",)),
)

_UNIT = light_pattern(r"adetailer (.+?)(?: (\d+(?:nd|rd|th)))?")
_LIST_ENDS = light_pattern(r"[,;\n]")
_HASH = light_pattern(r"[0-9a-fA-F]{4,64}")
_INHERITED = light_pattern(r"use same .*", re.IGNORECASE)


def read_passes(settings: Settings, source: str) -> tuple[Sampling, ...]:
    """Return the passes in the order in which A1111 runs them."""
    return (*_hires(settings, source), *_refiner(settings, source), *_detailers(settings, source))


def _hires(settings: Settings, source: str) -> Iterator[Sampling]:
    if HIRES_KEYS.isdisjoint(settings.by_key):
        return
    fields = _without_inherited(pick_fields(settings, HIRES, source))
    size = read_size(settings.get("hires resize", "hires size"), source)
    if not size:
        factor = settings.get("hires upscale", "hires scale")
        size = scaled_size(base_fields(settings, source), factor)
    fields |= size
    # SD.Next's 'Operations: txt2img; upscale' enlarges without sampling; with 'hires' it samples
    # again. 'Hires steps' is there with a refiner alone, too.
    operations = (settings.get("operations") or "hires").lower()
    if "hires" in operations:
        yield Sampling("hires", fields)
    elif "upscale" in operations:
        yield Sampling("upscale", fields)


def _refiner(settings: Settings, source: str) -> Iterator[Sampling]:
    name = settings.get("refiner")
    if name is None or names_nothing(name):
        return
    model = model_fields(*name_and_hash(name), source)
    yield Sampling("refiner", pick_fields(settings, REFINER, source) | model)


def _detailers(settings: Settings, source: str) -> Iterator[Sampling]:
    for unit in detailer_units(settings):
        yield Sampling("detailer", _without_inherited(pick_fields(unit, DETAILER, source)))
    for _ in sdnext_detectors(settings):
        yield Sampling("detailer", pick_fields(settings, SDNEXT_DETAILER, source))


def sdnext_detectors(settings: Settings) -> list[str]:
    """Return the models of SD.Next's ``Detailer: "face-yolo8n, hand_yolov8n:steps=5"``."""
    if not settings.get("detailer steps", "detailer strength"):
        return []
    names: list[str] = []
    for entry in _LIST_ENDS.split(settings.get("detailer") or ""):
        name = entry.partition(":")[0].strip()
        if not names_nothing(name):
            names.append(name)
    return names


def detailer_units(settings: Settings) -> list[Settings]:
    """Return each ADetailer unit's settings under their bare keys (``model``, ``prompt`` …)."""
    units: dict[str, dict[str, str]] = {}
    for match, value in settings.numbered("adetailer", _UNIT):
        units.setdefault(match[2] or "", {})[match[1]] = value
    return [
        Settings(tuple(unit.items()), unit)
        for unit in units.values()
        if not names_nothing(unit.get("model"))
    ]


def name_and_hash(text: str) -> tuple[str, str | None]:
    """Split ``sd_xl_refiner_1.0 [7440042bbd]``; a text of another form is all name."""
    stripped = text.rstrip()
    name, bracket, hash_ = stripped.removesuffix("]").rpartition("[")
    if not stripped.endswith("]") or not bracket or not name.strip() or not _HASH.fullmatch(hash_):
        return text, None
    return name.strip(), hash_.lower()


def _without_inherited(found: dict[Field, Stated]) -> dict[Field, Stated]:
    """Return the pass's own fields, a model's hash apart from its name.

    ``Use same sampler`` repeats the base pass's.
    """
    own = dict(found)
    for field, stated in found.items():
        if _INHERITED.fullmatch(str(stated.value)):
            del own[field]
    model = own.get("model")
    if model:
        own |= model_fields(*name_and_hash(str(model.value)), model.source)
    return own
