"""RuinedFooocus: JSON in PNG ``parameters`` that says ``"software": "RuinedFooocus"``.

Keys of its own: ``Prompt`` and ``Negative`` (with capitals), ``cfg``, ``sampler_name``,
``base_model_name``, ``base_model_hash``: eight digits of the first megabyte before 2025, then the
whole file's SHA-256 (corpus: avatar.png, Top5_v10_dmd2.png). ``loras`` pairs a hash, which may be
empty, with ``1.0 - folder/name.safetensors``; in 2023 it was a text,
``Loras:<name.safetensors:1.0>,<…>``, and ``refiner_model_name`` was beside it. ``denoise`` is null
without an init image. Where the settings could not be gathered only ``prompt`` is written (its
async_worker and pipelines).
"""

import re
from collections.abc import Iterator

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_table
from service.parse.shared.model_files import checkpoint_of_fields, model_file, model_name
from service.records import Blobs, Field, Generation, Resource, Sampling, Stated
from service.records.json_values import JsonValue

NAME = "ruinedfooocus"
ROLES = ("parameters", "usercomment", "comment")

BASE: FieldKeys = (
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

_WITH_WEIGHT = light_pattern(r"(-?\d+(?:\.\d+)?) - (.+)", re.DOTALL)
_TAG = light_pattern(r"<([^<>:]+):(-?\d+(?:\.\d+)?)>")


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where the object names RuinedFooocus, SHAPE for its keys alone."""
    settings = _find_settings(blobs)
    if settings is None:
        return Claim.NO
    if _names_itself(settings):
        return Claim.MARKER
    return Claim.SHAPE


def parse(blobs: Blobs) -> Generation:
    """Return what the object says."""
    settings = _find_settings(blobs)
    if settings is None:
        return Generation(NAME, {}, unsettled=("no text is RuinedFooocus's",))
    fields = settings.fields(BASE)
    refiner = _refiner(settings)
    passes = (Sampling("refiner", refiner),) if refiner else ()
    files = (
        *checkpoint_of_fields(fields),
        *checkpoint_of_fields(refiner, used_as="refiner"),
        *_loras(settings),
    )
    return Generation(NAME, fields, passes, files, settings.facts())


def _find_settings(blobs: Blobs) -> JsonTable | None:
    return find_table(blobs, *ROLES, accept=_is_ours)


def _is_ours(table: JsonTable) -> bool:
    return _names_itself(table) or {"Prompt", "base_model_name"} <= table.data.keys()


def _names_itself(table: JsonTable) -> bool:
    return table.data.get("software") == "RuinedFooocus"


def _refiner(settings: JsonTable) -> dict[Field, Stated]:
    model = settings.stated("refiner_model_name")
    if model and model_name(model.value):
        return {"model": model}
    return {}


def _loras(settings: JsonTable) -> Iterator[Resource]:
    text = settings.text("loras") or ""
    for name, weight in _TAG.findall(text):
        if model_name(name):
            yield model_file("lora", name.strip(), settings.place("loras"), weight=weight)
    for number, entry in enumerate(settings.items("loras")):
        if isinstance(entry, list) and len(entry) >= 2:  # noqa: PLR2004 - a pair
            yield from _lora(entry[0], entry[1], settings.place(f"loras.{number}"))


def _lora(first: JsonValue, second: JsonValue, source: str) -> Iterator[Resource]:
    """Yield the LoRA of ``[hash, "1.0 - name"]``, or of Fooocus's own ``[name, 1.0]``."""
    match = _WITH_WEIGHT.fullmatch(second) if isinstance(second, str) else None
    name = model_name(match[2] if match else first)
    if name is None:
        return
    if match:
        yield model_file("lora", name, source, weight=match[1], hash_=first)
    else:
        yield model_file("lora", name, source, weight=second)


PARSER = Parser(NAME, 2, claim, parse, roles=frozenset(ROLES), needs_object=True)
