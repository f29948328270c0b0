"""Hugging Face Spaces of the diffusers kind.

JSON in PNG ``parameters`` (Animagine XL's Space and its many copies).

``prompt negative_prompt resolution ("1024 x 1024") guidance_scale num_inference_steps seed
sampler``, ``sdxl_style add_quality_tags quality_tags``, ``use_upscaler`` (null or ``upscale_method
upscaler_strength upscale_steps upscale_by new_resolution``: a second pass by image to image), and
the model as ``Model`` and ``Model hash`` or, in version 3.1, as an object ``Model`` that holds
both. Nothing names the Space: diffusers' word ``num_inference_steps``, ``use_upscaler`` or a
``resolution`` so written, beside a prompt, tells the family. Sources: the corpus
(huggingface-space.png, hfspace-full.png).
"""

from collections.abc import Iterator

from service.parse.base import Claim, Parser
from service.parse.infotext.field_names import read_size
from service.parse.shared.civitai_resources import hash_of
from service.parse.shared.json_facts import JsonTable, Table
from service.records import Blobs, Field, Generation, Resource, Sampling, Stated

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

FIELDS: Table = (
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

MODEL: Table = (
    ("model", ("Model", "model", "model_name", "base_model")),
    ("model_hash", ("Model hash", "model_hash")),
)

UPSCALE: Table = (
    ("steps", ("upscale_steps",)),
    ("denoise", ("upscaler_strength",)),
    ("upscaler", ("upscale_method",)),
)


def claim(blobs: Blobs) -> Claim:
    """Claim JSON in diffusers' words."""
    return Claim.SHAPE if _read_told(blobs) else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the JSON says.

    With an upscaler its strength stands for the image, as in A1111's infotext.
    """
    told = _read_told(blobs)
    if told is None:
        return Generation("hf-space", {}, unsettled=("no text of this file is a Space's JSON",))
    fields = told.fields(FIELDS) | _model(told) | _size(told, "resolution")
    upscale = told.inside("use_upscaler")
    passes: tuple[Sampling, ...] = ()
    if upscale is not None:
        own = upscale.fields(UPSCALE)
        fields |= {field: own[field] for field in ("denoise", "upscaler") if field in own}
        passes = (Sampling("hires", own | _size(upscale, "new_resolution")),)
    return Generation("hf-space", fields, passes, tuple(_resources(fields)), told.facts())


def _read_told(blobs: Blobs) -> JsonTable | None:
    for blob in blobs.all(*ROLES):
        told = JsonTable.of(blob)
        if told and "prompt" in told.data and _is_ours(told):
            return told
    return None


def _is_ours(told: JsonTable) -> bool:
    keys = told.data.keys()
    return OTHERS.isdisjoint(keys) and (
        not SIGNS.isdisjoint(keys) or bool(_size(told, "resolution"))
    )


def _model(told: JsonTable) -> dict[Field, Stated]:
    return (told.inside("Model", "model") or told).fields(MODEL)


def _size(told: JsonTable, key: str) -> dict[Field, Stated]:
    return dict(read_size(told.text(key), told.place(key)))


def _resources(fields: dict[Field, Stated]) -> Iterator[Resource]:
    model, written = fields.get("model"), fields.get("model_hash")
    if model is not None:
        hash_, hash_kind = hash_of(str(written.value) if written else None)
        yield Resource(
            "checkpoint", str(model.value), model.source, hash=hash_, hash_kind=hash_kind
        )


PARSER = Parser("hf-space", 2, claim, parse)
