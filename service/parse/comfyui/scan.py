"""One file's graphs made into a ``Generation``: the whole of this package in order."""

from collections.abc import Mapping
from dataclasses import replace

from service.parse.base import Claim
from service.parse.comfyui import facts, passes, path, places, resources, scripts, settings, stages, workflow
from service.parse.comfyui.flat import Flat, flatten
from service.parse.comfyui.graph import Graph, Node, from_api, upstream
from service.parse.comfyui.passes import Pass
from service.parse.comfyui.path import Path
from service.parse.comfyui.routes import Routes
from service.parse.comfyui.values import Values
from service.records import Blobs, Field, Generation, Resource, Sampling, Stated

NAME = "comfyui"
MAX_PASSES = 30
"""Real images have up to twenty (tiled and iterative upscales)."""


def claim(blobs: Blobs) -> Claim:
    """Return MARKER for a ComfyUI graph, SHAPE where another tool embeds one, FALLBACK where it cannot be read."""
    graphs = places.find(blobs)
    if graphs.api is None and graphs.ui is None:
        return Claim.FALLBACK if places.broken(blobs) else Claim.NO
    if places.is_swarm(blobs):
        return Claim.NO
    return Claim.SHAPE if places.is_foreign(blobs, graphs) else Claim.MARKER


def parse(blobs: Blobs) -> Generation:
    """Return how the image was made, as far as its graph states it."""
    graphs = places.find(blobs)
    flat = flatten(graphs.ui.data, linked=graphs.api is None) if graphs.ui else Flat()
    idle: tuple[Resource, ...] = ()
    if graphs.api is not None:
        graph = from_api(graphs.api.data, graphs.api.source, workflow.shapes(flat))
    elif graphs.ui is not None:
        graph = workflow.from_ui(flat, graphs.ui.source)
    else:
        text = places.broken(blobs)
        why = f"the graph in {text.source} is cut off or spoilt" if text else "the file holds no ComfyUI graph"
        return Generation(NAME, {}, unsettled=(why,))
    if graphs.ui is not None:
        idle = workflow.idle_loras(flat, graphs.ui.source)
    return read(graph, blobs.file_name, idle)


def read(graph: Graph, file_name: str, idle: tuple[Resource, ...] = ()) -> Generation:
    """Return what a graph states of the image it wrote."""
    values = Values(graph)
    routes = Routes(graph, values)
    start, way, doubts = _way(graph, routes, file_name)
    if start is None or not way.samplers:
        return Generation(NAME, {}, unsettled=(*doubts, "no sampler leads to the saved image"))
    if len(way.samplers) > MAX_PASSES:
        doubts = (*doubts, f"of {len(way.samplers)} passes the first {MAX_PASSES} were read")
    samplers = way.samplers[:MAX_PASSES]
    drawing = [stage for one in passes.drawing(graph, routes, samplers) for stage in stages.apart(one)]
    found = [passes.read(graph, routes, values, sampler) for sampler in drawing]
    base = found[0]
    fields: dict[Field, Stated] = {**base.fields, **_whole(graph, routes, values, way, base)}
    return Generation(
        generator=NAME,
        fields=fields,
        passes=(
            *scripts.passes(graph, values, base.sampler, base.fields),
            *(Sampling(passes.role(one, base), one.fields) for one in found[1:]),
        ),
        resources=_resources(graph, values, start, found, fields) + idle,
        facts=facts.of(node for one in found for node in _made_by(graph, routes, one)),
        unsettled=tuple(dict.fromkeys((*doubts, *base.unsettled))),
    )


def _way(graph: Graph, routes: Routes, file_name: str) -> tuple[Node | None, Path, tuple[str, ...]]:
    """Return the output and the path to its base pass; without an output, the last sampler of the first chain."""
    tried: list[Path] = []
    dead: set[str] = set()
    for output in path.outputs(graph, file_name):
        way = path.trace(graph, routes, output, dead)
        if way.samplers:
            return output, way, ()
        tried.append(way)
    if tried and not any(way.broken for way in tried):
        return None, tried[0], ()
    samplers = [node for node in graph.values() if path.is_sampler(node)]
    fed = _feeding(graph, samplers)
    last = next((node for node in samplers if node.id not in fed), next(iter(samplers), None))
    if last is None or (tried and len(samplers) > 1):
        return None, Path(), ("the saved image comes from a node that the file does not hold",) if tried else ()
    doubts = ("the way from the saved image is broken; the only sampler is taken",) if tried else ()
    ends = [node for node in samplers if node.id not in fed]
    if len(ends) > 1:
        doubts = (f"no output node says which of {len(ends)} samplers made the image; the first is taken",)
    return last, path.trace(graph, routes, last, set()), doubts


def _feeding(graph: Graph, samplers: list[Node]) -> set[str]:
    """Return the ids of all that samplers are fed by, other samplers included."""
    fed: set[str] = set()
    waiting = [origin for node in samplers for origin, _ in node.links.values()]
    for id_ in waiting:  # the list grows while it is read
        if id_ not in fed and id_ in graph:
            fed.add(id_)
            waiting.extend(origin for origin, _ in graph[id_].links.values())
    return fed


def _whole(graph: Graph, routes: Routes, values: Values, way: Path, base: Pass) -> dict[Field, Stated]:
    found: dict[Field, Stated | None] = {
        "vae": resources.vae(routes, values, way.decoder),
        "clip_skip": resources.clip_skip(routes, values, base.encoders),
        "upscaler": scripts.upscaler(graph, values, base.sampler)
        or resources.upscaler(graph, values, way.upscalers[::-1]),
    }
    return {field: stated for field, stated in found.items() if stated is not None}


def _resources(
    graph: Graph, values: Values, start: Node, found: list[Pass], fields: Mapping[Field, Stated]
) -> tuple[Resource, ...]:
    unique: dict[tuple[str, str, str], Resource] = {}
    for ordinal, one in enumerate(found):
        for resource in one.line.resources:
            if (key := _key(resource)) not in unique:
                unique[key] = replace(resource, extra={**resource.extra, "pass": ordinal}) if ordinal else resource
    vae = [Resource("vae", str(fields["vae"].value), fields["vae"].source)] if "vae" in fields else []
    for resource in (*vae, *resources.side_files(graph, values, upstream(graph, start.id))):
        unique.setdefault(_key(resource), resource)
    return tuple(unique.values())


def _key(resource: Resource) -> tuple[str, str, str]:
    return resource.kind, resource.label, resource.source


def _made_by(graph: Graph, routes: Routes, one: Pass) -> list[Node]:
    latents = [node for node, _, want in routes.walk(routes.starts(one.sampler, "latent")) if want == "latent"]
    return [*settings.involved(graph, routes, one.sampler), *one.line.nodes, *latents[:1]]
