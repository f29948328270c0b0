"""SwarmUI (StableSwarmUI before 0.9): one JSON object with ``sui_image_params``, in PNG or EXIF.

It is in PNG ``parameters`` and in EXIF UserComment of JPEG and WebP; StableSwarmUI wrote it into
EXIF Model (0x0110). The same object is beside images as ``.swarm.json`` and in the grid generator's
``.metadata.js``.

* ``sui_image_params``: the parameters that the user switched on, by their cleaned names:
  ``prompt``, ``negativeprompt``, ``model``, ``cfgscale``, ``sampler``, ``scheduler``, ``vae``,
  ``loras`` with ``loraweights`` (lists; comma-separated texts before 0.9.1), ``refiner…``. A
  refiner's steps, model or upscaling may be stated though it did not run (corpus:
  setmacro-cat.jpg); it runs only with ``refinercontrolpercentage`` (WorkflowGenerator).
* ``sui_extra_data``: date, times, ``original_prompt`` before wildcards, ``used_embeddings``,
  ``presets_used``. Versions up to 0.9.2 kept the date among the parameters.
* ``sui_models``: since 0.9.5, each file with the parameter that named it and ``0x`` + the SHA-256
  of its tensors, that is, of the file without its header: what CivitAI's AutoV3 is the beginning of
  (SwarmUI's T2IModel).

Sections of a prompt sample again: ``<segment:face,0.6,0.5> a smiling woman``. A section runs from
its tag to the next one's. ``<segment:WHAT,CREATIVITY,THRESHOLD>`` finds WHAT, a text for CLIPSeg or
``yolo-`` with a model's file, and paints it anew with the section's text; ``<object:…>`` does so in
a box (SwarmUI's docs, Prompt Syntax).

An image made by ComfyUI's backend may hold the graph, too; the parameters say more, so the graph is
not read. ``model_params`` reads the model files.
"""

from collections.abc import Iterator

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.generators.swarmui.model_params import USE_BASE, read_resources, refines
from service.parse.infotext.field_names import read_size
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_tables
from service.parse.shared.model_files import model_file, names_nothing
from service.records import Blobs, Fact, Field, Generation, Resource, Sampling, Stated

NAME = "swarmui"
KEY = "sui_image_params"

BASE: FieldKeys = (
    ("positive_prompt", ("prompt",)),
    ("negative_prompt", ("negativeprompt",)),
    ("steps", ("steps",)),
    ("cfg_scale", ("cfgscale",)),
    ("guidance", ("fluxguidancescale",)),
    ("sampler", ("sampler", "comfyuisampler", "comfy_sampler", "autowebuisampler")),
    ("scheduler", ("scheduler", "comfyuischeduler", "comfy_scheduler")),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
    ("model", ("model",)),
    ("vae", ("vae",)),
    ("clip_skip", ("clipstopatlayer",)),
    ("denoise", ("initimagecreativity",)),
)

REFINER: FieldKeys = (
    ("steps", ("refinersteps",)),
    ("cfg_scale", ("refinercfgscale",)),
    ("sampler", ("refinersampler",)),
    ("scheduler", ("refinerscheduler",)),
    ("model", ("refinermodel",)),
)

_TAG = light_pattern(
    r"<(base|refiner|segment|object|region|extend|video|videoswap|edit)(?::([^<>]{0,300}))?>"
)
_NUMBER = light_pattern(r"\d+(?:\.\d+)?")
_YOLO = light_pattern(r"yolo-(.+?)(?:-\d+)?")


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text is SwarmUI's object: nobody else has its key."""
    if _find_object(blobs):
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the parameters say."""
    whole = _find_object(blobs)
    params = whole.inside(KEY) if whole else None
    if whole is None or params is None:
        return Generation(NAME, {}, unsettled=(f"no text holds {KEY}",))
    fields = _fields(whole, params)
    prompt = fields.get("positive_prompt")
    return Generation(
        NAME,
        fields,
        (*_refiner_passes(params), *_section_passes(prompt)),
        (*read_resources(whole, params), *_section_detectors(prompt)),
        _facts(whole),
    )


def _find_object(blobs: Blobs) -> JsonTable | None:
    for table in find_tables(blobs):
        if table.inside(KEY):
            return table
    return None


def _fields(whole: JsonTable, params: JsonTable) -> dict[Field, Stated]:
    fields = params.fields(BASE)
    for field in ("model", "vae"):
        if field in fields and names_nothing(str(fields[field].value)):
            del fields[field]
    # goes before width and height
    fields |= read_size(params.text("rawresolution"), params.place("rawresolution"))
    method = params.stated("refinerupscalemethod")
    if method and refines(params) and _enlarges(params):
        fields["upscaler"] = method
    hash_ = _model_hash(whole)
    if hash_ and "model" in fields:
        fields["model_hash"] = hash_
    return fields


def _enlarges(params: JsonTable) -> bool:
    """Return whether the refiner, where it runs, enlarges the image."""
    factor = params.stated("refinerupscale")
    return factor is not None and factor.value != 1


def _model_hash(whole: JsonTable) -> Stated | None:
    for file in whole.each("sui_models"):
        if file.data.get("param") == "model":
            return file.stated("hash")
    return None


def _refiner_passes(params: JsonTable) -> tuple[Sampling, ...]:
    share = params.stated("refinercontrolpercentage")
    if share is None:
        return ()
    if share.value == 0:  # the group is on, but no step of it is run
        if _enlarges(params):
            return (Sampling("upscale", {}),)
        return ()
    fields = params.fields(REFINER)
    model = fields.pop("model", None)
    if model and str(model.value) != USE_BASE and not names_nothing(str(model.value)):
        fields["model"] = model
    return (Sampling("hires" if _enlarges(params) else "refiner", fields),)


def _section_passes(prompt: Stated | None) -> Iterator[Sampling]:
    """Yield a detailer pass for each segment, in order."""
    for words, text, source in _segments(prompt):
        fields: dict[Field, Stated] = {}
        if text:
            fields["positive_prompt"] = Stated(text, source)
        if len(words) > 1 and _NUMBER.fullmatch(words[1]):
            fields["denoise"] = Stated(words[1], source)
        yield Sampling("detailer", fields)


def _section_detectors(prompt: Stated | None) -> Iterator[Resource]:
    """Yield the models that found the segments."""
    for words, _, source in _segments(prompt):
        match = _YOLO.fullmatch(words[0])
        if match is not None:
            yield model_file("detector", match[1], source)


def _segments(prompt: Stated | None) -> Iterator[tuple[list[str], str, str]]:
    """Yield each segment's words within the tag, its text, and the prompt's place."""
    if prompt is None or not isinstance(prompt.value, str) or "<segment:" not in prompt.value:
        return
    tags = list(_TAG.finditer(prompt.value))
    ends = [*(tag.start() for tag in tags), len(prompt.value)][1:]
    for tag, end in zip(tags, ends, strict=True):
        if tag[1] == "segment" and tag[2]:
            words = [word.strip() for word in tag[2].split(",")]
            yield words, prompt.value[tag.end() : end].strip(), prompt.source


def _facts(whole: JsonTable) -> tuple[Fact, ...]:
    """Return the parameters under their own names, and the rest under its path."""
    prefix = f"{KEY}."
    return tuple(
        Fact(fact.key.removeprefix(prefix), fact.value, fact.source) for fact in whole.facts()
    )


PARSER = Parser(NAME, 2, claim, parse, needs_object=True)
