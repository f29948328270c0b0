"""Which way to walk: the links of a node through which what is wanted came in."""

from collections.abc import Callable, Iterator

from service.parse.comfyui import words
from service.parse.comfyui.graph import Graph, Link, Node
from service.parse.comfyui.roles import CONDITIONING, LIKE, LINKS, ZERO, Want
from service.parse.comfyui.values import Values
from service.parse.comfyui.ways import SIDES, Step, alike, carries, carrying, crossing, looped, named, turned, typed

Stop = Callable[[Node, Want], bool]


def _never(_node: Node, _want: Want) -> bool:
    return False


PROVIDER = "upscaler"
"""The link by which an iterative upscaler gets what it samples with."""


class Routes:
    """The ways through one graph."""

    def __init__(self, graph: Graph, values: Values) -> None:
        self._graph = graph
        self._values = values
        self._bundles: dict[str, str] = {}

    def tie(self, sampler: str, bundle: str) -> None:
        """Let a sampler that was met inside a bundle take its parts from the bundle's end.

        In Searge-SDXL one ``data`` stream runs through every node: the checkpoint may join it after the settings.
        """
        self._bundles[sampler] = bundle

    def starts(self, node: Node, want: Want) -> list[Step]:
        """Return where a sampler or guider takes something from. One with a single conditioning has no negative."""
        neutral = CONDITIONING if want == "negative" else ()
        own = [name for name in LINKS[want] if name in node.links and name not in neutral]
        own = own or alike(node, want, frozenset(neutral))
        if own:
            return [(node.links[name], want) for name in (own[:1] if want in SIDES else own)]
        if "guider" in node.links:
            guider = self.end(node.links["guider"], "guider")
            return self.starts(guider, want) if guider and "guider" not in guider.links else []
        if node.id in self._bundles:
            return [((self._bundles[node.id], 0), want)]
        like = LIKE.get(want)
        links = [link for name, link in node.links.items() if like is not None and like.search(name)]
        links += [link for name, link in node.links.items() if carries(name) or name == PROVIDER]
        return [(link, want) for link in links[:1]]

    def origin(self, sampler: Node) -> Step | None:
        """Return where the latent or image comes from that a sampler works on."""
        wants: tuple[Want, ...] = ("latent", "image")
        for want in wants:
            for name in LINKS[want]:
                if name in sampler.links:
                    return sampler.links[name], want
        for want in wants:
            if names := alike(sampler, want):
                return sampler.links[names[0]], want
        own = [link for name, link in sampler.links.items() if carries(name)]  # before what a later bundle holds
        return (own[0], "latent") if own else next(iter(self.starts(sampler, "latent")), None)

    def onward(self, node: Node, slot: int, want: Want) -> list[Step]:
        """Return the links that bring what a node's output hands on, in the order in which it uses them."""
        want = turned(node, slot, want)
        if node.class_type in ZERO:
            return []
        if words.SWITCH.search(node.class_type):
            name = self._values.chosen(node)
            return [(node.links[name], want)] if name and name in node.links else []
        names = named(node, want) or typed(node, want) or alike(node, want) or looped(node, slot)
        if names:
            return [(node.links[name], want) for name in names if name in node.links]
        return crossing(node, want) or carrying(node, want)

    def walk(self, starts: list[Step], stop: Stop = _never) -> Iterator[tuple[Node, int, Want]]:
        """Yield every node on the way up, depth first in the order of inputs, each once; not past a stop."""
        seen: set[tuple[str, Want]] = set()
        waiting = starts[::-1]
        while waiting:
            (id_, slot), want = waiting.pop()
            node = self._graph.get(id_)
            if node is None or (id_, want) in seen:
                continue
            seen.add((id_, want))
            yield node, slot, want
            if not stop(node, want):
                waiting.extend(reversed(self.onward(node, slot, want)))

    def end(self, link: Link, want: Want) -> Node | None:
        """Return the node that makes what comes in through a link."""
        last = None
        for node, _, _ in self.walk([(link, want)]):
            last = node
        return last

    def pipes(self, node: Node, names: tuple[str, ...] = ()) -> Iterator[Node]:
        """Yield the nodes of the bundles that a node takes its settings from, nearest first."""
        seen: set[str] = {node.id}
        waiting = [link for name, link in node.links.items() if carries(name) or name in names]
        for id_, _ in waiting:  # the list grows while it is read
            found = self._graph.get(id_)
            if found is not None and id_ not in seen:
                seen.add(id_)
                yield found
                waiting.extend(link for name, link in found.links.items() if carries(name) or name in names)
