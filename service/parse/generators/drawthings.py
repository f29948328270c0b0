"""Draw Things (iOS, macOS): JSON in XMP ``exif:UserComment`` or PNG ``Comment``.

XMP ``CreatorTool`` names the tool. ``c`` is the prompt, ``uc`` the negative, beside ``model sampler
scale seed steps strength size seed_mode``; where they are set ``upscaler clip_skip shift
mask_blur``, ``refiner``, ``lora`` (``[{"model", "weight"}]``), ``control`` (``[{"file",
"weight"}]``) and, with its hires fix, ``first_stage_size`` and ``second_stage_strength``. Later
versions add ``v2``, the app's configuration with all defaults, in which ``sampler`` is a number.
XMP ``dc:description`` says the same as text: the prompt, ``-`` and the negative, one line ``Steps:
20, Sampler: …, Guidance Scale: 7.5, …, First Stage Size: 512x768, LoRA 1 Model: …``; it is read
where the JSON is missing. Sources: the app's open source (its image exporter) and the corpus'
cases.
"""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from service.parse.base import Claim, Parser
from service.parse.infotext.field_names import read_size
from service.parse.infotext.layout import read_layout
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_table, plain_texts
from service.parse.shared.model_files import pass_entry
from service.parse.shared.numbers import number_of
from service.records import Blob, Blobs, Field, Generation, Resource, ResourceKind, Sampling, Stated

NAME = "drawthings"
TOOL = "draw things"
ROLES = ("usercomment", "comment")
TEXTS = ("description", "imagedescription", "usercomment")

FIELDS: FieldKeys = (
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

SECOND: FieldKeys = (("denoise", ("second_stage_strength", "Second Stage Strength")),)
REFINER: FieldKeys = (("model", ("refiner", "Refiner")),)

CONFIGURATION: FieldKeys = (
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

_TEXT_KEY = re.compile(r"(LoRA(?: \d+)?) Model|(Control(?: \d+)?)")
"""The text's ``LoRA Model: …`` and ``Control: …``, numbered where there are several."""


def is_signed(blobs: Blobs) -> bool:
    """Return whether XMP names Draw Things."""
    return any(TOOL in blob.text.lower() for blob in blobs.all("creatortool", "software"))


def claim(blobs: Blobs) -> Claim:
    """Claim what XMP names, or JSON with its two prompts and its ``sampler`` or ``scale``."""
    settings = _find_json(blobs)
    if is_signed(blobs):
        if settings or blobs.first(*TEXTS):
            return Claim.MARKER
        return Claim.NO
    if settings and not settings.data.keys().isdisjoint({"sampler", "scale", "v2"}):
        return Claim.SHAPE
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the JSON says, or the text where there is none."""
    settings = _find_json(blobs)
    text = next(plain_texts(blobs, *TEXTS), None)
    if settings is None and text is not None:
        settings = _settings_of_text(text)
    if settings is None:
        return Generation(NAME, {}, unsettled=("Draw Things left no text",))
    first = _size(settings, "first_stage_size", "First Stage Size")
    whole = _size(settings, "size", "Size")
    refiner = settings.fields(REFINER)
    passes: list[Sampling] = []
    if first and first != whole:
        passes.append(Sampling("hires", whole | settings.fields(SECOND)))
    if refiner:
        passes.append(Sampling("refiner", refiner))
    configuration = settings.part("v2", "config").fields(CONFIGURATION)
    fields = configuration | settings.fields(FIELDS) | (first or whole)
    resources = (
        *_models_of_fields(fields, refiner),
        *_listed_models(settings),
        *_models_of_text(settings),
    )
    facts = settings.facts(without=frozenset({"c", "uc"}))
    return Generation(NAME, fields, tuple(passes), resources, facts)


def _find_json(blobs: Blobs) -> JsonTable | None:
    wanted = {"c"} if is_signed(blobs) else {"c", "uc"}
    return find_table(blobs, *ROLES, accept=lambda table: wanted <= table.data.keys())


def _size(settings: JsonTable, *keys: str) -> dict[Field, Stated]:
    for key in keys:
        text = settings.text(key)
        if text:
            return dict(read_size(text, settings.place(key)))
    return {}


def _models_of_fields(
    fields: dict[Field, Stated], refiner: dict[Field, Stated]
) -> Iterator[Resource]:
    files: tuple[tuple[Stated | None, ResourceKind, str | None], ...] = (
        (fields.get("model"), "checkpoint", None),
        (fields.get("upscaler"), "upscaler", None),
        (refiner.get("model"), "checkpoint", "refiner"),
    )
    for stated, kind, role in files:
        if stated is not None:
            yield Resource(kind, str(stated.value), stated.source, extra=pass_entry(role))


def _listed_models(settings: JsonTable) -> Iterator[Resource]:
    """Yield the models in the JSON's lists and in those of the app's configuration."""
    for part in (settings, settings.part("v2", "config")):
        for key, kind in LISTS:
            for entry in part.each(key):
                label = entry.text("model", "file")
                if label:
                    yield _weighted_resource(kind, label, entry.data.get("weight"), entry.here)


def _models_of_text(settings: JsonTable) -> Iterator[Resource]:
    """Yield the text's ``LoRA Model: …, LoRA Weight: …`` and ``Control: …, Control Weight: …``."""
    for key, value in settings.data.items():
        match = _TEXT_KEY.fullmatch(key)
        if match and isinstance(value, str):
            kind: ResourceKind = "lora" if match[1] else "controlnet"
            weight = settings.data.get(f"{match[1] or match[2]} Weight")
            yield _weighted_resource(kind, value, weight, settings.place(key))


def _weighted_resource(kind: ResourceKind, label: str, value: JsonValue, source: str) -> Resource:
    weight = number_of(value)
    return Resource(kind, label, source, weight=weight, used=weight != 0)


def _settings_of_text(blob: Blob) -> JsonTable:
    """Return the text's settings with its prompts under the JSON's keys."""
    text = read_layout(blob.text)
    data: dict[str, JsonValue] = dict(text.settings.pairs)
    positive: list[str] = []
    lines = iter(text.positive.split("\n"))
    for line in lines:
        if line.startswith("-"):
            data["uc"] = "\n".join([line[1:], *lines]).strip()
            break
        positive.append(line)
    data["c"] = "\n".join(positive).strip()
    return JsonTable(data, blob.source)


PARSER = Parser(NAME, 2, claim, parse)
