"""Fooocus-MRE (MoonRide Edition): one JSON object in PNG ``Comment`` or in the comment of JPEG.

It says ``"software": "Fooocus-MRE v2.0.78.5"`` (MRE's private_logger.py and async_worker.py).
``prompt`` is what the user typed, ``real_prompt`` a list of what the styles made of it. LoRAs are
``l1``/``w1`` to ``l5``/``w5``; ``control_lora_canny`` and ``…_depth`` switch on a control LoRA,
``canny_model`` names it. ``denoise`` is written only with an init image.
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_table
from service.parse.shared.model_files import model_file, model_name
from service.records import Blobs, Field, Generation, Resource, Sampling, Stated

NAME = "fooocus-mre"
ROLES = ("comment", "usercomment", "parameters")

BASE: FieldKeys = (
    ("positive_prompt", ("prompt",)),
    ("negative_prompt", ("negative_prompt",)),
    ("steps", ("steps",)),
    ("start_step", ("start_step",)),
    ("cfg_scale", ("cfg",)),
    ("sampler", ("sampler",)),
    ("scheduler", ("scheduler",)),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
    ("model", ("base_model",)),
    ("clip_skip", ("base_clip_skip",)),
    ("denoise", ("denoise",)),
)


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where the object names MRE or has the keys that only MRE writes."""
    if _find_settings(blobs):
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the object says."""
    settings = _find_settings(blobs)
    if settings is None:
        return Generation(NAME, {}, unsettled=("no text is Fooocus-MRE's",))
    fields = settings.fields(BASE)
    refiner = _refiner(settings)
    passes = (Sampling("refiner", refiner),) if refiner else ()
    return Generation(NAME, fields, passes, tuple(_resources(settings)), settings.facts())


def _find_settings(blobs: Blobs) -> JsonTable | None:
    return find_table(blobs, *ROLES, accept=_is_ours)


def _is_ours(table: JsonTable) -> bool:
    if (table.text("software") or "").startswith("Fooocus-MRE"):
        return True
    return "real_prompt" in table.data and "base_model" in table.data


def _refiner(settings: JsonTable) -> dict[Field, Stated]:
    model = settings.stated("refiner_model")
    if model and model_name(model.value):
        return {"model": model}
    return {}


def _resources(settings: JsonTable) -> Iterator[Resource]:
    for key, used_as in (("base_model", None), ("refiner_model", "refiner")):
        name = model_name(settings.data.get(key))
        if name:
            yield model_file("checkpoint", name, settings.place(key), used_as=used_as)
    for number in range(1, 6):
        name = model_name(settings.data.get(f"l{number}"))
        if name:
            weight = settings.data.get(f"w{number}")
            yield model_file("lora", name, settings.place(f"l{number}"), weight=weight)
    for control in ("canny", "depth"):
        key = f"{control}_model"
        name = model_name(settings.data.get(key))
        if name and settings.data.get(f"control_lora_{control}") is True:
            weight = settings.data.get(f"{control}_strength")
            yield model_file("controlnet", name, settings.place(key), weight=weight)


PARSER = Parser(NAME, 2, claim, parse, roles=frozenset(ROLES), needs_object=True)
