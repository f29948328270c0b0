"""Tensor.Art's on-site generator: PNG text ``generation_data`` beside the ComfyUI graph ``prompt``.

``generation_data`` is JSON (UTF-8 in ``tEXt``, sometimes ended by NUL): ``prompt negativePrompt
width height steps cfgScale seed clipSkip ksamplerName schedule sdVae``, ``baseModel``
(``modelFileName``, ``label``, ``hash`` SHA-256) and ``models``, the same objects with ``weight``
and ``type`` ``LORA``. Seed ``-1`` is what was asked for, the graph holds the one that was used. The
graph names files by the site's storage (``EMS-700-EMS.safetensors``), so the names here come first
and the graph, which the pipeline reads as a rival, fills the rest. ``guidance`` stands in every
file, for models without it too, and so stays a fact. Sources: the corpus (tensorart.png and the
cases).
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.infotext.field_names import names_nothing
from service.parse.shared.civitai_resources import hash_of, number_of
from service.parse.shared.json_facts import JsonTable, Table
from service.records import Blobs, Generation, Resource, ResourceKind, Stated
from service.records.kinds import kind_in_list

ROLE = "generation_data"

FIELDS: Table = (
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

LISTS: tuple[tuple[str, ResourceKind], ...] = (
    ("baseModel", "checkpoint"),
    ("models", "lora"),
    ("embeddingModels", "embedding"),
)
"""Where models stand, and what they are unless ``type`` says."""

NAMES = ("modelFileName", "modelName", "name", "label")


def claim(blobs: Blobs) -> Claim:
    """Claim what has Tensor.Art's own text, read or not."""
    return Claim.MARKER if ROLE in blobs.texts else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what ``generation_data`` says."""
    told = next((told for blob in blobs.all(ROLE) if (told := JsonTable.of(blob))), None)
    if told is None:
        return Generation("tensorart", {}, unsettled=("generation_data is not JSON",))
    fields = told.fields(FIELDS)
    if "vae" in fields and names_nothing(str(fields["vae"].value)):
        del fields["vae"]
    if str(fields.get("seed", Stated("", "")).value) == "-1":
        del fields["seed"]
    base = told.inside("baseModel")
    if base is not None:
        fields |= base.fields((("model", NAMES), ("model_hash", ("hash",))))
    return Generation("tensorart", fields, resources=tuple(_resources(told)), facts=told.facts())


def _resources(told: JsonTable) -> Iterator[Resource]:
    for key, implied in LISTS:
        for entry in told.each(key):
            resource = _resource(entry, implied)
            if resource is not None:
                yield resource


def _resource(entry: JsonTable, implied: ResourceKind) -> Resource | None:
    label = entry.text(*NAMES) or entry.text("modelFileId", "modelId")
    if label is None:
        return None
    kind = kind_in_list(entry.text("type") or "") or implied
    weight = number_of(entry.data.get("weight"))
    hash_, hash_kind = hash_of(entry.text("hash"))
    extra = {
        key: value
        for key in ("label", "modelId", "modelFileId", "baseModel")
        if (value := entry.text(key))
    }
    return Resource(
        kind,
        label,
        f"{entry.source}#{entry.path}",
        weight=weight,
        hash=hash_,
        hash_kind=hash_kind,
        used=weight != 0,
        extra=extra,
    )


PARSER = Parser("tensorart", 2, claim, parse)
