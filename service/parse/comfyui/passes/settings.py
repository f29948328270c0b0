"""The settings of one pass: on the sampler, on the parts it is built from, or in a bundle."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain

from service.light_dataclasses import dataclass
from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.link_inputs import Want
from service.parse.comfyui.nodes.setting_inputs import (
    HANDED_ON,
    NAMES,
    NUMBERS,
    PARTS,
    SCHEDULES,
    SETTING_PIPES,
)
from service.parse.comfyui.nodes.signature import SIGNATURES_KEPT, Names, Signature
from service.parse.comfyui.nodes.table import TABLE
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import NodeValues
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
    "frames",
    "seconds",
)

PART_WANTS: dict[str, Want] = {"sigmas": "sigmas", "sampler": "sampler", "guider": "guider"}
"""Parts that may come from further up, by the link that leads to them."""
CLASS_WANTS: dict[Field, Want] = {"scheduler": "sigmas", "sampler": "sampler"}
"""PassSettings that a part may be, so that its class is their name."""


@dataclass(frozen=True, slots=True)
class PassSettings:
    """What a pass states of its settings, and where."""

    fields: dict[Field, Stated]
    """In the generator's own words."""
    nodes: list[Node]
    """The sampler and all nodes that may hold a setting of it, each once."""


def read_settings(graph: Graph, routes: Routes, values: NodeValues, sampler: Node) -> PassSettings:
    """Return the settings of a pass."""
    found: dict[Field, Stated] = {}
    pipes = list(routes.pipes(sampler, SETTING_PIPES))
    parts = _linked_parts(sampler.signature)
    holders = {
        links: list(_list_holders(graph, routes, sampler, links, pipes))
        for links in dict.fromkeys(parts.values())
    }
    for field in FIELDS:
        answer = _read_first(values, holders[parts[field]], field)
        if answer is None and field in CLASS_WANTS:
            answer = _name_by_class(routes, sampler, field)
        if answer is None and field == "steps":
            answer = _count_sigmas(routes, sampler)
        if answer is not None:
            found[field] = answer
    if "sampler" not in found and _solves_by_schedule(sampler, found):
        found["sampler"] = found.pop("scheduler")
    if "sigmas" in sampler.links:
        found |= _read_split(routes, values, sampler)
    return PassSettings(found, list(_each_once(holders.values())))


@lru_cache(maxsize=SIGNATURES_KEPT)
def _linked_parts(sampler: Signature) -> Mapping[Field, Names]:
    """Return by which links a sampler gets the parts that may hold a setting."""
    return {
        field: tuple(name for name in PARTS.get(field, ()) if name in sampler.links)
        for field in FIELDS
    }


def _each_once(holders: Iterable[Iterable[Node]]) -> Iterator[Node]:
    """Yield the nodes of several lists, each once."""
    nodes: dict[str, Node] = {}
    for node in chain.from_iterable(holders):
        nodes.setdefault(node.id, node)
    yield from nodes.values()


def _solves_by_schedule(sampler: Node, found: Mapping[Field, Stated]) -> bool:
    """Return whether a sampler's scheduler is its whole method, as in wrappers of diffusers."""
    stated = found.get("scheduler")
    if stated is None or any(map(sampler.has, (*NAMES["sampler"], "sigmas"))):
        return False
    is_own = stated.source.startswith(sampler.place)
    return is_own and str(stated.value).lower() not in SCHEDULES


def _list_holders(
    graph: Graph, routes: Routes, sampler: Node, parts: tuple[str, ...], pipes: Iterable[Node]
) -> Iterator[Node]:
    """Yield the nodes that may hold a setting of these linked parts of a sampler, likeliest first.

    The sampler itself is the first; what brings it bundles (``pipes``) is behind the parts.
    """
    iterates = sampler.plays("iterate")
    if not iterates:
        yield sampler
    for name in parts:
        link, want = sampler.links[name], PART_WANTS.get(name)
        if want is not None:
            for visit in routes.walk([(link, want)]):
                yield visit.node
        elif link[0] in graph:
            yield graph[link[0]]
            yield from routes.pipes(graph[link[0]], HANDED_ON)
    yield from pipes
    if iterates:
        yield sampler


def _read_first(values: NodeValues, nodes: Iterable[Node], field: Field) -> Stated | None:
    """Return what the first of these nodes says of a setting; a number is no name."""
    is_name = field in NAMES
    names = NAMES[field] if is_name else NUMBERS[field]
    for node in nodes:
        answer = values.read_first(node, names)
        if answer is not None and (not is_name or isinstance(answer.value, str)):
            return answer
    return None


def _name_by_class(routes: Routes, sampler: Node, field: Field) -> Stated | None:
    """Return the class of a node that makes sigmas, or is a sampler, without naming them."""
    want = CLASS_WANTS[field]
    if want not in sampler.links:
        return None
    maker = routes.maker(sampler.links[want], want)
    if maker is None or _declares_name(maker, field):
        return None
    return Stated(maker.class_type, maker.place.rsplit(".", 1)[0])


def _declares_name(maker: Node, field: Field) -> bool:
    """Return whether a class has an input for the name, so that the file only does not say it."""
    declared = {one.name for one in TABLE.usual_inputs(maker.class_type)}
    return not declared.isdisjoint(NAMES[field])


def _count_sigmas(routes: Routes, sampler: Node) -> Stated | None:
    """Return the steps of a list of sigmas (``1.0, 0.9, 0.0``): one fewer than it has."""
    if "sigmas" not in sampler.links:
        return None
    maker = routes.end(sampler.links["sigmas"], "sigmas")
    if maker is None:
        return None
    sigmas = maker.stated("sigmas")
    if sigmas is None or not isinstance(sigmas.value, str):
        return None
    count = len(sigmas.value.replace(",", " ").split()) - 1
    if count < 1:
        return None
    return Stated(count, sigmas.source)


def _read_split(routes: Routes, values: NodeValues, sampler: Node) -> dict[Field, Stated]:
    """Return where a pass starts and ends whose sigmas were split.

    The first output is their high part.
    """
    found: dict[Field, Stated] = {}
    for part, slot, *_ in routes.walk([(sampler.links["sigmas"], "sigmas")]):
        if not part.plays("split sigmas"):
            continue
        step = values.read_input(part, "step")
        if step is not None:
            found.setdefault("start_step" if slot else "end_step", step)
    return found
