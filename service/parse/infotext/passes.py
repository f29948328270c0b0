"""The passes after the base pass: hires fix, refiner, ADetailer, SD.Next's detailer."""

import re
from collections.abc import Iterator

from service.parse.infotext import field_names
from service.parse.infotext.key_values import Settings
from service.records import Field, Sampling, Stated

Table = tuple[tuple[Field, tuple[str, ...]], ...]

HIRES: Table = (
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

REFINER: Table = (
    ("steps", ("refiner steps",)),
    ("positive_prompt", ("refiner prompt", "prompt2")),
    ("negative_prompt", ("refiner negative", "refiner negative prompt", "negative2")),
)
"""SD.Next called them ``Prompt2`` and ``Negative2`` until 2025."""

DETAILER: Table = (
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

SDNEXT_DETAILER: Table = (
    ("positive_prompt", ("detailer prompt",)),
    ("negative_prompt", ("detailer negative",)),
    ("steps", ("detailer steps",)),
    ("denoise", ("detailer strength",)),
)

_UNIT = re.compile(r"adetailer (.+?)(?: (\d+(?:nd|rd|th)))?")
_LISTED = re.compile(r"[,;\n]")
_HASH = re.compile(r"[0-9a-fA-F]{4,64}")
_INHERITED = re.compile(r"use same .*", re.IGNORECASE)


def read_passes(settings: Settings, source: str) -> tuple[Sampling, ...]:
    """Return the passes in the order in which A1111 runs them."""
    return (*_hires(settings, source), *_refiner(settings, source), *_detailers(settings, source))


def _hires(settings: Settings, source: str) -> Iterator[Sampling]:
    if HIRES_KEYS.isdisjoint(settings.by_key):
        return
    found = _own(field_names.pick_value(settings, HIRES, source))
    found |= field_names.read_size(settings.get("hires resize", "hires size"), source)
    # SD.Next's 'Operations: txt2img; upscale' enlarges without sampling; with 'hires' it samples
    # again. 'Hires steps' stands there with a refiner alone, too.
    operations = (settings.get("operations") or "hires").lower()
    if "hires" in operations or "upscale" in operations:
        yield Sampling("hires" if "hires" in operations else "upscale", found)


def _refiner(settings: Settings, source: str) -> Iterator[Sampling]:
    name = settings.get("refiner")
    if name is None or field_names.names_nothing(name):
        return
    label, hash_ = name_and_hash(name)
    found = dict(field_names.stated_fields(((label, "model"), (hash_, "model_hash")), source))
    yield Sampling("refiner", field_names.pick_value(settings, REFINER, source) | found)


def _detailers(settings: Settings, source: str) -> Iterator[Sampling]:
    for unit in detailer_units(settings):
        yield Sampling("detailer", _own(field_names.pick_value(unit, DETAILER, source)))
    for _ in sdnext_detectors(settings):
        yield Sampling("detailer", field_names.pick_value(settings, SDNEXT_DETAILER, source))


def sdnext_detectors(settings: Settings) -> list[str]:
    """Return the models of SD.Next's detailer.

    ``Detailer: "face-yolo8n, hand_yolov8n:steps=5"``.
    """
    listed = (
        settings.get("detailer") if settings.get("detailer steps", "detailer strength") else None
    )
    names = (name.partition(":")[0].strip() for name in _LISTED.split(listed or ""))
    return [name for name in names if not field_names.names_nothing(name)]


def detailer_units(settings: Settings) -> list[Settings]:
    """Return each ADetailer unit's settings under their bare keys (``model``, ``prompt`` …)."""
    units: dict[str, dict[str, str]] = {}
    for match, value in settings.numbered("adetailer", _UNIT):
        units.setdefault(match[2] or "", {})[match[1]] = value
    return [
        Settings(tuple(unit.items()), unit)
        for unit in units.values()
        if not field_names.names_nothing(unit.get("model"))
    ]


def name_and_hash(text: str) -> tuple[str, str | None]:
    """Split ``sd_xl_refiner_1.0 [7440042bbd]``."""
    name, bracket, hash_ = text.rstrip().removesuffix("]").rpartition("[")
    if not (bracket and name.strip() and text.rstrip().endswith("]") and _HASH.fullmatch(hash_)):
        return text, None
    return name.strip(), hash_.lower()


def _own(found: dict[Field, Stated]) -> dict[Field, Stated]:
    """Leave out what is only taken over from the base pass (``Use same sampler``).

    Part a model from its hash.
    """
    own = {
        field: stated
        for field, stated in found.items()
        if not _INHERITED.fullmatch(str(stated.value))
    }
    if "model" in own:
        model, source = own["model"].value, own["model"].source
        label, hash_ = name_and_hash(str(model))
        own |= dict(field_names.stated_fields(((label, "model"), (hash_, "model_hash")), source))
    return own
