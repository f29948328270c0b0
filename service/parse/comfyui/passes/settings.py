"""The settings of one sampling pass.

On the sampler, on the parts it is built from, or in a pipe.
"""

from collections.abc import Iterator

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.link_inputs import Want
from service.parse.comfyui.nodes.setting_inputs import (
    HANDED_ON,
    NAMES,
    NUMBERS,
    PARTS,
    SETTING_PIPES,
)
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import Values
from service.records import Field, Stated

FIELDS: tuple[Field, ...] = (
    "steps",
    "start_step",
    "end_step",
    "cfg_scale",
    "sampler",
    "scheduler",
    "seed",
    "denoise",
    "guidance",
)

_PART_WANTS: dict[str, Want] = {"sigmas": "sigmas", "sampler": "sampler", "guider": "guider"}
_CLASS_WANTS: dict[Field, Want] = {"scheduler": "sigmas", "sampler": "sampler"}


def setting_parts(graph: Graph, routes: Routes, node: Node, field: Field) -> Iterator[Node]:
    """Yield the nodes that may hold a setting of a sampler, likeliest first, itself first."""
    if not node.plays("iterate"):
        yield node
    for name in PARTS.get(field, ()):
        if name in node.links:
            want = _PART_WANTS.get(name)
            if want:
                yield from (found for found, _, _ in routes.walk([(node.links[name], want)]))
            elif node.links[name][0] in graph:
                yield graph[node.links[name][0]]
                yield from routes.pipes(graph[node.links[name][0]], HANDED_ON)
    yield from routes.pipes(node, SETTING_PIPES)
    if node.plays("iterate"):
        yield node


def read_setting(graph: Graph, routes: Routes, values: Values, node: Node) -> dict[Field, Stated]:
    """Return what a pass states of its settings, in the generator's own words."""
    found: dict[Field, Stated] = {}
    for field in FIELDS:
        names = NUMBERS.get(field) or NAMES.get(field, ())
        holders = setting_parts(graph, routes, node, field)
        answers = (stated for holder in holders if (stated := values.first(holder, names)))
        answer = next(
            (stated for stated in answers if isinstance(stated.value, str) or field in NUMBERS),
            None,
        )
        answer = answer or _name_by_class(routes, node, field) or _count_sigmas(routes, node, field)
        if answer is not None:
            found[field] = answer
    return found | _split(routes, values, node)


def _split(routes: Routes, values: Values, node: Node) -> dict[Field, Stated]:
    """Return where a pass starts and ends whose sigmas were split.

    The first output is their high part.
    """
    found: dict[Field, Stated] = {}
    for part, slot, _ in routes.walk(
        [(node.links["sigmas"], "sigmas")] if "sigmas" in node.links else []
    ):
        step = values.read(part, "step") if part.plays("split sigmas") else None
        if step is not None:
            found.setdefault("start_step" if slot else "end_step", step)
    return found


def _name_by_class(routes: Routes, node: Node, field: Field) -> Stated | None:
    """Return the class of a node that makes sigmas, or is a sampler, without naming them.

    It is the name.
    """
    part = _CLASS_WANTS.get(field)
    if part is None or part not in node.links:
        return None
    maker = routes.end(node.links[part], part)
    if maker is None or (field == "sampler" and "sampler" not in maker.class_type.lower()):
        return None
    return Stated(maker.class_type, maker.place.rsplit(".", 1)[0])


def _count_sigmas(routes: Routes, node: Node, field: Field) -> Stated | None:
    """Return the steps of a list of sigmas written out (``1.0, 0.9, 0.0``).

    One fewer than it has.
    """
    maker = (
        routes.end(node.links["sigmas"], "sigmas")
        if field == "steps" and "sigmas" in node.links
        else None
    )
    sigmas = maker.stated("sigmas") if maker else None
    if sigmas is None or not isinstance(sigmas.value, str):
        return None
    count = len(sigmas.value.replace(",", " ").split()) - 1
    return Stated(count, sigmas.source) if count > 0 else None


def nodes_of_settings(graph: Graph, routes: Routes, node: Node) -> list[Node]:
    """Return the sampler and the nodes its settings stand on, each once."""
    nodes: dict[str, Node] = {}
    for field in FIELDS:
        for found in setting_parts(graph, routes, node, field):
            nodes.setdefault(found.id, found)
    return list(nodes.values())
