"""DiffusionBee: a JSON object in EXIF or PNG texts, with keys such as ``img_w`` and ``dif_steps``.

DiffusionBee keeps it as an entry of ``data.json`` beside its pictures and shows it as ``params``;
gallery programs copy the entry into an image's texts. Numbers are texts in version 1, which spells
``guidence_scale`` so. Version 2 renamed the keys: ``guidance_scale``, ``num_steps``/``steps``,
``negative_prompt``, ``img_width``, ``inp_img_strength``, ``model_id``, ``selected_sd_model``,
``controlnet_model``.
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_table
from service.parse.shared.model_files import checkpoint_of_fields, model_file, model_name
from service.records import Blobs, Generation, Resource

NAME = "diffusionbee"
ROLES = ("comment", "usercomment", "parameters", "description", "imagedescription", "text")

BASE: FieldKeys = (
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
    if _find_params(blobs) is None:
        return Claim.NO
    for blob in blobs.all("software", "creatortool"):
        if NAME in blob.text.lower().replace(" ", ""):
            return Claim.MARKER
    return Claim.SHAPE


def parse(blobs: Blobs) -> Generation:
    """Return what the object says."""
    params = _find_params(blobs)
    if params is None:
        return Generation(NAME, {}, unsettled=("no text is DiffusionBee's",))
    fields = params.fields(BASE)
    resources = (*checkpoint_of_fields(fields), *_controlnet(params))
    return Generation(NAME, fields, (), resources, params.facts())


def _find_params(blobs: Blobs) -> JsonTable | None:
    return find_table(blobs, *ROLES, accept=_is_ours)


def _is_ours(table: JsonTable) -> bool:
    keys = table.data.keys()
    own = len(OWN & keys)
    return own >= _ENOUGH or (own > 0 and keys >= BESIDE)


def _controlnet(params: JsonTable) -> Iterator[Resource]:
    name = model_name(params.data.get("controlnet_model"))
    if name:
        weight = params.data.get("control_weight")
        yield model_file("controlnet", name, params.place("controlnet_model"), weight=weight)


PARSER = Parser(NAME, 2, claim, parse, roles=frozenset(ROLES), needs_object=True)
