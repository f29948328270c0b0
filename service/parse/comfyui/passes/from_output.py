"""The way from the saved image back to the first sampler: IMAGE, decoder, LATENT, samplers."""

from dataclasses import dataclass, field

from service.parse.comfyui.form.graph import Graph, Link, Node
from service.parse.comfyui.nodes.file_inputs import kind_of
from service.parse.comfyui.nodes.general import NO_SAMPLER
from service.parse.comfyui.nodes.link_inputs import LINKS
from service.parse.comfyui.nodes.setting_inputs import SAMPLER_SIGNS, SERVICE_SIGNS
from service.parse.comfyui.passes.routes import Routes, Step, is_carrier
from service.parse.comfyui.values.rules import NUMERIC


@dataclass(slots=True)
class Path:
    """What lies between an output and the base pass."""

    samplers: list[Node] = field(default_factory=list)
    """In the order in which they ran: the base pass first."""
    upscalers: list[Node] = field(default_factory=list)
    """Nodes that enlarge with a model, latest first, those before the base pass in front."""
    decoder: Node | None = None
    """What decoded the saved image."""
    broken: bool = False
    """A link on the way leads to a node that is not there."""


LATENTS = frozenset(LINKS["latent"])


def is_sampler(node: Node) -> bool:
    """Return whether a node that gives latents or images makes them by sampling."""
    if node.record.roles is not None:
        return node.plays("sampler")
    signs = sum(any(node.has(name) for name in sign) for sign in SAMPLER_SIGNS)
    if signs == len(SAMPLER_SIGNS) and "model" in node.links and not LATENTS.isdisjoint(node.links):
        return True
    if signs > 2:  # noqa: PLR2004  three of four
        may_sample = node.plays("sampler") or _works_on_something(node)
        return may_sample and NO_SAMPLER.search(node.class_type) is None
    return node.plays("sampler") and NO_SAMPLER.search(node.class_type) is None


def _works_on_something(node: Node) -> bool:
    """Return whether more than numbers comes in.

    A node that only offers settings to others has nothing to sample.
    """
    prompts = SERVICE_SIGNS[0] | {"positive"}
    return any(name not in NUMERIC for name in node.links) or any(
        name in prompts for name in node.inputs
    )


def draws(node: Node) -> bool:
    """Return whether a node that gives an image asks a service for it, which samples elsewhere."""
    return all(any(node.has(name) for name in sign) for sign in SERVICE_SIGNS)


def find_outputs(graph: Graph, file_name: str) -> list[Node]:
    """Return the nodes that may have written the file, likeliest first.

    Savers stand before previews; among savers the one whose file name prefix fits best, then the
    order of the graph.
    """
    savers = [node for node in graph.values() if _image_links(node) and node.plays("saver")]
    previews = [node for node in graph.values() if _image_links(node) and node.plays("preview")]
    shown = {node.id for node in previews}
    savers = [node for node in savers if node.id not in shown]
    savers.sort(key=lambda node: -_fit(node, file_name))
    return savers + previews or _last(graph)


def _last(graph: Graph) -> list[Node]:
    """Return the only node that takes an image and gives nobody anything.

    A saver that is not called one.
    """
    used = {origin for node in graph.values() for origin, _ in node.links.values()}
    ends = [
        node for node in graph.values() if node.id not in used and not IMAGES.isdisjoint(node.links)
    ]
    return ends if len(ends) == 1 else []


SHOWABLE = frozenset({*LINKS["image"], *LINKS["latent"], "any"})


def _image_links(node: Node) -> bool:
    return not SHOWABLE.isdisjoint(node.links)


def _fit(node: Node, file_name: str) -> int:
    prefix = node.scalar("filename_prefix") or node.scalar("filename") or ""
    literal = str(prefix).replace("\\", "/").rsplit("/", 1)[-1].split("%", 1)[0]
    return len(literal) if file_name.startswith(literal) else 0


