"""RuinedFooocus: JSON in PNG ``parameters`` that says ``"software": "RuinedFooocus"``.

Keys of its own: ``Prompt`` and ``Negative`` (with capitals), ``cfg``, ``sampler_name``,
``base_model_name``, ``base_model_hash``: eight digits of the first megabyte before 2025, then the
whole file's SHA-256 (corpus: avatar.png, Top5_v10_dmd2.png). ``loras`` pairs a hash, which may be
empty, with ``1.0 - folder/name.safetensors``; in 2023 it was a text,
``Loras:<name.safetensors:1.0>,<…>``, and ``refiner_model_name`` stood beside it. ``denoise`` is
null without an init image. Where the settings could not be gathered only ``prompt`` is written (its
async_worker and pipelines).
"""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import JsonTable, Table
from service.parse.shared.model_files import model_file, model_name
from service.records import Blobs, Field, Generation, Resource, Sampling, Stated

NAME = "ruinedfooocus"
ROLES = ("parameters", "usercomment", "comment")

BASE: Table = (
    ("positive_prompt", ("Prompt", "prompt")),
    ("negative_prompt", ("Negative",)),
    ("steps", ("steps",)),
    ("cfg_scale", ("cfg",)),
    ("sampler", ("sampler_name",)),
    ("scheduler", ("scheduler",)),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
    ("model", ("base_model_name",)),
    ("model_hash", ("base_model_hash",)),
    ("clip_skip", ("clip_skip",)),
    ("denoise", ("denoise",)),
)

_WEIGHED = re.compile(r"(-?\d+(?:\.\d+)?) - (.+)", re.DOTALL)
_TAGGED = re.compile(r"<([^<>:]+):(-?\d+(?:\.\d+)?)>")
_PAIR = 2


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where the object names RuinedFooocus, SHAPE for its keys alone."""
    told = _read_told(blobs)
    if told is None:
        return Claim.NO
    return Claim.MARKER if told.data.get("software") == "RuinedFooocus" else Claim.SHAPE


def parse(blobs: Blobs) -> Generation:
    """Return what the object says."""
    told = _read_told(blobs)
    if told is None:
        return Generation(NAME, {}, unsettled=("no text is RuinedFooocus's",))
    fields = told.fields(BASE)
    refiner = told.stated("refiner_model_name")
    refines = refiner is not None and model_name(refiner.value) is not None
    passes = (Sampling("refiner", {"model": refiner}),) if refiner and refines else ()
    files = (*_checkpoint(fields), *_refiner(refiner if refines else None), *_loras(told))
    return Generation(NAME, fields, passes, files, told.facts())


def _read_told(blobs: Blobs) -> JsonTable | None:
    found = (told for blob in blobs.all(*ROLES) if (told := JsonTable.of(blob)))
    return next((told for told in found if _is_ours(told)), None)


def _is_ours(told: JsonTable) -> bool:
    return (
        told.data.get("software") == "RuinedFooocus"
        or {"Prompt", "base_model_name"} <= told.data.keys()
    )


def _checkpoint(fields: dict[Field, Stated]) -> Iterator[Resource]:
    model, hash_ = fields.get("model"), fields.get("model_hash")
    if model is not None:
        yield model_file(
            "checkpoint", str(model.value), model.source, hash_=hash_.value if hash_ else None
        )


def _refiner(model: Stated | None) -> Iterator[Resource]:
    if model is not None:
        yield model_file("checkpoint", str(model.value), model.source, used_as="refiner")


def _loras(told: JsonTable) -> Iterator[Resource]:
    listed = told.data.get("loras")
    for name, weight in _TAGGED.findall(listed) if isinstance(listed, str) else ():
        if model_name(name):
            yield model_file("lora", name.strip(), told.place("loras"), weight=weight)
    for number, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, list) and len(entry) >= _PAIR:
            yield from _lora(entry[0], entry[1], told.place(f"loras.{number}"))


def _lora(first: JsonValue, second: JsonValue, source: str) -> Iterator[Resource]:
    """Yield the LoRA of ``[hash, "1.0 - name"]``, or of ``[name, 1.0]`` as Fooocus itself would write it."""
    weighed = _WEIGHED.fullmatch(second) if isinstance(second, str) else None
    if weighed and model_name(weighed[2]):
        yield model_file("lora", weighed[2], source, weight=weighed[1], hash_=first)
    elif weighed is None and (name := model_name(first)):
        yield model_file("lora", name, source, weight=second)


PARSER = Parser(NAME, 2, claim, parse)
