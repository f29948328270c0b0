"""An image's ``meta`` as CivitAI's image API gives it.

JSON that download tools leave beside images or in them.

It is the infotext taken apart: ``prompt negativePrompt cfgScale steps sampler seed`` and
``clipSkip`` in camel case, all other settings under their own names (``Size``, ``Model``, ``Model
hash``, ``Hires upscale`` …), ``hashes`` as an object, ``resources`` (``type name weight hash``) and
``civitaiResources`` (``type modelVersionId weight``). An image of ComfyUI has ``comfy``, its graphs
as a text, and its files in lists: ``models``, ``upscalers``, ``vaes``, ``controlNets``,
``additionalResources`` (``name type strength strengthClip``; the name may be an AIR). The whole
answer of the API holds it under ``meta``, newer ones under ``meta.meta``; a model version's
``.civitai.info`` has one such entry for each of its images. Put together again it is read as
``a1111`` reads an infotext. Source: CivitAI's public API, its own source, and readers of it on
GitHub.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from pydantic import JsonValue

from service.parse.base import Claim, Parser
from service.parse.generators import a1111
from service.parse.infotext.key_values import Settings
from service.parse.infotext.layout import Infotext
from service.parse.shared import civitai_resources as lists
from service.parse.shared.json_facts import JsonTable, as_written
from service.parse.shared.model_files import model_file, model_name
from service.records import Blobs, Field, Generation, Resource, ResourceKind, Stated

ROLES = (
    "parameters",
    "usercomment",
    "comment",
    "description",
    "imagedescription",
    "metadata",
    "sidecar",
)

KEYS = {
    "cfgScale": "CFG scale",
    "steps": "Steps",
    "sampler": "Sampler",
    "scheduler": "Schedule type",
    "seed": "Seed",
    "clipSkip": "Clip skip",
    "denoise": "Denoising strength",
    "hashes": "Hashes",
    "civitaiResources": "Civitai resources",
}
"""The API's keys → those of the infotext. All others are the infotext's own."""

PLACES: dict[Field, str] = {
    "positive_prompt": "prompt",
    "negative_prompt": "negativePrompt",
    "steps": "steps",
    "cfg_scale": "cfgScale",
    "sampler": "sampler",
    "scheduler": "scheduler",
    "seed": "seed",
    "clip_skip": "clipSkip",
    "width": "Size",
    "height": "Size",
    "model": "Model",
    "model_hash": "Model hash",
}
"""The keys that state our fields, where they are there."""

FILES: tuple[tuple[str, ResourceKind], ...] = (
    ("models", "checkpoint"),
    ("vaes", "vae"),
    ("upscalers", "upscaler"),
    ("controlNets", "controlnet"),
)
"""Lists of file names, as the site read them from a graph."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

PROMPTS = frozenset({"prompt", "negativePrompt", "resources", "comfy", "additionalResources"})
STRUCTURED = frozenset({"hashes", "civitaiResources"})
"""The keys whose values are no texts in an infotext either."""

SIGNS = ("cfgScale", "civitaiResources", "additionalResources")
"""No generator writes these keys beside ``prompt``.

A graph with its own ``extraMetadata`` does so deeper.
"""


def claim(blobs: Blobs) -> Claim:
    """Claim JSON with CivitAI's keys."""
    return Claim.SHAPE if _read_told(blobs) else Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the settings say, read as an infotext's."""
    told = _read_told(blobs)
    if told is None:
        return Generation(None, {}, unsettled=("no text of this file is CivitAI's meta",))
    pairs = tuple(_pairs(told))
    settings = Settings(pairs, {key.lower(): value for key, value in reversed(pairs)})
    prompt, negative = told.data.get("prompt"), told.data.get("negativePrompt")
    text = Infotext(
        prompt if isinstance(prompt, str) else "",
        negative if isinstance(negative, str) else None,
        settings,
    )
    source = f"{told.source}#{told.path}" if told.path else told.source
    found = a1111.assemble_infotext(text, source, blobs)
    return replace(
        found,
        generator="comfyui" if "comfy" in told.data else found.generator,
        fields={field: _add_source(told, field, stated) for field, stated in found.fields.items()},
        resources=(*found.resources, *_resources(told), *_files(told), *_versions(told)),
        facts=told.facts(without=frozenset({"comfy"})),
    )


def _read_told(blobs: Blobs) -> JsonTable | None:
    for blob in blobs.all(*ROLES):
        told = JsonTable.of(blob)
        if told and "meta" not in told.data:
            told = _own_entry(told, blobs.file_name) or told
        for _ in range(3):
            if told and "prompt" in told.data and any(key in told.data for key in SIGNS):
                return told
            told = told.inside("meta") if told else None
    return None


def _own_entry(told: JsonTable, file_name: str) -> JsonTable | None:
    """Return this very image among those of a model version (``.civitai.info``), by its name in the address.

    ``https://image.civitai.com/ACCOUNT/UUID/width=450/12345.jpeg`` is ``12345`` or the UUID, as
    tools save it.
    """
    stem = file_name.rpartition(".")[0].lower()
    for entry in told.each("images"):
        parts = (entry.text("url") or "").partition("?")[0].lower().split("/")
        names = {parts[-1].rpartition(".")[0], *(part for part in parts if _UUID.fullmatch(part))}
        if stem and stem in names:
            return entry
    return None


def _add_source(told: JsonTable, field: Field, stated: Stated) -> Stated:
    key = PLACES.get(field)
    return replace(stated, source=told.place(key)) if key and key in told.data else stated


def _pairs(told: JsonTable) -> Iterator[tuple[str, str]]:
    for key, value in told.data.items():
        plain = key in STRUCTURED or not isinstance(value, list | dict)
        if plain and key not in PROMPTS and value not in (None, "", [], {}):
            yield KEYS.get(key, key), as_written(value)


def _resources(told: JsonTable) -> Iterator[Resource]:
    for entry in told.each("resources"):
        asked: dict[str, JsonValue] = {"modelName": entry.data.get("name"), **entry.data}
        resource = lists.resource(asked, f"{entry.source}#{entry.path}")
        if resource is not None:
            yield resource


def _files(told: JsonTable) -> Iterator[Resource]:
    for key, kind in FILES:
        listed = told.data.get(key)
        for name in listed if isinstance(listed, list) else ():
            if label := model_name(name):
                yield model_file(kind, label, told.place(key))
    for entry in told.each("additionalResources"):
        asked: dict[str, JsonValue] = {"modelName": entry.data.get("name"), **entry.data}
        found = lists.resource(asked, f"{entry.source}#{entry.path}")
        if found is not None:
            yield replace(found, clip_weight=lists.number_of(entry.data.get("strengthClip")))


def _versions(told: JsonTable) -> Iterator[Resource]:
    """Yield the versions that are named by number alone."""
    for key in ("versionIds", "modelVersionIds"):
        listed = told.data.get(key)
        for number in listed if isinstance(listed, list) else ():
            found = lists.resource({"modelVersionId": number}, told.place(key))
            if found is not None:
                yield found


PARSER = Parser("civitai-meta", 2, claim, parse)
