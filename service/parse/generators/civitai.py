"""CivitAI's on-site generator where it writes a ComfyUI graph.

JPEG's EXIF UserComment, PNG's ``prompt``.

CivitAI runs ComfyUI and saves the graph as run, its model files named by AIR
(``urn:air:sdxl:checkpoint:civitai:1@2``). Beside the nodes stand ``extra``, ``{"airs": [every
file]}``, and ``extraMetadata``, a JSON text of what its user asked for: ``prompt negativePrompt
cfgScale sampler clipSkip steps width height seed workflow``, ``resources`` (``modelVersionId``,
``strength``; the checkpoint first, as its form sends them) and ``transformations``. Upscales have
no sampler in the graph and keep there the settings of the image they enlarge. EXIF Artist is
``ai``, Software the job's uuid. Sources: the corpus (civitai-upscale, civitai-extrametadata-graph).
CivitAI's infotexts are read by ``a1111``.

What was asked for comes first, the graph fills the rest and shows conflicts (the pipeline reads it
as a rival).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pydantic import JsonValue

from service.parse import comfyui
from service.parse.base import Claim, Parser
from service.parse.blobs import parse_json
from service.parse.infotext.dialects import is_of_civitai
from service.parse.shared import civitai_resources as lists
from service.parse.shared.json_facts import JsonTable, Table
from service.records import Blob, Blobs, Field, Generation, Resource, Sampling, Stated

NAME = "civitai"

ASKED: Table = (
    ("positive_prompt", ("prompt",)),
    ("negative_prompt", ("negativePrompt",)),
    ("steps", ("steps",)),
    ("cfg_scale", ("cfgScale", "cfg")),
    ("sampler", ("sampler",)),
    ("scheduler", ("scheduler",)),
    ("seed", ("seed",)),
    ("width", ("width",)),
    ("height", ("height",)),
    ("clip_skip", ("clipSkip",)),
    ("denoise", ("denoise",)),
)
"""``extraMetadata``'s names for our fields."""

_CONTAINER = re.compile(r"\s*(?:urn:)?(?:air:)?oci:", re.IGNORECASE)

SIZE: Table = (("width", ("upscaleWidth", "width")), ("height", ("upscaleHeight", "height")))


@dataclass(frozen=True, slots=True)
class Job:
    """What stands beside the nodes of a graph."""

    asked: JsonTable | None
    airs: tuple[Stated, ...]
    broken: bool = False
    """``extraMetadata`` is there and is not JSON."""


def claim(blobs: Blobs) -> Claim:
    """Claim a graph that CivitAI's orchestrator ran."""
    if job(blobs) is not None:
        return Claim.MARKER
    return (
        Claim.MARKER
        if is_of_civitai(blobs) and comfyui.PARSER.claim(blobs) > Claim.NO
        else Claim.NO
    )


def parse(blobs: Blobs) -> Generation:
    """Return what was asked for, or what the graph says where nothing stands beside it."""
    found = job(blobs)
    asked = found.asked if found else None
    if found is None or asked is None:
        graph = comfyui.PARSER.parse(blobs)
        doubts = ("extraMetadata is not JSON",) if found and found.broken else ()
        listed = tuple(lists.resource_of_air(air) for air in found.airs) if found else ()
        return replace(
            graph,
            generator=NAME,
            resources=(*graph.resources, *listed),
            unsettled=(*doubts, *graph.unsettled),
        )
    resources = tuple(_resources(asked, found.airs))
    upscaler = next(
        (air for air in found.airs if lists.resource_of_air(air).kind == "upscaler"), None
    )
    model = next((one for one in resources if one.kind == "checkpoint"), None)
    fields = asked.fields(ASKED)
    if model is not None:
        fields["model"] = Stated(model.air or model.label, model.source)
    if upscaler is not None:
        fields["upscaler"] = upscaler
    return Generation(NAME, fields, tuple(_upscales(asked, upscaler)), resources, asked.facts())


def job(blobs: Blobs) -> Job | None:
    """Return what CivitAI put beside the first graph that has it, or None."""
    found = (_job(blob) for blob in blobs.all())
    return next((one for one in found if one is not None), None)


def _job(blob: Blob) -> Job | None:
    if not isinstance(blob.data, dict):
        return None
    extra = blob.data.get("extra")
    airs = _airs(extra.get("airs"), blob.source) if isinstance(extra, dict) else ()
    inner = extra.get("extraMetadata") if isinstance(extra, dict) else None  # seen there too
    path, text = (
        ("extra.extraMetadata", inner)
        if inner
        else ("extraMetadata", blob.data.get("extraMetadata"))
    )
    if text is None and not airs:
        return None
    data = parse_json(text) if isinstance(text, str) else text
    asked = JsonTable(data, blob.source, path) if isinstance(data, dict) else None
    return Job(asked, airs, broken=text is not None and asked is None)


def _airs(value: JsonValue, source: str) -> tuple[Stated, ...]:
    found = enumerate(value if isinstance(value, list) else ())
    return tuple(
        Stated(air, f"{source}#extra.airs.{n}")
        for n, air in found
        if isinstance(air, str) and _is_file(air)
    )


def _is_file(air: str) -> bool:
    """Tell a file from the container that ran the job: ``oci:image:…``."""
    return bool(air.strip()) and _CONTAINER.match(air) is None


def _resources(asked: JsonTable, airs: tuple[Stated, ...]) -> Iterator[Resource]:
    """Yield the asked-for resources, each with its AIR, then the other files of the job."""
    by_version = {version: air for air in airs if (version := str(air.value).rpartition("@")[2])}
    taken: set[str] = set()
    for number, entry in enumerate(asked.each("resources")):
        resource = lists.resource(entry.data, f"{entry.source}#{entry.path}")
        if resource is None:
            continue
        air = by_version.get(str(resource.model_version_id))
        if air is not None:
            taken.add(str(air.value))
            named = lists.resource_of_air(air)
            resource = replace(resource, kind=named.kind, air=named.air)
        first = number == 0 and resource.kind == "resource_ref"
        yield replace(resource, kind="checkpoint") if first else resource
    yield from (lists.resource_of_air(air) for air in airs if str(air.value) not in taken)


def _upscales(asked: JsonTable, upscaler: Stated | None) -> Iterator[Sampling]:
    for step in asked.each("transformations"):
        if "upscale" in (step.text("type") or ""):
            fields: dict[Field, Stated] = step.fields(SIZE)
            yield Sampling("upscale", fields | ({"upscaler": upscaler} if upscaler else {}))


PARSER = Parser(NAME, 2, claim, parse)
