"""The ways through a whole graph, by the links that its nodes name (``steps``)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from service.parse.comfyui.form.editor_json import Link
from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.link_inputs import CONDITIONING, LIKE, LINKS, Want
from service.parse.comfyui.passes.steps import (
    SIDES,
    Step,
    cross_over,
    is_carrier,
    links_by_bare_name,
    links_by_name,
    links_by_type,
    links_that_carry,
    loop_link,
    makes,
    side_of_output,
)
from service.parse.comfyui.values.ask import NodeValues


class Visit(NamedTuple):
    """A node on a way, the output by which it was reached, and what is looked for there."""

    node: Node
    slot: int
    want: Want
    reached_from: str | None = None
    """The id of the node before it on the way; None for the first."""


Stop = Callable[[Node, Want], bool]

NEGATIVES = tuple(name for name in LINKS["negative"] if name not in CONDITIONING)
"""Links that bring a negative conditioning and no other."""

PROVIDER = "upscaler"
"""The link by which an iterative upscaler gets what it samples with."""


class Routes:
    """The ways through one graph."""

    def __init__(self, graph: Graph, values: NodeValues) -> None:
        self._graph = graph
        self._values = values
        self._bundles: dict[str, str] = {}
        self._onward: dict[tuple[str, int, Want], list[Step]] = {}

    def tie(self, sampler: str, bundle: str) -> None:
        """Let a sampler that was met inside a bundle take its parts from the bundle's end.

        In Searge-SDXL one ``data`` stream runs through every node: the checkpoint may join it after
        the settings.
        """
        self._bundles[sampler] = bundle

    def starts(self, node: Node, want: Want) -> list[Step]:
        """Return where a sampler or guider takes something from.

        One with a single conditioning has no negative.
        """
        names = LINKS[want]
        neutral: tuple[str, ...] = ()
        if want == "negative":
            names, neutral = NEGATIVES, CONDITIONING
        own = [name for name in names if name in node.links]
        own = own or links_by_bare_name(node, want, neutral)
        if want in SIDES:
            own = own[:1]
        if own:
            return [(node.links[name], want) for name in own]
        if "guider" in node.links:
            guider = self.end(node.links["guider"], "guider")
            if guider is None or "guider" in guider.links:
                return []
            return self.starts(guider, want)
        if node.id in self._bundles:
            return [((self._bundles[node.id], 0), want)]
        return self._starts_in_bundle(node, want)

    def _starts_in_bundle(self, node: Node, want: Want) -> list[Step]:
        """Return the link that sounds like what is wanted, else the one that brings many things."""
        like = LIKE.get(want)
        if like is not None:
            for name, link in node.links.items():
                if like.search(name):
                    return [(link, want)]
        for name, link in node.links.items():
            if is_carrier(name) or name == PROVIDER:
                return [(link, want)]
        return []

    def origin(self, sampler: Node) -> Step | None:
        """Return where the latent or image comes from that a sampler works on."""
        wants: tuple[Want, ...] = ("latent", "image")
        for want in wants:
            for name in LINKS[want]:
                if name in sampler.links:
                    return sampler.links[name], want
        for want in wants:
            names = links_by_bare_name(sampler, want)
            if names:
                return sampler.links[names[0]], want
        for name, link in sampler.links.items():  # before what a later bundle holds
            if is_carrier(name):
                return link, "latent"
        return next(iter(self.starts(sampler, "latent")), None)

    def onward(self, node: Node, slot: int, want: Want) -> list[Step]:
        """Return the links that bring what an output hands on, in the order of their use.

        Every pass asks for most of them again, so they are remembered.
        """
        asked = (node.id, slot, want)
        if asked not in self._onward:
            self._onward[asked] = self._find_onward(node, slot, want)
        return self._onward[asked]

    def _find_onward(self, node: Node, slot: int, want: Want) -> list[Step]:
        want = side_of_output(node, slot, want)
        if node.plays("blank"):
            return []
        if node.plays("switch"):
            name = self._values.choose_input(node)
            if not name or name not in node.links:
                return []
            return [(node.links[name], want)]
        names = (
            links_by_name(node, want)
            or links_by_type(node, want)
            or links_by_bare_name(node, want)
            or loop_link(node, slot)
        )
        if names:
            return [(node.links[name], want) for name in names if name in node.links]
        return cross_over(node, want) or links_that_carry(node, want)

    def walk(self, starts: list[Step], stop: Stop | None = None) -> Iterator[Visit]:
        """Yield every node on the way up, depth first in the order of inputs, each once.

        ``stop`` says at which nodes the way ends.
        """
        seen: set[tuple[str, Want]] = set()
        waiting: list[tuple[Step, str | None]] = [(step, None) for step in reversed(starts)]
        while waiting:
            ((id_, slot), want), reached_from = waiting.pop()
            node = self._graph.get(id_)
            if node is None or (id_, want) in seen:
                continue
            seen.add((id_, want))
            yield Visit(node, slot, want, reached_from)
            if stop is None or not stop(node, want):
                waiting += [(step, id_) for step in reversed(self.onward(node, slot, want))]

    def nodes(self, node: Node, want: Want) -> Iterator[Node]:
        """Yield the nodes on the way up from what a node takes in."""
        for visit in self.walk(self.starts(node, want)):
            yield visit.node

    def end(self, link: Link, want: Want) -> Node | None:
        """Return the node that makes what comes in through a link."""
        last = None
        for visit in self.walk([(link, want)]):
            last = visit.node
        return last

    def maker(self, link: Link, want: Want) -> Node | None:
        """Return the node that makes sigmas or a sampler by itself, on the way up from a link."""
        for visit in self.walk([(link, want)]):
            if makes(visit.node, want):
                return visit.node
        return None

    def pipes(self, node: Node, names: tuple[str, ...] = ()) -> Iterator[Node]:
        """Yield the nodes of the bundles that a node takes its settings from, nearest first."""
        seen: set[str] = {node.id}
        waiting = _bundle_links(node, names)
        for id_, _ in waiting:  # the list grows while it is read
            found = self._graph.get(id_)
            if found is not None and id_ not in seen:
                seen.add(id_)
                yield found
                waiting += _bundle_links(found, names)


def _bundle_links(node: Node, names: tuple[str, ...]) -> list[Link]:
    """Return the links that bring bundles, and those of further names."""
    return [link for name, link in node.links.items() if is_carrier(name) or name in names]