def trace_samplers(graph: Graph, routes: Routes, start: Node, dead: set[str]) -> Path:
    """Walk back from an output, or from a lone sampler, to the base pass.

    ``dead`` holds the nodes of ways that led to no sampler, so that many outputs on one such way
    cost no more than one.
    """
    path = Path()
    order: list[Node] = []
    enlarged: list[tuple[int, Node]] = []
    seen: set[str] = set()
    others: list[Step] = []
    bundle: str | None = None
    step: Step | None = ((start.id, 0), "image")
    while step is not None:
        (id_, slot), want = step
        node = graph.get(id_)
        if node is None or id_ in seen or id_ in dead:
            path.broken = path.broken or node is None
            step = others.pop() if others and not order else None
            continue
        seen.add(id_)
        if is_sampler(node) or (want == "image" and draws(node)):
            order.append(node)
            _tie(routes, path, node, bundle)
            path.decoder = path.decoder or (
                node if want == "image" and decodes_by_sampler_vae(node) else None
            )
        if "upscale_model" in node.links or names_upscaler(node):
            enlarged.append((len(order), node))
        if path.decoder is None and _decodes(node):
            path.decoder = node
        step = _next(graph, routes, node, slot, want) or _stage_c(graph, routes, order)
        bundle = (
            (bundle or id_)
            if step and _sampler_in_bundle(node, step) and not is_sampler(node)
            else None
        )
        others += _others(node)
        step = step or (others.pop() if others and not order else None)
    if not order:
        dead |= seen
    path.samplers = order[::-1]
    base = order[-1].id if order else None
    sides = [(count < len(order) or node.id == base, node) for count, node in enlarged]
    path.upscalers = [node for after, node in sides if not after] + [
        node for after, node in sides if after
    ]
    return path


def decodes_by_sampler_vae(sampler: Node) -> bool:
    """Return whether a sampler that gives an image takes its decoder from a bundle."""
    return any(is_carrier(name) for name in sampler.links)


def names_upscaler(node: Node) -> bool:
    """Return whether a node on the image's way names the file of an upscale model itself."""
    return any(kind_of(node.record, name) == "upscaler" for name in node.inputs)


IMAGES = frozenset({*LINKS["image"], "source", "overlay"})


def _others(node: Node) -> list[Step]:
    """Return the ways to a node's images, the first last.

    Tried where none before led to a sampler.
    """
    if node.plays("switch"):
        return []
    images = [link for name, link in node.links.items() if "image" in name or name in IMAGES]
    return [(link, "image") for link in reversed(images)]


def _decodes(node: Node) -> bool:
    return any(name in node.links for name in LINKS["vae"]) and (
        "samples" in node.links or is_sampler(node)
    )


def _sampler_in_bundle(node: Node, step: Step) -> bool:
    return any(link == step[0] and is_carrier(name) for name, link in node.links.items())


def _tie(routes: Routes, path: Path, sampler: Node, bundle: str | None) -> None:
    if bundle is not None:
        routes.tie(sampler.id, bundle)
        path.decoder = path.decoder or sampler


def _next(graph: Graph, routes: Routes, node: Node, slot: int, want: str) -> Step | None:
    if is_sampler(node):
        return routes.origin(node)
    steps = routes.onward(node, slot, "latent" if want == "latent" else "image")
    return steps[0] if steps else _any_sampler(graph, node)


def _any_sampler(graph: Graph, node: Node) -> Step | None:
    """Step onto a sampler that an unknown node takes something from."""
    for link in node.links.values():
        if link[0] in graph and is_sampler(graph[link[0]]):
            return link, "latent"
    return None


def _stage_c(graph: Graph, routes: Routes, order: list[Node]) -> Step | None:
    """Stable Cascade: the second stage starts from an empty latent.

    The first comes in with the conditioning.
    """
    links: list[Link] = [link for link, _ in routes.starts(order[-1], "positive")] if order else []
    node = graph.get(links[0][0]) if links else None
    return (node.links["stage_c"], "latent") if node and "stage_c" in node.links else None
