"""The widgets of the nodes that made the image, verbatim, for the ``kv`` table.

One file's graphs made into a ``Generation``: the whole of this package in order.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from service.parse.base import Claim
from service.parse.comfyui.form import find, workflow
from service.parse.comfyui.form.graph import Graph, Node, graph_of_prompt, upstream
from service.parse.comfyui.form.subgraphs import Flat, flatten
from service.parse.comfyui.nodes.table import TABLE, Table
from service.parse.comfyui.passes import from_output, one_pass, resources, settings, split
from service.parse.comfyui.passes.from_output import Path
from service.parse.comfyui.passes.one_pass import Pass
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import Values
from service.records import Blobs, Fact, Field, Generation, Resource, Sampling, Stated

MOST_FACTS = 40
LONGEST_FACT = 300
"""Characters. Longer texts are prompts, which have keys of their own."""


def node_facts(nodes: Iterable[Node]) -> tuple[Fact, ...]:
    """Return facts like ``KSampler.steps`` of these nodes, each node once, up to ``MOST``."""
    unique = {node.id: node for node in nodes}
    return tuple(
        fact for fact, _ in zip(_all_facts(unique.values()), range(MOST_FACTS), strict=False)
    )


def _all_facts(nodes: Iterable[Node]) -> Iterator[Fact]:
    for node in nodes:
        for name in node.inputs:
            value = node.scalar(name)
            if (
                value is None
                or not name
                or (isinstance(value, str) and not 0 < len(value) <= LONGEST_FACT)
            ):
                continue
            yield Fact(
                f"{node.class_type}.{node.own_name(name)}", _fact_text(value), node.where(name)
            )


def _fact_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


NAME = "comfyui"
MAX_PASSES = 30
"""Real images have up to twenty (tiled and iterative upscales)."""


def claim(blobs: Blobs) -> Claim:
    """Return MARKER for a ComfyUI graph, SHAPE where another tool embeds one, FALLBACK where it cannot be read."""
    graphs = find.find_graphs(blobs)
    if graphs.api is None and graphs.ui is None:
        return Claim.FALLBACK if find.find_broken_graph(blobs) else Claim.NO
    if find.is_swarm(blobs):
        return Claim.NO
    return Claim.SHAPE if find.is_foreign(blobs, graphs) else Claim.MARKER


def parse(blobs: Blobs, table: Table = TABLE) -> Generation:
    """Return how the image was made, as far as its graph states it and the table knows its nodes."""
    graphs = find.find_graphs(blobs)
    flat = flatten(graphs.ui.data, linked=graphs.api is None) if graphs.ui else Flat()
    idle: tuple[Resource, ...] = ()
    if graphs.api is not None:
        graph = graph_of_prompt(
            graphs.api.data, graphs.api.source, workflow.node_shapes(flat, table), table
        )
    elif graphs.ui is not None:
        graph = workflow.graph_of_workflow(flat, graphs.ui.source, table)
    else:
        text = find.find_broken_graph(blobs)
        why = (
            f"the graph in {text.source} is cut off or spoilt"
            if text
            else "the file holds no ComfyUI graph"
        )
        return Generation(NAME, {}, unsettled=(why,))
    if graphs.ui is not None:
        idle = workflow.idle_loras(flat, graphs.ui.source, table)
    return read_graph(graph, blobs.file_name, idle)


def read_graph(graph: Graph, file_name: str, idle: tuple[Resource, ...] = ()) -> Generation:
    """Return what a graph states of the image it wrote."""
    values = Values(graph)
    routes = Routes(graph, values)
    start, way, doubts = _way(graph, routes, file_name)
    if start is None or not way.samplers:
        return Generation(NAME, {}, unsettled=(*doubts, "no sampler leads to the saved image"))
    if len(way.samplers) > MAX_PASSES:
        doubts = (*doubts, f"of {len(way.samplers)} passes the first {MAX_PASSES} were read")
    samplers = way.samplers[:MAX_PASSES]
    drawing = [
        stage
        for one in one_pass.drawing_samplers(graph, routes, samplers)
        for stage in split.split_stages(one)
    ]
    found = [one_pass.read_pass(graph, routes, values, sampler) for sampler in drawing]
    base = found[0]
    fields: dict[Field, Stated] = {**base.fields, **_whole(graph, routes, values, way, base)}
    return Generation(
        generator=NAME,
        fields=fields,
        passes=(
            *split.script_passes(graph, values, base.sampler, base.fields),
            *(Sampling(one_pass.pass_role(one, base), one.fields) for one in found[1:]),
        ),
        resources=_resources(graph, values, start, found, fields) + idle,
        facts=node_facts(node for one in found for node in _nodes_of_pass(graph, routes, one)),
        unsettled=tuple(dict.fromkeys((*doubts, *base.unsettled))),
    )


def _way(graph: Graph, routes: Routes, file_name: str) -> tuple[Node | None, Path, tuple[str, ...]]:
    """Return the output and the path to its base pass.

    Without an output, the last sampler of the first chain.
    """
    tried: list[Path] = []
    dead: set[str] = set()
    for output in from_output.find_outputs(graph, file_name):
        way = from_output.trace_samplers(graph, routes, output, dead)
        if way.samplers:
            return output, way, ()
        tried.append(way)
    if tried and not any(way.broken for way in tried):
        return None, tried[0], ()
    samplers = [node for node in graph.values() if from_output.is_sampler(node)]
    fed = _ids_that_feed(graph, samplers)
    last = next((node for node in samplers if node.id not in fed), next(iter(samplers), None))
    if last is None or (tried and len(samplers) > 1):
        return (
            None,
            Path(),
            ("the saved image comes from a node that the file does not hold",) if tried else (),
        )
    doubts = ("the way from the saved image is broken; the only sampler is taken",) if tried else ()
    ends = [node for node in samplers if node.id not in fed]
    if len(ends) > 1:
        doubts = (
            f"no output node says which of {len(ends)} samplers made the image; the first is taken",
        )
    return last, from_output.trace_samplers(graph, routes, last, set()), doubts


def _ids_that_feed(graph: Graph, samplers: list[Node]) -> set[str]:
    """Return the ids of all that samplers are fed by, other samplers included."""
    fed: set[str] = set()
    waiting = [origin for node in samplers for origin, _ in node.links.values()]
    for id_ in waiting:  # the list grows while it is read
        if id_ not in fed and id_ in graph:
            fed.add(id_)
            waiting.extend(origin for origin, _ in graph[id_].links.values())
    return fed


def _whole(
    graph: Graph, routes: Routes, values: Values, way: Path, base: Pass
) -> dict[Field, Stated]:
    found: dict[Field, Stated | None] = {
        "vae": resources.find_vae(routes, values, way.decoder),
        "clip_skip": resources.find_clip_skip(routes, values, base.encoders),
        "upscaler": split.script_upscaler(graph, values, base.sampler)
        or resources.find_upscaler(graph, values, way.upscalers[::-1]),
    }
    return {field: stated for field, stated in found.items() if stated is not None}


def _resources(
    graph: Graph, values: Values, start: Node, found: list[Pass], fields: Mapping[Field, Stated]
) -> tuple[Resource, ...]:
    unique: dict[tuple[str, str, str], Resource] = {}
    for ordinal, one in enumerate(found):
        for resource in one.line.resources:
            if (key := _key(resource)) not in unique:
                unique[key] = (
                    replace(resource, extra={**resource.extra, "pass": ordinal})
                    if ordinal
                    else resource
                )
    vae = (
        [Resource("vae", str(fields["vae"].value), fields["vae"].source)] if "vae" in fields else []
    )
    for resource in (*vae, *resources.side_files(graph, values, upstream(graph, start.id))):
        unique.setdefault(_key(resource), resource)
    return tuple(unique.values())


def _key(resource: Resource) -> tuple[str, str, str]:
    return resource.kind, resource.label, resource.source


def _nodes_of_pass(graph: Graph, routes: Routes, one: Pass) -> list[Node]:
    latents = [
        node
        for node, _, want in routes.walk(routes.starts(one.sampler, "latent"))
        if want == "latent"
    ]
    return [*settings.nodes_of_settings(graph, routes, one.sampler), *one.line.nodes, *latents[:1]]
