"""Sections of a SwarmUI prompt that sample again: ``<segment:face,0.6,0.5> a smiling woman``.

A section runs from its tag to the next one's. ``<segment:WHAT,CREATIVITY,THRESHOLD>`` finds WHAT, a
text for CLIPSeg or ``yolo-`` with a model's file, and paints it anew with the section's text;
``<object:…>`` does so in a box (SwarmUI's docs, Prompt Syntax). What the tag leaves out is not
stated.

SwarmUI (StableSwarmUI before 0.9): one JSON object with ``sui_image_params``.

It stands in PNG ``parameters`` and in EXIF UserComment of JPEG and WebP; StableSwarmUI wrote it
into EXIF Model (0x0110). The same object lies beside images as ``.swarm.json`` and in the grid
generator's ``.metadata.js``.

* ``sui_image_params``: the parameters that the user switched on, by their cleaned names: ``prompt``,
  ``negativeprompt``, ``model``, ``cfgscale``, ``sampler``, ``scheduler``, ``vae``, ``loras`` with ``loraweights``
  (lists; comma-separated texts before 0.9.1), ``refiner…``. A refiner's steps, model or upscaling may be stated though
  it did not run (corpus: setmacro-cat.jpg); it runs only with ``refinercontrolpercentage`` (WorkflowGenerator).
* ``sui_extra_data``: date, times, ``original_prompt`` before wildcards, ``used_embeddings``, ``presets_used``. Versions
  up to 0.9.2 kept the date among the parameters.
* ``sui_models``: since 0.9.5, each file with the parameter that named it and ``0x`` + the SHA-256 of its tensors, that
  is, of the file without its header: what CivitAI's AutoV3 is the beginning of (SwarmUI's T2IModel).

An image made by ComfyUI's backend may hold the graph, too; the parameters say more, so the graph is
not read.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from service.parse.base import Claim, Parser
from service.parse.generators.swarmui.model_params import read_resources, refines
from service.parse.infotext.field_names import names_nothing, read_size
from service.parse.shared.json_facts import JsonTable, Table
from service.parse.shared.model_files import model_file
from service.records import Blob, Blobs, Fact, Field, Generation, Resource, Sampling, Stated

_TAG = re.compile(
    r"<(base|refiner|segment|object|region|extend|video|videoswap|edit)(?::([^<>]{0,300}))?>"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_YOLO = re.compile(r"yolo-(.+?)(?:-\d+)?")


def section_passes(prompt: Stated | None) -> tuple[Sampling, ...]:
    """Return a detailer pass for each segment, in order."""
    return tuple(
        Sampling("detailer", _section_fields(what, text, source))
        for what, text, source in _segments(prompt)
    )


def section_detectors(prompt: Stated | None) -> Iterator[Resource]:
    """Yield the models that found the segments."""
    for what, _, source in _segments(prompt):
        match = _YOLO.fullmatch(what[0])
        if match is not None:
            yield model_file("detector", match[1], source)


def _section_fields(what: list[str], text: str, source: str) -> dict[Field, Stated]:
    fields: dict[Field, Stated] = {"positive_prompt": Stated(text, source)} if text else {}
    if len(what) > 1 and _NUMBER.fullmatch(what[1]):
        fields["denoise"] = Stated(what[1], source)
    return fields


def _segments(prompt: Stated | None) -> Iterator[tuple[list[str], str, str]]:
    """Yield each segment's words within the tag, its text, and where it stands."""
    if prompt is None or not isinstance(prompt.value, str) or "<segment:" not in prompt.value:
        return
    tags = list(_TAG.finditer(prompt.value))
    ends = [*(tag.start() for tag in tags), len(prompt.value)][1:]
    for tag, end in zip(tags, ends, strict=True):
        if tag[1] == "segment" and tag[2]:
            what = [word.strip() for word in tag[2].split(",")]
            yield what, prompt.value[tag.end() : end].strip(), prompt.source


NAME = "swarmui"
KEY = "sui_image_params"

BASE: Table = (
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

REFINER: Table = (
    ("steps", ("refinersteps",)),
    ("cfg_scale", ("refinercfgscale",)),
    ("sampler", ("refinersampler",)),
    ("scheduler", ("refinerscheduler",)),
    ("model", ("refinermodel",)),
)

_NAMES: tuple[Field, ...] = ("model", "vae")


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a text is SwarmUI's object: nobody else has its key."""
    return Claim.MARKER if _blob(blobs) else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the parameters say."""
    blob = _blob(blobs)
    whole = JsonTable.of(blob) if blob else None
    params = whole.inside(KEY) if whole else None
    if whole is None or params is None:
        return Generation(NAME, {}, unsettled=(f"no text holds {KEY}",))
    fields = {
        field: stated
        for field, stated in params.fields(BASE).items()
        if not _is_nothing(field, stated)
    }
    fields |= read_size(
        params.text("rawresolution"), params.place("rawresolution")
    )  # goes before width and height
    method = params.stated("refinerupscalemethod")
    if method and refines(params) and _factor(params) != 1:
        fields["upscaler"] = method
    model_hash = _model_hash(whole)
    if "model" in fields and model_hash:
        fields["model_hash"] = model_hash
    prompt = fields.get("positive_prompt")
    passes = (*_passes(params), *section_passes(prompt))
    files = (*read_resources(whole, params), *section_detectors(prompt))
    return Generation(NAME, fields, passes, files, _facts(whole))


def _blob(blobs: Blobs) -> Blob | None:
    found = (
        blob
        for blob in blobs.all()
        if isinstance(blob.data, dict) and isinstance(blob.data.get(KEY), dict)
    )
    return next(found, None)


def _is_nothing(field: Field, stated: Stated) -> bool:
    return field in _NAMES and names_nothing(str(stated.value))


def _factor(params: JsonTable) -> object:
    """Return how much the refiner enlarges: 1 where it does not."""
    stated = params.stated("refinerupscale")
    return stated.value if stated else 1


def _passes(params: JsonTable) -> tuple[Sampling, ...]:
    share = params.stated("refinercontrolpercentage")
    enlarged = _factor(params) != 1
    if share is None:
        return ()
    if share.value == 0:  # the group is on, but no step of it is run
        return (Sampling("upscale", {}),) if enlarged else ()
    fields = {
        field: stated
        for field, stated in params.fields(REFINER).items()
        if not _inherits(field, stated)
    }
    return (Sampling("hires" if enlarged else "refiner", fields),)


def _inherits(field: Field, stated: Stated) -> bool:
    return field == "model" and (
        names_nothing(str(stated.value)) or str(stated.value) == "(Use Base)"
    )


def _model_hash(whole: JsonTable) -> Stated | None:
    return next(
        (
            one.stated("hash")
            for one in whole.each("sui_models")
            if one.data.get("param") == "model"
        ),
        None,
    )


def _facts(whole: JsonTable) -> tuple[Fact, ...]:
    """Return the parameters under their own names, and the rest under its path."""
    return tuple(replace(fact, key=fact.key.removeprefix(f"{KEY}.")) for fact in whole.facts())


PARSER = Parser(NAME, 2, claim, parse)
