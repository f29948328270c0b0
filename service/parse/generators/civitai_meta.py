"""CivitAI's ``meta``: JSON of its image API, which download tools leave beside images or in them.

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

from collections.abc import Iterator
from dataclasses import replace

from service.light_patterns import light_pattern
from service.parse.base import Claim, Parser
from service.parse.generators import a1111
from service.parse.infotext.key_values import Settings
from service.parse.infotext.layout import Infotext
from service.parse.shared.civitai_resources import read_additional_networks, read_entry
from service.parse.shared.json_facts import JsonTable, as_written, find_tables
from service.parse.shared.model_files import model_file, model_name
from service.parse.shared.numbers import number_of
from service.records import Blobs, Field, Generation, Resource, ResourceKind
from service.records.json_values import JsonValue

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
"""The API's keys → those of the infotext, where they differ."""

KEYS_OF_FIELDS: dict[Field, str] = {
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

_UUID = light_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

PROMPTS = frozenset(
    "prompt negativePrompt resources comfy additionalResources additionalNetworks".split()
)
STRUCTURED = frozenset({"hashes", "civitaiResources"})
"""The keys whose values are JSON in an infotext, too."""

SIGNS = frozenset({"cfgScale", "civitaiResources", "additionalResources", "additionalNetworks"})
"""No generator writes these keys beside ``prompt``; CivitAI's graphs have them deeper."""


def claim(blobs: Blobs) -> Claim:
    """Claim JSON with CivitAI's keys."""
    if _find_meta(blobs):
        return Claim.SHAPE
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what the settings say, read as an infotext's."""
    meta = _find_meta(blobs)
    if meta is None:
        return Generation(None, {}, unsettled=("no text of this file is CivitAI's meta",))
    found = a1111.assemble_infotext(_as_infotext(meta), meta.here, blobs)
    fields = dict(found.fields)
    for field, key in KEYS_OF_FIELDS.items():
        if field in fields and key in meta.data:
            fields[field] = replace(fields[field], source=meta.place(key))
    return replace(
        found,
        generator="comfyui" if "comfy" in meta.data else found.generator,
        fields=fields,
        resources=(*found.resources, *_resources(meta), *_files(meta), *_versions(meta)),
        facts=meta.facts(without=frozenset({"comfy"})),
    )


def _as_infotext(meta: JsonTable) -> Infotext:
    pairs = tuple(_pairs(meta))
    settings = Settings(pairs, {key.lower(): value for key, value in reversed(pairs)})
    prompt, negative = meta.data.get("prompt"), meta.data.get("negativePrompt")
    return Infotext(
        prompt if isinstance(prompt, str) else "",
        negative if isinstance(negative, str) else None,
        settings,
    )


def _find_meta(blobs: Blobs) -> JsonTable | None:
    """Return the object with CivitAI's keys, which other objects may hold."""
    for table in find_tables(blobs, *ROLES):
        whole = table
        if "meta" not in whole.data:
            whole = _entry_of_image(whole, blobs.file_name) or whole
        inner = whole.part("meta")
        for meta in (whole, inner, inner.part("meta")):
            if "prompt" in meta.data and not SIGNS.isdisjoint(meta.data):
                return meta
    return None


def _entry_of_image(version: JsonTable, file_name: str) -> JsonTable | None:
    """Return this very image among those of a model version, by its name in the address.

    ``https://image.civitai.com/ACCOUNT/UUID/width=450/12345.jpeg`` is ``12345`` or the UUID, as
    tools save it.
    """
    stem = file_name.rpartition(".")[0].lower()
    if not stem:
        return None
    for entry in version.each("images"):
        parts = (entry.text("url") or "").partition("?")[0].lower().split("/")
        names = {part for part in parts if _UUID.fullmatch(part)}
        names.add(parts[-1].rpartition(".")[0])
        if stem in names:
            return entry
    return None


def _pairs(meta: JsonTable) -> Iterator[tuple[str, str]]:
    for key, value in meta.data.items():
        if key in PROMPTS or value in (None, "", [], {}):
            continue
        if key in STRUCTURED or not isinstance(value, (list, dict)):
            yield KEYS.get(key, key), as_written(value)


def _resources(meta: JsonTable) -> Iterator[Resource]:
    for entry in meta.each("resources"):
        resource = _named_resource(entry)
        if resource is not None:
            yield resource


def _named_resource(entry: JsonTable) -> Resource | None:
    words: dict[str, JsonValue] = {"modelName": entry.data.get("name"), **entry.data}
    return read_entry(words, entry.here)


def _files(meta: JsonTable) -> Iterator[Resource]:
    for key, kind in FILES:
        for item in meta.items(key):
            name = model_name(item)
            if name:
                yield model_file(kind, name, meta.place(key))
    yield from read_additional_networks(meta)
    for entry in meta.each("additionalResources"):
        resource = _named_resource(entry)
        if resource is not None:
            yield replace(resource, clip_weight=number_of(entry.data.get("strengthClip")))


def _versions(meta: JsonTable) -> Iterator[Resource]:
    """Yield the versions that are named by number alone."""
    for key in ("versionIds", "modelVersionIds"):
        for number in meta.items(key):
            resource = read_entry({"modelVersionId": number}, meta.place(key))
            if resource is not None:
                yield resource


PARSER = Parser("civitai-meta", 3, claim, parse, roles=frozenset(ROLES), needs_object=True)
