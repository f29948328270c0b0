"""Draw Things (iOS, macOS): XMP ``exif:UserComment`` with JSON, XMP ``CreatorTool`` = ``Draw Things``.

``c`` prompt, ``uc`` negative, ``model sampler scale seed steps strength size seed_mode shift mask_blur``,
``guidance_embed`` for Flux, ``lora`` (``[{"model", "weight"}]``), ``control`` likewise, ``upscaler``, ``refiner``
and, with its hires fix, ``first_stage_size`` and ``first_stage_strength``. Later versions add ``v2``, the app's whole
configuration (``loras controls refinerModel clipSkip hiresFix`` …, defaults included; its ``sampler`` is a number).
XMP ``dc:description`` repeats it as text: prompt, ``-negative``, one line ``Steps: 20, Sampler: …, Guidance Scale:
7.5, …, Strength: 1.0, Seed Mode: …``, read where the JSON is gone. Sources: the corpus' cases and readers of this
format on GitHub (field names only).
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.infotext import layout
from service.parse.infotext.civitai import number_of
from service.parse.infotext.fields import base, size
from service.parse.json_facts import Table, Told
from service.records import Blob, Blobs, Fact, Field, Generation, Resource, ResourceKind, Sampling, Stated

NAME = "drawthings"
TOOL = "draw things"
ROLES = ("usercomment",)
TEXTS = ("description", "imagedescription", "usercomment")

FIELDS: Table = (
    ("positive_prompt", ("c",)),
    ("negative_prompt", ("uc",)),
    ("steps", ("steps",)),
    ("cfg_scale", ("scale",)),
    ("guidance", ("guidance_embed",)),
    ("sampler", ("sampler",)),
    ("seed", ("seed",)),
    ("denoise", ("strength",)),
    ("model", ("model",)),
    ("clip_skip", ("clip_skip",)),
    ("upscaler", ("upscaler",)),
)

LISTS: tuple[tuple[str, ResourceKind], ...] = (
    ("lora", "lora"),
    ("loras", "lora"),
    ("control", "controlnet"),
    ("controls", "controlnet"),
)


def signed(blobs: Blobs) -> bool:
    """Tell whether XMP names Draw Things."""
    return any(TOOL in blob.text.lower() for blob in blobs.all("creatortool", "software"))


def claim(blobs: Blobs) -> Claim:
    """Claim what XMP names, or JSON with its two prompts and its ``sampler`` or ``scale``."""
    told = _told(blobs)
    if signed(blobs):
        return Claim.MARKER if told or blobs.first(*TEXTS) else Claim.NO
    return Claim.SHAPE if told and not told.data.keys().isdisjoint({"sampler", "scale", "v2"}) else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the JSON says, or the text where there is none."""
    told = _told(blobs)
    if told is None:
        text = blobs.first(*TEXTS)
        return _of_text(text) if text else Generation(NAME, {}, unsettled=("Draw Things left no text",))
    fields = told.fields(FIELDS)
    first, whole = _size(told, "first_stage_size"), _size(told, "size")
    passes: tuple[Sampling, ...] = ()
    if first and first != whole:
        passes = (Sampling("hires", whole | told.fields((("denoise", ("first_stage_strength",)),))),)
    refiner = told.fields((("model", ("refiner",)),))
    if refiner:
        passes = (*passes, Sampling("refiner", refiner))
    return Generation(NAME, fields | (first or whole), passes, tuple(_resources(told, fields)), told.facts())


def _told(blobs: Blobs) -> Told | None:
    for blob in blobs.all(*ROLES):
        told = Told.of(blob)
        if told and "c" in told.data and "uc" in told.data:
            return told
    return None


def _size(told: Told, key: str) -> dict[Field, Stated]:
    return dict(size(told.text(key), told.place(key)))


def _resources(told: Told, fields: dict[Field, Stated]) -> Iterator[Resource]:
    if "model" in fields:
        yield Resource("checkpoint", str(fields["model"].value), fields["model"].source)
    if "upscaler" in fields:
        yield Resource("upscaler", str(fields["upscaler"].value), fields["upscaler"].source)
    refiner = told.stated("refiner")
    if refiner:
        yield Resource("checkpoint", str(refiner.value), refiner.source, extra={"pass": "refiner"})
    for part in (told, told.inside("v2", "config")):
        for key, kind in LISTS if part else ():
            for entry in part.each(key) if part else ():
                yield from _listed(entry, kind)


def _listed(entry: Told, kind: ResourceKind) -> Iterator[Resource]:
    label = entry.text("model", "file")
    weight = number_of(entry.data.get("weight"))
    if label:
        yield Resource(kind, label, f"{entry.source}#{entry.path}", weight=weight, used=weight != 0)


def _of_text(blob: Blob) -> Generation:
    """Return what ``dc:description`` says; its negative is the lines that begin with ``-``."""
    text = layout.read(blob.text)
    fields = base(text.settings, blob.source)
    lines = text.positive.split("\n")
    cut = next((number for number, line in enumerate(lines) if line.startswith("-")), len(lines))
    fields["positive_prompt"] = Stated("\n".join(lines[:cut]).strip(), blob.source)
    if cut < len(lines):
        fields["negative_prompt"] = Stated("\n".join(lines[cut:])[1:].strip(), blob.source)
    facts = tuple(Fact(key, value, blob.source) for key, value in text.settings.pairs)
    model = fields.get("model")
    resources = (Resource("checkpoint", str(model.value), model.source),) if model else ()
    return Generation(NAME, fields, resources=resources, facts=facts, unsettled=() if facts else ("no settings line",))


PARSER = Parser(NAME, 1, claim, parse)
