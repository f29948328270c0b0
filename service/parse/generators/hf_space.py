"""Hugging Face Spaces of the diffusers kind: JSON in PNG ``parameters``.

Animagine XL's Space and its many copies write ``prompt negative_prompt resolution ("1024 x 1024")
guidance_scale num_inference_steps seed sampler``, ``sdxl_style add_quality_tags quality_tags``,
``use_upscaler`` (null or ``upscale_method upscaler_strength upscale_steps upscale_by
new_resolution``: a second pass by image to image), and the model as ``Model`` and ``Model hash``
or, in version 3.1, as an object ``Model`` that holds both. Nothing names the Space: diffusers' word
``num_inference_steps``, ``use_upscaler`` or a ``resolution`` so written, beside a prompt, shows the
family. Sources: the corpus (huggingface-space.png, hfspace-full.png).
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.infotext.field_names import read_size
from service.parse.shared.hashes import hash_of
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_table
from service.records import Blobs, Field, Generation, Resource, Sampling, Stated

NAME = "hf-space"
ROLES = ("parameters", "usercomment", "metadata", "comment", "description", "imagedescription")

SIGNS = frozenset({"num_inference_steps", "use_upscaler"})
OTHERS = frozenset(
    {
        "use_stable_diffusion_model",
        "sampler_name",
        "sui_image_params",
        "app_version",
        "class_type",
        "base_model",
    },
)
"""Easy Diffusion and others use diffusers' words too, with keys of their own."""

FIELDS: FieldKeys = (
    ("positive_prompt", ("prompt",)),
    ("negative_prompt", ("negative_prompt",)),
    ("steps", ("num_inference_steps",)),
    ("cfg_scale", ("guidance_scale",)),
    ("sampler", ("sampler", "scheduler")),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
    ("denoise", ("strength",)),
    ("vae", ("vae",)),
    ("clip_skip", ("clip_skip",)),
)

MODEL: FieldKeys = (
    ("model", ("Model", "model", "model_name", "base_model")),
    ("model_hash", ("Model hash", "model_hash")),
)

UPSCALE: FieldKeys = (
    ("steps", ("upscale_steps",)),
    ("denoise", ("upscaler_strength",)),
    ("upscaler", ("upscale_method",)),
)


def claim(blobs: Blobs) -> Claim:
    """Claim JSON in diffusers' words."""
    if _find_settings(blobs):
        return Claim.SHAPE
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the JSON says.

    With an upscaler, its strength is the image's denoise, as in A1111's infotext.
    """
    settings = _find_settings(blobs)
    if settings is None:
        return Generation(NAME, {}, unsettled=("no text of this file is a Space's JSON",))
    model = settings.inside("Model", "model") or settings
    fields = settings.fields(FIELDS) | model.fields(MODEL) | _size(settings, "resolution")
    upscale = settings.inside("use_upscaler")
    passes: tuple[Sampling, ...] = ()
    if upscale is not None:
        own = upscale.fields(UPSCALE)
        fields |= {field: own[field] for field in ("denoise", "upscaler") if field in own}
        passes = (Sampling("hires", own | _size(upscale, "new_resolution")),)
    return Generation(NAME, fields, passes, tuple(_checkpoint(fields)), settings.facts())


def _find_settings(blobs: Blobs) -> JsonTable | None:
    return find_table(blobs, *ROLES, accept=_is_ours)


def _is_ours(table: JsonTable) -> bool:
    keys = table.data.keys()
    if "prompt" not in keys or not OTHERS.isdisjoint(keys):
        return False
    return not SIGNS.isdisjoint(keys) or bool(_size(table, "resolution"))


def _size(table: JsonTable, key: str) -> dict[Field, Stated]:
    return dict(read_size(table.text(key), table.place(key)))


def _checkpoint(fields: dict[Field, Stated]) -> Iterator[Resource]:
    model, written = fields.get("model"), fields.get("model_hash")
    if model is not None:
        label = str(model.value)
        hash_, hash_kind = hash_of(str(written.value) if written else None)
        yield Resource("checkpoint", label, model.source, hash=hash_, hash_kind=hash_kind)


PARSER = Parser(NAME, 3, claim, parse, roles=frozenset(ROLES), needs_object=True)
