"""SwarmUI (StableSwarmUI before 0.9): one JSON object with ``sui_image_params``.

It stands in PNG ``parameters`` and in EXIF UserComment of JPEG and WebP; StableSwarmUI wrote it into EXIF Model
(0x0110). The same object lies beside images as ``.swarm.json`` and in the grid generator's ``.metadata.js``.

* ``sui_image_params``: the parameters that the user switched on, by their cleaned names: ``prompt``,
  ``negativeprompt``, ``model``, ``cfgscale``, ``sampler``, ``scheduler``, ``vae``, ``loras`` with ``loraweights``
  (lists; comma-separated texts before 0.9.1), ``refiner…``. A refiner's steps, model or upscaling may be stated though
  it did not run (corpus: setmacro-cat.jpg); it runs only with ``refinercontrolpercentage`` (WorkflowGenerator).
* ``sui_extra_data``: date, times, ``original_prompt`` before wildcards, ``used_embeddings``, ``presets_used``. Versions
  up to 0.9.2 kept the date among the parameters.
* ``sui_models``: since 0.9.5, each file with the parameter that named it and ``0x`` + the SHA-256 of its tensors, that
  is, of the file without its header: what CivitAI's AutoV3 is the beginning of (SwarmUI's T2IModel).

An image made by ComfyUI's backend may hold the graph, too; the parameters say more, so the graph is not read.
"""

from dataclasses import replace

from service.parse import swarm_sections
from service.parse.base import Claim, Parser
from service.parse.infotext.fields import names_nothing, size
from service.parse.json_facts import Table, Told
from service.parse.swarm_models import refines, resources
from service.records import Blob, Blobs, Fact, Field, Generation, Sampling, Stated

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
    whole = Told.of(blob) if blob else None
    params = whole.inside(KEY) if whole else None
    if whole is None or params is None:
        return Generation(NAME, {}, unsettled=(f"no text holds {KEY}",))
    fields = {field: stated for field, stated in params.fields(BASE).items() if not _is_nothing(field, stated)}
    fields |= size(params.text("rawresolution"), params.place("rawresolution"))  # goes before width and height
    method = params.stated("refinerupscalemethod")
    if method and refines(params) and _factor(params) != 1:
        fields["upscaler"] = method
    model_hash = _model_hash(whole)
    if "model" in fields and model_hash:
        fields["model_hash"] = model_hash
    prompt = fields.get("positive_prompt")
    passes = (*_passes(params), *swarm_sections.passes(prompt))
    files = (*resources(whole, params), *swarm_sections.detectors(prompt))
    return Generation(NAME, fields, passes, files, _facts(whole))


def _blob(blobs: Blobs) -> Blob | None:
    found = (blob for blob in blobs.all() if isinstance(blob.data, dict) and isinstance(blob.data.get(KEY), dict))
    return next(found, None)


def _is_nothing(field: Field, stated: Stated) -> bool:
    return field in _NAMES and names_nothing(str(stated.value))


def _factor(params: Told) -> object:
    """Return how much the refiner enlarges: 1 where it does not."""
    stated = params.stated("refinerupscale")
    return stated.value if stated else 1


def _passes(params: Told) -> tuple[Sampling, ...]:
    share = params.stated("refinercontrolpercentage")
    enlarged = _factor(params) != 1
    if share is None:
        return ()
    if share.value == 0:  # the group is on, but no step of it is run
        return (Sampling("upscale", {}),) if enlarged else ()
    fields = {field: stated for field, stated in params.fields(REFINER).items() if not _inherits(field, stated)}
    return (Sampling("hires" if enlarged else "refiner", fields),)


def _inherits(field: Field, stated: Stated) -> bool:
    return field == "model" and (names_nothing(str(stated.value)) or str(stated.value) == "(Use Base)")


def _model_hash(whole: Told) -> Stated | None:
    return next((one.stated("hash") for one in whole.each("sui_models") if one.data.get("param") == "model"), None)


def _facts(whole: Told) -> tuple[Fact, ...]:
    """Return the parameters under their own names, and the rest under its path."""
    return tuple(replace(fact, key=fact.key.removeprefix(f"{KEY}.")) for fact in whole.facts())


PARSER = Parser(NAME, 2, claim, parse)
