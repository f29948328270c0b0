"""Which inputs of one node bring what an output of it hands on.

Which way to walk: the links of a node through which what is wanted came in.
"""

from collections.abc import Callable, Iterator

from service.parse.comfyui.form.graph import Graph, Link, Node
from service.parse.comfyui.nodes.link_inputs import (
    AROUND,
    CONDITIONING,
    ENCODED_IMAGE,
    LIKE,
    LINKS,
    NUMBERED,
    OUTPUT_WANTS,
    PASSES_ALL,
    PIPE,
    PLAIN,
    TYPES,
    Want,
)
from service.parse.comfyui.values.ask import Values
from service.parse.comfyui.values.rules import NUMERIC

Step = tuple[Link, Want]

SIDES: frozenset[Want] = frozenset({"positive", "negative"})
OTHERS = frozenset(name for names in LINKS.values() for name in names) | {
    "mask",
    "control_net",
    "upscale_model",
}
OF_OTHER_SIDE = {
    "positive": frozenset(LINKS["negative"]) - frozenset(CONDITIONING),
    "negative": frozenset(LINKS["positive"]) - frozenset(CONDITIONING),
}


def side_of_output(node: Node, slot: int, want: Want) -> Want:
    """Return the side an output stands for.

    A ControlNet's first is the positive, whatever it feeds.
    """
    if want not in SIDES:
        return want
    names = node.output_names
    if 0 <= slot < len(names):
        side = OUTPUT_WANTS.get(names[slot], want)
        return side if side in SIDES else want
    if (
        "positive" in node.links
        and "negative" in node.links
        and "model" not in node.links
        and slot in (0, 1)
    ):
        return "negative" if slot else "positive"
    return want


def links_by_bare_name(node: Node, want: Want, but: frozenset[str] = frozenset()) -> list[str]:
    """Return the links whose names are those of what is wanted but for their case and an ``opt_`` before or after."""
    plain = PLAIN[want]
    return [
        name
        for name in node.links
        if (bare := AROUND.sub("", name).lower()) in plain and bare not in but
    ]


def links_by_type(node: Node, want: Want) -> list[str]:
    """Return the links of the type that is wanted, where the file states types.

    Not those that name the other side.
    """
    other = OF_OTHER_SIDE.get(want, frozenset())
    return [
        name for name, type_ in node.types.items() if type_ == TYPES[want] and name not in other
    ]


def links_by_name(node: Node, want: Want) -> list[str]:
    """Return the links that are named after what is wanted, in the order in which a node uses them."""
    if want == "image" and "segs" in node.links and node.plays("paste"):
        return ["segs"]
    names = [name for name in LINKS[want] if name in node.links]
    if want in SIDES:
        names += [name for name in node.links if NUMBERED.match(name) and name not in names]
    if want in SIDES and names and names[0] not in CONDITIONING:
        return names[:1]
    if want in SIDES or want == "model":
        return names
    return names[:1]


def cross_over(node: Node, want: Want) -> list[Step]:
    """Step from an image to the latent it was decoded from, or from a latent to the image it was encoded from."""
    if want == "image":
        return [(node.links[name], "latent") for name in LINKS["latent"] if name in node.links][:1]
    if want == "latent":
        names = ENCODED_IMAGE if node.plays("encode image") else ()
        return [(node.links[name], "image") for name in names if name in node.links][:1]
    return []


def loop_link(node: Node, slot: int) -> list[str]:
    """Return the link that brings what an end or a start of a loop hands on.

    Values are numbered as outputs are.
    """
    if not node.plays("loop"):
        return []
    names = node.output_names
    digits = "".join(filter(str.isdecimal, names[slot])) if 0 <= slot < len(names) else ""
    starts = node.class_type.lower().endswith(("start", "open"))
    name = f"initial_value{digits or slot + (-1 if starts else 1)}"
    return [name] if name in node.links else []


def links_that_carry(node: Node, want: Want) -> list[Step]:
    """Step into a bundle, through a reroute, or along the only way there is."""
    pipes = [link for name, link in node.links.items() if is_carrier(name)]
    whole = [link for name, link in node.links.items() if PASSES_ALL.search(name)]
    found = pipes or whole
    if (
        not found
        and len(node.links) == 1
        and OTHERS.isdisjoint(node.links)
        and NUMERIC.isdisjoint(node.links)
    ):
        found = list(node.links.values())
    return [(link, want) for link in found[:1]]


def is_carrier(name: str) -> bool:
    """Return whether a link of this name brings a bundle of things."""
    return PIPE.search(name) is not None


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

        In Searge-SDXL one ``data`` stream runs through every node: the checkpoint may join it after
        the settings.
        """
        self._bundles[sampler] = bundle

    def starts(self, node: Node, want: Want) -> list[Step]:
        """Return where a sampler or guider takes something from.

        One with a single conditioning has no negative.
        """
        neutral = CONDITIONING if want == "negative" else ()
        own = [name for name in LINKS[want] if name in node.links and name not in neutral]
        own = own or links_by_bare_name(node, want, frozenset(neutral))
        if own:
            return [(node.links[name], want) for name in (own[:1] if want in SIDES else own)]
        if "guider" in node.links:
            guider = self.end(node.links["guider"], "guider")
            return self.starts(guider, want) if guider and "guider" not in guider.links else []
        if node.id in self._bundles:
            return [((self._bundles[node.id], 0), want)]
        like = LIKE.get(want)
        links = [
            link for name, link in node.links.items() if like is not None and like.search(name)
        ]
        links += [link for name, link in node.links.items() if is_carrier(name) or name == PROVIDER]
        return [(link, want) for link in links[:1]]

    def origin(self, sampler: Node) -> Step | None:
        """Return where the latent or image comes from that a sampler works on."""
        wants: tuple[Want, ...] = ("latent", "image")
        for want in wants:
            for name in LINKS[want]:
                if name in sampler.links:
                    return sampler.links[name], want
        for want in wants:
            if names := links_by_bare_name(sampler, want):
                return sampler.links[names[0]], want
        own = [
            link for name, link in sampler.links.items() if is_carrier(name)
        ]  # before what a later bundle holds
        return (own[0], "latent") if own else next(iter(self.starts(sampler, "latent")), None)

    def onward(self, node: Node, slot: int, want: Want) -> list[Step]:
        """Return the links that bring what a node's output hands on, in the order in which it uses them."""
        want = side_of_output(node, slot, want)
        if node.plays("blank"):
            return []
        if node.plays("switch"):
            name = self._values.chosen(node)
            return [(node.links[name], want)] if name and name in node.links else []
        names = (
            links_by_name(node, want)
            or links_by_type(node, want)
            or links_by_bare_name(node, want)
            or loop_link(node, slot)
        )
        if names:
            return [(node.links[name], want) for name in names if name in node.links]
        return cross_over(node, want) or links_that_carry(node, want)

    def walk(self, starts: list[Step], stop: Stop = _never) -> Iterator[tuple[Node, int, Want]]:
        """Yield every node on the way up, depth first in the order of inputs, each once.

        Not past a stop.
        """
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
        waiting = [link for name, link in node.links.items() if is_carrier(name) or name in names]
        for id_, _ in waiting:  # the list grows while it is read
            found = self._graph.get(id_)
            if found is not None and id_ not in seen:
                seen.add(id_)
                yield found
                waiting.extend(
                    link for name, link in found.links.items() if is_carrier(name) or name in names
                )
