"""CivitAI's on-site generator: a ComfyUI graph in EXIF UserComment of JPEG or in PNG ``prompt``.

CivitAI runs ComfyUI and saves the graph as run, its model files named by AIR
(``urn:air:sdxl:checkpoint:civitai:1@2``). Beside the nodes are ``extra``, ``{"airs": [every
file]}``, and ``extraMetadata``, a JSON text of what its user asked for: ``prompt negativePrompt
cfgScale sampler clipSkip steps width height seed workflow``, ``resources`` (``modelVersionId``,
``strength``; the checkpoint first, as its form sends them) and ``transformations``. Upscales have
no sampler in the graph and keep there the settings of the image they enlarge. EXIF Artist is
``ai``, Software the job's uuid. Sources: the corpus (civitai-upscale, civitai-extrametadata-graph).
CivitAI's infotexts are read by ``a1111``.

What was asked for comes first; the pipeline reads the graph as a rival, so it fills gaps and shows
conflicts.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.parse import comfyui
from service.parse.base import Claim, Parser
from service.parse.infotext.dialects import is_of_civitai
from service.parse.json_texts import parse_json
from service.parse.shared.civitai_resources import (
    read_additional_networks,
    read_entry,
    resource_of_air,
)
from service.parse.shared.json_facts import FieldKeys, JsonTable, find_tables
from service.records import Blobs, Field, Generation, Resource, Sampling, Stated

NAME = "civitai"

REQUEST: FieldKeys = (
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

_CONTAINER = light_pattern(r"\s*(?:urn:)?(?:air:)?oci:", re.IGNORECASE)

_JOB_KEYS = frozenset({"airs", "extraMetadata"})

SIZE: FieldKeys = (("width", ("upscaleWidth", "width")), ("height", ("upscaleHeight", "height")))


@dataclass(frozen=True, slots=True)
class CivitaiJob:
    """What CivitAI put beside the nodes of a graph."""

    request: JsonTable | None
    """``extraMetadata``: what the user asked for."""
    airs: tuple[Stated, ...]
    is_broken: bool = False
    """``extraMetadata`` is there and is not JSON."""


def claim(blobs: Blobs) -> Claim:
    """Claim a graph that CivitAI's orchestrator ran."""
    if find_job(blobs) is not None:
        return Claim.MARKER
    if is_of_civitai(blobs) and comfyui.PARSER.claim(blobs) > Claim.NO:
        return Claim.MARKER
    return Claim.NO


def parse(blobs: Blobs) -> Generation:
    """Return what was asked for, or what the graph says where nothing is beside it."""
    job = find_job(blobs) or CivitaiJob(None, ())
    if job.request is None:
        return _read_graph(job, blobs)
    resources = tuple(_resources(job.request, job.airs))
    fields = job.request.fields(REQUEST)
    for resource in resources:
        if resource.kind == "checkpoint":
            fields["model"] = Stated(resource.air or resource.label, resource.source)
            break
    upscaler = _upscaler(job)
    if upscaler is not None:
        fields["upscaler"] = upscaler
    passes = tuple(_upscales(job.request, upscaler))
    return Generation(NAME, fields, passes, resources, job.request.facts())


def _read_graph(job: CivitaiJob, blobs: Blobs) -> Generation:
    graph = comfyui.PARSER.parse(blobs)
    files = (resource_of_air(air) for air in job.airs)
    doubts = ("extraMetadata is not JSON",) if job.is_broken else ()
    return replace(
        graph,
        generator=NAME,
        resources=(*graph.resources, *files),
        unsettled=(*doubts, *graph.unsettled),
    )


def find_job(blobs: Blobs) -> CivitaiJob | None:
    """Return what CivitAI put beside the first graph that has it, or None."""
    for graph in find_tables(blobs):
        job = _job_of(graph)
        if job is not None:
            return job
    return None


def _job_of(graph: JsonTable) -> CivitaiJob | None:
    extra = graph.part("extra")
    if "extraMetadata" not in graph.data and _JOB_KEYS.isdisjoint(extra.data):  # as of most
        return None
    airs = tuple(_airs(extra))
    path, metadata = "extraMetadata", graph.data.get("extraMetadata")
    if extra.data.get("extraMetadata"):  # seen there too
        path, metadata = "extra.extraMetadata", extra.data["extraMetadata"]
    if metadata is None and not airs:
        return None
    data = parse_json(metadata) if isinstance(metadata, str) else metadata
    if isinstance(data, dict):
        return CivitaiJob(JsonTable(data, graph.source, path), airs)
    return CivitaiJob(None, airs, is_broken=metadata is not None)


def _airs(extra: JsonTable) -> Iterator[Stated]:
    for number, air in enumerate(extra.items("airs")):
        if isinstance(air, str) and _is_file(air):
            yield Stated(air, extra.place(f"airs.{number}"))


def _is_file(air: str) -> bool:
    """Return whether an AIR names a file, not the container that ran the job (``oci:image:…``)."""
    return bool(air.strip()) and _CONTAINER.match(air) is None


def _upscaler(job: CivitaiJob) -> Stated | None:
    for air in job.airs:
        if resource_of_air(air).kind == "upscaler":
            return air
    return None


def _resources(request: JsonTable, airs: tuple[Stated, ...]) -> Iterator[Resource]:
    """Yield the requested resources, each with its AIR, then the other files of the job."""
    by_version: dict[str, Stated] = {}
    for air in airs:
        by_version[str(air.value).rpartition("@")[2]] = air
    by_version.pop("", None)
    taken: set[str] = set()
    for number, entry in enumerate(request.each("resources")):
        resource = read_entry(entry.data, entry.here)
        if resource is None:
            continue
        named = by_version.get(str(resource.model_version_id))
        if named is not None:
            taken.add(str(named.value))
            file = resource_of_air(named)
            resource = replace(resource, kind=file.kind, air=file.air)
        if number == 0 and resource.kind == "resource_ref":
            resource = replace(resource, kind="checkpoint")
        yield resource
    yield from read_additional_networks(request)
    for air in airs:
        if str(air.value) not in taken:
            yield resource_of_air(air)


def _upscales(request: JsonTable, upscaler: Stated | None) -> Iterator[Sampling]:
    for step in request.each("transformations"):
        if "upscale" in (step.text("type") or ""):
            fields: dict[Field, Stated] = step.fields(SIZE)
            if upscaler is not None:
                fields["upscaler"] = upscaler
            yield Sampling("upscale", fields)


PARSER = Parser(NAME, 4, claim, parse)
