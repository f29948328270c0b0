"""One file's graphs made into a ``Generation``: the whole of this package in the order it runs."""

from collections.abc import Iterable, Iterator
from itertools import islice

from service.parse.comfyui.form.find import find_broken_graph, find_graphs
from service.parse.comfyui.form.graph import Graph, Node, graph_of_prompt
from service.parse.comfyui.form.subgraphs import Flat, flatten
from service.parse.comfyui.form.workflow import graph_of_workflow, idle_nodes, node_shapes
from service.parse.comfyui.nodes.table import TABLE, Table
from service.parse.comfyui.passes import one_pass, resources, sizes, split
from service.parse.comfyui.passes.from_output import Way, find_branches, find_way
from service.parse.comfyui.passes.models import ModelLines
from service.parse.comfyui.passes.one_pass import Pass
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import NodeValues
from service.records import Blobs, Fact, Field, Generation, Sampling
from service.records.json_values import JsonValue

NAME = "comfyui"
SIDES: tuple[Field, ...] = ("width", "height")
MAX_PASSES = 30
"""Real images have up to twenty (tiled and iterative upscales)."""

MOST_FACTS = 40
LONGEST_FACT = 300
"""Characters. Longer texts are prompts, which have keys of their own."""


def parse(blobs: Blobs, table: Table = TABLE) -> Generation:
    """Return how the image was made, as far as its graph states it and the table knows it."""
    graphs = find_graphs(blobs)
    flat = Flat()
    idle: list[Node] = []
    if graphs.ui is not None:
        flat = flatten(graphs.ui.data, linked=graphs.api is None)
        idle = list(idle_nodes(flat, graphs.ui.source, "lora", table))
    if graphs.api is not None:
        shapes = node_shapes(flat, graphs.api.data)
        graph = graph_of_prompt(graphs.api.data, graphs.api.source, shapes, table)
    elif graphs.ui is not None:
        graph = graph_of_workflow(flat, graphs.ui.source, table)
    else:
        return Generation(NAME, {}, unsettled=(_why_unreadable(blobs),))
    return read_graph(graph, blobs, idle)


def _why_unreadable(blobs: Blobs) -> str:
    broken = find_broken_graph(blobs)
    if broken is None:
        return "the file holds no ComfyUI graph"
    return f"the graph in {broken.source} is cut off or spoilt"


def read_graph(graph: Graph, blobs: Blobs, idle: Iterable[Node] = ()) -> Generation:
    """Return what a graph states of the file it wrote; ``idle`` are nodes that did not run."""
    values = NodeValues(graph)
    routes = Routes(graph, values)

    def fits_size(way: Way) -> bool:
        last = sizes.read_size(graph, routes, values, way.samplers[-1])
        pixels = [last[side].value for side in SIDES if side in last]
        return pixels == [blobs.width, blobs.height]

    way = find_way(graph, routes, blobs.file_name, fits_size)
    if way.start is None or not way.samplers:
        return Generation(NAME, {}, unsettled=(*way.doubts, "no sampler leads to the saved image"))
    stages = split.drawing_stages(graph, routes, way.samplers[:MAX_PASSES])
    lines = ModelLines(graph, routes, values)
    passes = [one_pass.read_pass(graph, routes, values, lines, stage) for stage in stages]
    base = passes[0]
    later = split.script_passes(graph, values, base.sampler, base.fields)
    for one in passes[1:]:
        later.append(Sampling(one_pass.pass_role(one, base), one.fields))
    for branch in find_branches(graph, way):
        one = one_pass.read_pass(graph, routes, values, lines, branch)
        later.append(Sampling(one_pass.branch_role(one), one.fields))
    upscaler = split.script_upscaler(graph, values, base.sampler)
    fields = dict(base.fields)
    fields |= resources.read_image_fields(graph, routes, values, way, base.encoders)
    if upscaler is not None:
        fields["upscaler"] = upscaler
    files = resources.collect_resources(graph, values, way.start, passes, fields.get("vae"))
    return Generation(
        generator=NAME,
        fields=fields,
        passes=tuple(later),
        resources=(*files, *resources.list_idle_loras(idle)),
        facts=tuple(islice(_list_facts(passes), MOST_FACTS)),
        unsettled=tuple(dict.fromkeys((*_list_doubts(way), *base.unsettled))),
    )


def _list_facts(passes: Iterable[Pass]) -> Iterator[Fact]:
    """Yield facts like ``KSampler.steps`` of the nodes of all passes, each node once."""
    nodes: dict[str, Node] = {}
    for one in passes:
        nodes.update((node.id, node) for node in one.nodes)
    for node in nodes.values():
        for name, value in node.inputs.items():
            text = _fact_text(value)
            if text is not None and name:
                yield Fact(f"{node.class_type}.{node.own_name(name)}", text, node.where(name))


def _fact_text(value: JsonValue) -> str | None:
    """Return a widget's value as it is written; None where it is no value, or a long text."""
    if isinstance(value, str):
        return value if 0 < len(value) <= LONGEST_FACT else None
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else None


def _list_doubts(way: Way) -> tuple[str, ...]:
    if len(way.samplers) <= MAX_PASSES:
        return way.doubts
    return (*way.doubts, f"of {len(way.samplers)} passes the first {MAX_PASSES} were read")
