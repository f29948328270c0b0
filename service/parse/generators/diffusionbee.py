"""DiffusionBee.

A JSON object with keys of its own (``img_w``, ``dif_steps``, ``guidence_scale``, so spelled).

DiffusionBee keeps it as an entry of ``data.json`` beside its pictures and shows it as ``params``;
gallery programs copy the entry into an image's texts. Numbers are texts in version 1. Version 2
renamed the keys: ``guidance_scale``, ``num_steps``/``steps``, ``negative_prompt``, ``img_width``,
``inp_img_strength``, ``model_id``, ``selected_sd_model``, ``controlnet_model``.
"""

from collections.abc import Collection, Iterator

from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import JsonTable, Table
from service.parse.shared.model_files import model_file, model_name
from service.records import Blobs, Field, Generation, Resource, Stated

NAME = "diffusionbee"
ROLES = ("comment", "usercomment", "parameters", "description", "imagedescription", "text")

BASE: Table = (
    ("positive_prompt", ("prompt",)),
    ("negative_prompt", ("negative_prompt",)),
    ("steps", ("dif_steps", "ddim_steps", "num_steps", "steps")),
    ("cfg_scale", ("guidence_scale", "guidance_scale")),
    ("sampler", ("sampler", "scheduler")),
    ("seed", ("seed",)),
    ("width", ("img_w", "img_width")),
    ("height", ("img_h", "img_height")),
    ("model", ("selected_sd_model", "model_version", "model_id")),
)

OWN = frozenset({"img_w", "img_h", "dif_steps", "guidence_scale", "img_width", "img_height"})
BESIDE = frozenset({"prompt", "seed", "guidance_scale"})
"""One key of its own is enough beside these."""
_ENOUGH = 2


def claim(blobs: Blobs) -> Claim:
    """Return MARKER where a program names itself so beside the object, SHAPE for the keys alone."""
    if _read_told(blobs) is None:
        return Claim.NO
    named = any(
        NAME in blob.text.lower().replace(" ", "") for blob in blobs.all("software", "creatortool")
    )
    return Claim.MARKER if named else Claim.SHAPE


def parse(blobs: Blobs) -> Generation:
    """Return what the object says."""
    told = _read_told(blobs)
    if told is None:
        return Generation(NAME, {}, unsettled=("no text is DiffusionBee's",))
    fields = told.fields(BASE)
    return Generation(NAME, fields, (), (*_checkpoint(fields), *_controlnet(told)), told.facts())


def _read_told(blobs: Blobs) -> JsonTable | None:
    found = (told for blob in blobs.all(*ROLES) if (told := JsonTable.of(blob)))
    return next((told for told in found if _is_ours(told.data.keys())), None)


def _is_ours(keys: Collection[str]) -> bool:
    own = len(OWN.intersection(keys))
    return own >= _ENOUGH or (own > 0 and BESIDE.issubset(keys))


def _checkpoint(fields: dict[Field, Stated]) -> Iterator[Resource]:
    if "model" in fields:
        yield model_file("checkpoint", str(fields["model"].value), fields["model"].source)


def _controlnet(told: JsonTable) -> Iterator[Resource]:
    name = model_name(told.data.get("controlnet_model"))
    if name:
        yield model_file(
            "controlnet",
            name,
            told.place("controlnet_model"),
            weight=told.data.get("control_weight"),
        )


PARSER = Parser(NAME, 2, claim, parse)
