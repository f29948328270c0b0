"""The ways through a whole graph, by the links that its nodes name (``steps``)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from service.parse.comfyui.form.editor_json import Link
from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.link_inputs import Want
from service.parse.comfyui.nodes.signature import Signature
from service.parse.comfyui.passes.steps import (
    NamedStep,
    Step,
    link_in_bundle,
    link_to_origin,
    links_of_bundles,
    links_onward,
    links_to_start,
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


Stop = Callable[[Signature, Want], bool]


class Routes:
    """The ways through one graph."""

    def __init__(self, graph: Graph, values: NodeValues) -> None:
        self._graph = graph
        self._values = values
        self._bundles: dict[str, str] = {}
        self._known: dict[Step, list[tuple[Step, str | None]]] = {}

    def tie(self, sampler: str, bundle: str) -> None:
        """Let a sampler that was met inside a bundle take its parts from the bundle's end.

        In Searge-SDXL one ``data`` stream runs through every node: the checkpoint may join it after
        the settings.
        """
        self._bundles[sampler] = bundle

    def starts(self, node: Node, want: Want) -> list[Step]:
        """Return where a sampler or guider takes something from."""
        own = links_to_start(node.signature, want)
        if own:
            return [(node.links[name], want) for name in own]
        if "guider" in node.links:
            guider = self.end(node.links["guider"], "guider")
            if guider is None or "guider" in guider.links:
                return []
            return self.starts(guider, want)
        if node.id in self._bundles:
            return [((self._bundles[node.id], 0), want)]
        name = link_in_bundle(node.signature, want)
        return [] if name is None else [(node.links[name], want)]

    def origin(self, sampler: Node) -> Step | None:
        """Return where the latent or image comes from that a sampler works on."""
        own = link_to_origin(sampler.signature)
        if own is not None:
            return sampler.links[own[0]], own[1]
        return next(iter(self.starts(sampler, "latent")), None)

    def onward(self, node: Node, slot: int, want: Want) -> list[Step]:
        """Return the links that bring what an output hands on, in the order of their use."""
        named = self._named_onward(node, slot, want)
        return [(node.links[name], brought) for name, brought in named]

    def _named_onward(self, node: Node, slot: int, want: Want) -> tuple[NamedStep, ...]:
        if not node.plays("switch") or node.plays("blank"):
            return links_onward(node.signature, slot, want)
        name = self._values.choose_input(node)
        if not name or name not in node.links:
            return ()
        return ((name, side_of_output(node.signature, slot, want)),)

    def walk(self, starts: list[Step], stop: Stop | None = None) -> Iterator[Visit]:
        """Yield every node on the way up, depth first in the order of inputs, each once.

        ``stop`` says at which nodes the way ends.
        """
        seen: set[tuple[str, Want]] = set()
        waiting: list[tuple[Step, str | None]] = [(step, None) for step in reversed(starts)]
        while waiting:
            step, reached_from = waiting.pop()
            (id_, slot), want = step
            node = self._graph.get(id_)
            if node is None or (id_, want) in seen:
                continue
            seen.add((id_, want))
            yield Visit(node, slot, want, reached_from)
            if stop is None or not stop(node.signature, want):
                waiting += self._branches(node, step)

    def _branches(self, node: Node, step: Step) -> list[tuple[Step, str | None]]:
        """Return the steps on from a node, each with the node's id, the last to be gone first.

        Every pass asks for most of them again, so they are remembered.
        """
        known = self._known.get(step)
        if known is None:
            (id_, slot), want = step
            named = self._named_onward(node, slot, want)
            known = [((node.links[name], brought), id_) for name, brought in reversed(named)]
            self._known[step] = known
        return known

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
            if makes(visit.node.signature, want):
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
    return [node.links[name] for name in links_of_bundles(node.signature, names)]
