"""Tensor.Art's on-site generator: JSON in PNG text ``generation_data``, beside the ComfyUI graph.

``generation_data`` is UTF-8 in ``tEXt``, sometimes ended by NUL: ``prompt negativePrompt width
height steps cfgScale seed clipSkip ksamplerName schedule sdVae``, ``baseModel`` (``modelFileName``,
``label``, ``hash`` SHA-256) and ``models``, the same objects with ``weight`` and ``type`` ``LORA``.
Seed ``-1`` is what was asked for, the graph holds the one that was used. The graph names files by
the site's storage (``EMS-700-EMS.safetensors``), so the names here come first and the graph, which
the pipeline reads as a rival, fills the rest. ``guidance`` is in every file, for models without it
too, and so is only a fact. Sources: the corpus (tensorart.png and the cases).
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.shared.hashes import hash_of
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_table
from service.parse.shared.model_files import names_nothing
from service.parse.shared.numbers import number_of
from service.records import Blobs, Generation, Resource, ResourceKind, Sampling
from service.records.json_values import JsonValue
from service.records.kinds import kind_in_list

NAME = "tensorart"
ROLE = "generation_data"

FIELDS: FieldKeys = (
    ("positive_prompt", ("prompt",)),
    ("negative_prompt", ("negativePrompt",)),
    ("steps", ("steps",)),
    ("cfg_scale", ("cfgScale",)),
    ("sampler", ("ksamplerName", "samplerName", "sampler")),
    ("scheduler", ("schedule", "scheduler")),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
    ("clip_skip", ("clipSkip",)),
    ("vae", ("sdVae",)),
)

HIRES: FieldKeys = (
    ("steps", ("hrSecondPassSteps",)),
    ("denoise", ("denoisingStrength",)),
    ("width", ("hrResizeX",)),
    ("height", ("hrResizeY",)),
    ("upscaler", ("hrUpscaler",)),
)
"""Of the second pass, where ``enableHr`` is true."""

LISTS: tuple[tuple[str, ResourceKind], ...] = (
    ("baseModel", "checkpoint"),
    ("models", "lora"),
    ("embeddingModels", "embedding"),
)
"""Where models are listed, and what they are unless ``type`` says."""

MODEL_NAMES = ("modelFileName", "modelName", "name", "label")


def claim(blobs: Blobs) -> Claim:
    """Claim what has Tensor.Art's own text, even where it cannot be read."""
    if ROLE in blobs.texts:
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what ``generation_data`` says."""
    settings = find_table(blobs, ROLE)
    if settings is None:
        return Generation(NAME, {}, unsettled=("generation_data is not JSON",))
    fields = settings.fields(FIELDS)
    if "vae" in fields and names_nothing(str(fields["vae"].value)):
        del fields["vae"]
    if "seed" in fields and str(fields["seed"].value) == "-1":
        del fields["seed"]
    base = settings.inside("baseModel")
    if base is not None:
        fields |= base.fields((("model", MODEL_NAMES), ("model_hash", ("hash",))))
    passes: tuple[Sampling, ...] = ()
    if settings.data.get("enableHr") is True:
        hires = settings.fields(HIRES)
        fields |= {field: hires[field] for field in ("upscaler",) if field in hires}
        passes = (Sampling("hires", hires),)
    resources = tuple(_resources(settings))
    return Generation(NAME, fields, passes, resources, settings.facts())


def _resources(settings: JsonTable) -> Iterator[Resource]:
    for key, implied in LISTS:
        for entry in settings.each(key):
            label = entry.text(*MODEL_NAMES) or entry.text("modelFileId", "modelId")
            if label is not None:
                yield _resource(entry, label, implied)


def _resource(entry: JsonTable, label: str, implied: ResourceKind) -> Resource:
    kind = kind_in_list(entry.text("type") or "") or implied
    weight = number_of(entry.data.get("weight"))
    hash_, hash_kind = hash_of(entry.text("hash"))
    extra: dict[str, JsonValue] = {}
    for key in ("label", "modelId", "modelFileId", "baseModel"):
        text = entry.text(key)
        if text:
            extra[key] = text
    return Resource(
        kind,
        label,
        entry.here,
        weight=weight,
        hash=hash_,
        hash_kind=hash_kind,
        used=weight != 0,
        extra=extra,
    )


PARSER = Parser(NAME, 3, claim, parse, roles=frozenset({ROLE}))
