"""Draw Things (iOS, macOS).

JSON in XMP ``exif:UserComment`` or PNG ``Comment``, the tool's name in ``CreatorTool``.

``c`` prompt, ``uc`` negative, ``model sampler scale seed steps strength size seed_mode``; where
they are set ``upscaler clip_skip shift mask_blur``, ``refiner``, ``lora`` (``[{"model",
"weight"}]``), ``control`` (``[{"file", "weight"}]``) and, with its hires fix, ``first_stage_size``
and ``second_stage_strength``. Later versions add ``v2``, the app's configuration with all defaults,
in which ``sampler`` is a number. XMP ``dc:description`` says the same as text: the prompt, ``-``
and the negative, one line ``Steps: 20, Sampler: …, Guidance Scale: 7.5, …, First Stage Size:
512x768, LoRA 1 Model: …``; it is read where the JSON is gone. Sources: the app's open source (its
image exporter) and the corpus' cases.
"""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from service.parse.base import Claim, Parser
from service.parse.infotext import layout
from service.parse.infotext.field_names import read_size
from service.parse.shared.civitai_resources import number_of
from service.parse.shared.json_facts import JsonTable, Table, is_cut
from service.records import Blob, Blobs, Field, Generation, Resource, ResourceKind, Sampling, Stated

NAME = "drawthings"
TOOL = "draw things"
ROLES = ("usercomment", "comment")
TEXTS = ("description", "imagedescription", "usercomment")

FIELDS: Table = (
    ("positive_prompt", ("c",)),
    ("negative_prompt", ("uc",)),
    ("steps", ("steps", "Steps")),
    ("cfg_scale", ("scale", "Guidance Scale")),
    ("guidance", ("guidance_embed",)),
    ("sampler", ("sampler", "Sampler")),
    ("seed", ("seed", "Seed")),
    ("denoise", ("strength", "Strength")),
    ("model", ("model", "Model")),
    ("clip_skip", ("clip_skip", "CLIP Skip")),
    ("upscaler", ("upscaler", "Upscaler")),
)
"""The JSON's keys, then those of the text."""

SECOND: Table = (("denoise", ("second_stage_strength", "Second Stage Strength")),)
REFINER: Table = (("model", ("refiner", "Refiner")),)

CONFIGURATION: Table = (
    ("steps", ("steps",)),
    ("cfg_scale", ("guidanceScale",)),
    ("seed", ("seed",)),
    ("model", ("model",)),
    ("width", ("width",)),
    ("height", ("height",)),
)
"""Keys of the app's configuration, for what the short keys do not state."""

LISTS: tuple[tuple[str, ResourceKind], ...] = (
    ("lora", "lora"),
    ("loras", "lora"),
    ("control", "controlnet"),
    ("controls", "controlnet"),
)

_NAMED = re.compile(r"(LoRA(?: \d+)?) Model|(Control(?: \d+)?)")
"""``LoRA Model: …, LoRA Weight: …`` and ``Control: …, Control Weight: …``.

Numbered where there are several.
"""


def is_signed(blobs: Blobs) -> bool:
    """Tell whether XMP names Draw Things."""
    return any(TOOL in blob.text.lower() for blob in blobs.all("creatortool", "software"))


def claim(blobs: Blobs) -> Claim:
    """Claim what XMP names, or JSON with its two prompts and its ``sampler`` or ``scale``."""
    told = _read_told(blobs)
    if is_signed(blobs):
        return Claim.MARKER if told or blobs.first(*TEXTS) else Claim.NO
    return (
        Claim.SHAPE
        if told and not told.data.keys().isdisjoint({"sampler", "scale", "v2"})
        else Claim.NO
    )


def parse(blobs: Blobs) -> Generation:
    """Return what the JSON says, or the text where there is none."""
    text = next(
        (blob for blob in blobs.all(*TEXTS) if blob.data is None and not is_cut(blob)), None
    )
    told = _read_told(blobs) or (_settings_of_text(text) if text else None)
    if told is None:
        return Generation(NAME, {}, unsettled=("Draw Things left no text",))
    fields = told.fields(FIELDS)
    first, whole = _size(told, "first_stage_size", "First Stage Size"), _size(told, "size", "Size")
    passes: tuple[Sampling, ...] = ()
    if first and first != whole:
        passes = (Sampling("hires", whole | told.fields(SECOND)),)
    refiner = told.fields(REFINER)
    if refiner:
        passes = (*passes, Sampling("refiner", refiner))
    base = _configuration(told) | fields | (first or whole)
    resources = (*_named_models(base, refiner), *_listed_models(told))
    return Generation(NAME, base, passes, resources, told.facts(without=frozenset({"c", "uc"})))


def _configuration(told: JsonTable) -> dict[Field, Stated]:
    configuration = told.inside("v2", "config")
    return configuration.fields(CONFIGURATION) if configuration else {}


def _read_told(blobs: Blobs) -> JsonTable | None:
    for blob in blobs.all(*ROLES):
        told = JsonTable.of(blob)
        if told and "c" in told.data and ("uc" in told.data or is_signed(blobs)):
            return told
    return None


def _size(told: JsonTable, *keys: str) -> dict[Field, Stated]:
    return next(
        (dict(read_size(told.text(key), told.place(key))) for key in keys if told.text(key)), {}
    )


def _named_models(fields: dict[Field, Stated], refiner: dict[Field, Stated]) -> Iterator[Resource]:
    kinds: tuple[tuple[Stated | None, ResourceKind, str], ...] = (
        (fields.get("model"), "checkpoint", ""),
        (fields.get("upscaler"), "upscaler", ""),
        (refiner.get("model"), "checkpoint", "refiner"),
    )
    for stated, kind, role in kinds:
        if stated is not None:
            yield Resource(
                kind, str(stated.value), stated.source, extra={"pass": role} if role else {}
            )


def _listed_models(told: JsonTable) -> Iterator[Resource]:
    for part in (told, told.inside("v2", "config")):
        for key, kind in LISTS if part else ():
            for entry in part.each(key) if part else ():
                label = entry.text("model", "file")
                if label:
                    yield _weighted_resource(
                        kind, label, entry.data.get("weight"), f"{entry.source}#{entry.path}"
                    )
    for key, value in told.data.items():  # of the text
        named = _NAMED.fullmatch(key)
        if named and isinstance(value, str):
            kind = "lora" if named[1] else "controlnet"
            yield _weighted_resource(
                kind, value, told.data.get(f"{named[1] or named[2]} Weight"), told.place(key)
            )


def _weighted_resource(kind: ResourceKind, label: str, value: JsonValue, source: str) -> Resource:
    weight = number_of(value)
    return Resource(kind, label, source, weight=weight, used=weight != 0)


def _settings_of_text(blob: Blob) -> JsonTable:
    """Return the text's settings with its prompts under the JSON's keys."""
    text = layout.read_layout(blob.text)
    lines = text.positive.split("\n")
    cut = next((number for number, line in enumerate(lines) if line.startswith("-")), len(lines))
    data: dict[str, JsonValue] = {**dict(text.settings.pairs), "c": "\n".join(lines[:cut]).strip()}
    if cut < len(lines):
        data["uc"] = "\n".join(lines[cut:])[1:].strip()
    return JsonTable(data, blob.source)


PARSER = Parser(NAME, 2, claim, parse)
