"""Fooocus-MRE (MoonRide Edition): one JSON object that says ``"software".

"Fooocus-MRE v2.0.78.5"``.

It stands in PNG ``Comment`` and in the comment of JPEG (MRE's private_logger.py and
async_worker.py). ``prompt`` is what the user typed, ``real_prompt`` a list of what the styles made
of it. LoRAs are ``l1``/``w1`` to ``l5``/``w5``; ``control_lora_canny`` and ``…_depth`` switch on a
control LoRA, ``canny_model`` names it. ``denoise`` is written only with an init image.
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import JsonTable, Table
from service.parse.shared.model_files import model_file, model_name
from service.records import Blobs, Field, Generation, Resource, Sampling, Stated

NAME = "fooocus-mre"
ROLES = ("comment", "usercomment", "parameters")

BASE: Table = (
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
    return Claim.MARKER if _read_told(blobs) else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the object says."""
    told = _read_told(blobs)
    if told is None:
        return Generation(NAME, {}, unsettled=("no text is Fooocus-MRE's",))
    fields = told.fields(BASE)
    refiner = _refiner(told)
    passes = (Sampling("refiner", refiner),) if refiner else ()
    return Generation(NAME, fields, passes, tuple(_resources(told)), told.facts())


def _read_told(blobs: Blobs) -> JsonTable | None:
    found = (told for blob in blobs.all(*ROLES) if (told := JsonTable.of(blob)))
    return next((told for told in found if _is_ours(told)), None)


def _is_ours(told: JsonTable) -> bool:
    if (told.text("software") or "").startswith("Fooocus-MRE"):
        return True
    return "real_prompt" in told.data and "base_model" in told.data


def _refiner(told: JsonTable) -> dict[Field, Stated]:
    model = told.stated("refiner_model")
    return {"model": model} if model and model_name(model.value) else {}


def _resources(told: JsonTable) -> Iterator[Resource]:
    for key, used_as in (("base_model", None), ("refiner_model", "refiner")):
        name = model_name(told.data.get(key))
        if name:
            yield model_file("checkpoint", name, told.place(key), used_as=used_as)
    for number in range(1, 6):
        name = model_name(told.data.get(f"l{number}"))
        if name:
            yield model_file(
                "lora", name, told.place(f"l{number}"), weight=told.data.get(f"w{number}")
            )
    for control in ("canny", "depth"):
        name = model_name(told.data.get(f"{control}_model"))
        if name and told.data.get(f"control_lora_{control}") is True:
            weight = told.data.get(f"{control}_strength")
            yield model_file("controlnet", name, told.place(f"{control}_model"), weight=weight)


PARSER = Parser(NAME, 2, claim, parse)
