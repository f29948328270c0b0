"""The ways through a graph: by which links of a node what is looked for came in.

First what one node says, as functions; then ``Routes``, which follows the links of a whole graph.
"""

from collections.abc import Callable, Iterator

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.form.subgraphs import Link
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
from service.parse.comfyui.values.ask import NodeValues
from service.parse.comfyui.values.rules import NUMERIC

Step = tuple[Link, Want]
"""A link to follow, and what for."""
Visit = tuple[Node, int, Want]
"""A node on a way, the output by which it was reached, and what is looked for there."""
Stop = Callable[[Node, Want], bool]

SIDES: frozenset[Want] = frozenset({"positive", "negative"})
NAMED_LINKS = frozenset({"mask", "control_net", "upscale_model"}.union(*LINKS.values()))
"""Links whose names say what they bring."""
OF_OTHER_SIDE = {
    "positive": frozenset(LINKS["negative"]) - frozenset(CONDITIONING),
    "negative": frozenset(LINKS["positive"]) - frozenset(CONDITIONING),
}

NEGATIVES = tuple(name for name in LINKS["negative"] if name not in CONDITIONING)
"""Links that bring a negative conditioning and no other."""

PROVIDER = "upscaler"
"""The link by which an iterative upscaler gets what it samples with."""


def side_of_output(node: Node, slot: int, want: Want) -> Want:
    """Return which side an output gives: a ControlNet's first the positive, whatever it feeds."""
    if want not in SIDES:
        return want
    if 0 <= slot < len(node.outputs):
        side = OUTPUT_WANTS.get(node.outputs[slot])
        if side is not None and side in SIDES:
            return side
        return want
    takes_both = "positive" in node.links and "negative" in node.links
    if takes_both and "model" not in node.links and slot in (0, 1):
        return "negative" if slot else "positive"
    return want


def links_by_name(node: Node, want: Want) -> list[str]:
    """Return the links that are named after what is wanted, in the order in which they are used."""
    if want == "image" and "segs" in node.links and node.plays("paste"):
        return ["segs"]
    names = [name for name in LINKS[want] if name in node.links]
    if want == "model":
        return names
    if want not in SIDES:
        return names[:1]
    for name in node.links:
        if NUMBERED.match(name) and name not in names:
            names.append(name)
    if names and names[0] not in CONDITIONING:
        return names[:1]
    return names


def links_by_type(node: Node, want: Want) -> list[str]:
    """Return the links of the type that is wanted, where the file states types.

    Not those that name the other side.
    """
    type_, other = TYPES[want], OF_OTHER_SIDE.get(want, ())
    return [name for name, one in node.types.items() if one == type_ and name not in other]


def links_by_bare_name(node: Node, want: Want, but: tuple[str, ...] = ()) -> list[str]:
    """Return the links named after what is wanted but for case and an ``opt_`` before or after."""
    found: list[str] = []
    for name in node.links:
        bare = AROUND.sub("", name).lower()
        if bare in PLAIN[want] and bare not in but:
            found.append(name)
    return found


def loop_link(node: Node, slot: int) -> list[str]:
    """Return the link that brings what an end or a start of a loop hands on.

    NodeValues are numbered as outputs are.
    """
    if not node.plays("loop"):
        return []
    number = ""
    if 0 <= slot < len(node.outputs):
        number = "".join(filter(str.isdecimal, node.outputs[slot]))
    if not number:
        is_start = node.class_type.lower().endswith(("start", "open"))
        number = str(slot - 1 if is_start else slot + 1)
    name = f"initial_value{number}"
    if name not in node.links:
        return []
    return [name]


def cross_over(node: Node, want: Want) -> list[Step]:
    """Step from an image to the latent it was decoded from, or from a latent to its image."""
    names: tuple[str, ...] = ()
    across: Want = "image"
    if want == "image":
        names, across = LINKS["latent"], "latent"
    elif want == "latent" and node.plays("encode image"):
        names = ENCODED_IMAGE
    for name in names:
        if name in node.links:
            return [(node.links[name], across)]
    return []


def links_that_carry(node: Node, want: Want) -> list[Step]:
    """Step into a bundle, through a reroute, or along the only way there is."""
    for name, link in node.links.items():
        if is_carrier(name):
            return [(link, want)]
    for name, link in node.links.items():
        if PASSES_ALL.search(name):
            return [(link, want)]
    if len(node.links) == 1:
        name, link = next(iter(node.links.items()))
        if name not in NAMED_LINKS and name not in NUMERIC:
            return [(link, want)]
    return []


def is_carrier(name: str) -> bool:
    """Return whether a link of this name brings a bundle of things."""
    return PIPE.search(name) is not None


class Routes:
    """The ways through one graph."""

    def __init__(self, graph: Graph, values: NodeValues) -> None:
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
        """Return the links that bring what an output hands on, in the order of their use."""
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
        waiting = starts[::-1]
        while waiting:
            (id_, slot), want = waiting.pop()
            node = self._graph.get(id_)
            if node is None or (id_, want) in seen:
                continue
            seen.add((id_, want))
            yield node, slot, want
            if stop is None or not stop(node, want):
                waiting.extend(reversed(self.onward(node, slot, want)))

    def nodes(self, node: Node, want: Want) -> Iterator[Node]:
        """Yield the nodes on the way up from what a node takes in."""
        for found, _, _ in self.walk(self.starts(node, want)):
            yield found

    def end(self, link: Link, want: Want) -> Node | None:
        """Return the node that makes what comes in through a link."""
        last = None
        for node, _, _ in self.walk([(link, want)]):
            last = node
        return last

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
