"""Draw Things (iOS, macOS): JSON in XMP ``exif:UserComment`` or PNG ``Comment``.

XMP ``CreatorTool`` names the tool. ``c`` is the prompt, ``uc`` the negative, beside ``model sampler
scale seed steps strength size seed_mode``; where they are set ``upscaler clip_skip shift
mask_blur``, ``refiner``, ``lora`` (``[{"model", "weight"}]``), ``control`` (``[{"file",
"weight"}]``) and, with its hires fix, ``first_stage_size`` and ``second_stage_strength``. Later
versions add ``v2``, the app's configuration with all defaults, in which ``sampler`` is a number.
XMP ``dc:description`` says the same as text: the prompt, ``-`` and the negative, one line ``Steps:
20, Sampler: …, Guidance Scale: 7.5, …, First Stage Size: 512x768, LoRA 1 Model: …``; it is read
where the JSON is missing. JPEGs hold the JSON in ASCII, with ``?`` for all else, so there the text
has the true prompts. ``profile`` is how long each step took. Sources: the app's open source (its
image exporter) and the corpus' cases.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.infotext.field_names import read_size
from service.parse.infotext.layout import read_layout
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_table, plain_texts
from service.parse.shared.model_files import model_file, pass_entry
from service.parse.shared.numbers import shortest_float
from service.records import Blob, Blobs, Field, Generation, Resource, ResourceKind, Sampling, Stated
from service.records.json_values import JsonValue

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

PROMPTS: FieldKeys = (("positive_prompt", ("c",)), ("negative_prompt", ("uc",)))

NO_FACTS = frozenset({"c", "uc", "profile"})

FLOATS: tuple[Field, ...] = ("cfg_scale", "guidance", "denoise")
"""Written from floats of 32 bits: 3.6 is 3.5999999046325684, and ``v2`` says 3.6."""

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

_QUESTIONS = light_pattern(r"\?+")
_BEYOND_ASCII = light_pattern(r"[^\x00-\x7f]")
_TEXT_KEY = light_pattern(r"(LoRA(?: \d+)?) Model|(Control(?: \d+)?)")
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
    told = _settings_of_text(text) if text is not None else None
    if settings is None:
        settings, told = told, None
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
    fields |= _without_noise(fields)
    if told is not None:
        fields = {**told.fields(FIELDS), **fields, **_true_prompts(fields, told.fields(PROMPTS))}
    resources = (
        *_models_of_fields(fields, refiner),
        *_listed_models(settings),
        *_models_of_text(settings),
    )
    facts = settings.facts(without=NO_FACTS)
    return Generation(NAME, fields, tuple(passes), resources, facts)


def _true_prompts(
    written: Mapping[Field, Stated], told: Mapping[Field, Stated]
) -> dict[Field, Stated]:
    """Return the text's prompts where the JSON's are the same with ``?`` for what is not ASCII."""
    found: dict[Field, Stated] = {}
    for field, stated in told.items():
        lossy = str(written[field].value) if field in written else ""
        true = str(stated.value)
        if not true.isascii() and _as_ascii(true) == _as_ascii(lossy):
            found[field] = stated
    return found


def _as_ascii(text: str) -> str:
    """Return a text with one ``?`` for each run of what is lost in ASCII."""
    return _QUESTIONS.sub("?", _BEYOND_ASCII.sub("?", text))


def _without_noise(fields: Mapping[Field, Stated]) -> dict[Field, Stated]:
    found: dict[Field, Stated] = {}
    for field in FLOATS:
        value = fields[field].value if field in fields else None
        if isinstance(value, float):
            found[field] = replace(fields[field], value=shortest_float(value))
    return found


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
    return model_file(kind, label, source, weight=value)


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


PARSER = Parser(
    NAME,
    3,
    claim,
    parse,
    covers=frozenset({"novelai"}),
    roles=frozenset({*ROLES, *TEXTS}),
)
