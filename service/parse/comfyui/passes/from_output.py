"""The way from the saved image back to the first sampler: output, decoder, latents, samplers."""

from collections.abc import Callable, Collection
from dataclasses import field

from service.light_dataclasses import dataclass
from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.link_inputs import Want
from service.parse.comfyui.passes.image_work import (
    decodes,
    draws,
    enlarges,
    is_like_samplers,
    links_of_images,
    samples,
    takes_bundle,
)
from service.parse.comfyui.passes.outputs import find_outputs
from service.parse.comfyui.passes.reach import ids_fed_by, ids_that_feed
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.passes.steps import Step, carriers


@dataclass(slots=True)
class Way:
    """What is between an output and the base pass."""

    start: Node | None = None
    """The node that wrote the image, or the last sampler where none did."""
    samplers: list[Node] = field(default_factory=list)
    """In the order in which they ran: the base pass first."""
    upscalers: list[Node] = field(default_factory=list)
    """Nodes that enlarge with a model, latest first, those before the base pass in front."""
    decoder: Node | None = None
    """What decoded the saved image."""
    broken: bool = False
    """A link on the way leads to a node that is not there."""
    doubts: tuple[str, ...] = ()


MOST_BRANCHES = 10
"""Samplers beside the way that are kept."""
MOST_OUTPUTS = 50
"""Of one kind that are looked at; real graphs have about ten."""


def find_way(graph: Graph, routes: Routes, file_name: str, fits_size: Callable[[Way], bool]) -> Way:
    """Return the way from the likeliest output that leads to a sampler.

    Of several outputs of one kind it is the first whose image has the size of the file, if any has.
    Where no output leads to one, and none is known to lead to nothing, the way begins at the last
    sampler of the first chain.
    """
    groups = find_outputs(graph, file_name)
    outputs = [output for group in groups for output in group]
    is_broken = not outputs
    dead: set[str] = set()
    for group in groups:
        ways: list[Way] = []
        for output in group[:MOST_OUTPUTS]:
            way = trace_samplers(graph, routes, output, dead)
            is_broken = is_broken or way.broken
            if way.samplers:
                ways.append(way)
        if len(ways) == 1:  # as nearly always
            return ways[0]
        if ways:
            return next(filter(fits_size, ways), ways[0])
    if is_broken:
        return _way_from_last_sampler(graph, routes, has_output=bool(outputs))
    return _way_from_fed_sampler(graph, routes, outputs)


def trace_samplers(graph: Graph, routes: Routes, start: Node, dead: set[str]) -> Way:
    """Return the way from an output, or from a lone sampler, back to the base pass.

    ``dead`` holds the nodes of ways that led to no sampler, so that many outputs on one such way
    cost no more than one.
    """
    trace = _Trace(graph, routes, dead, Way(start))
    step: Step | None = ((start.id, 0), "image")
    while step is not None:
        step = trace.follow(step)
        if step is None and trace.other_images and not trace.order:
            step = trace.other_images.pop()
    way, order = trace.way, trace.order
    if not order:
        dead |= trace.seen
        return way
    late: list[Node] = []
    for count, node in trace.enlarging:
        if count < len(order) or node is order[-1]:
            late.append(node)
        else:
            way.upscalers.append(node)
    way.upscalers += late
    way.samplers = order[::-1]
    return way


@dataclass(slots=True)
class _Trace:
    """One walk from an output upwards."""

    graph: Graph
    routes: Routes
    dead: set[str]
    way: Way
    seen: set[str] = field(default_factory=set)
    order: list[Node] = field(default_factory=list)
    """The samplers as they are met: the last to run first."""
    enlarging: list[tuple[int, Node]] = field(default_factory=list)
    """Nodes that enlarge with a model, and how many samplers were met before each."""
    other_images: list[Step] = field(default_factory=list)
    """Images to follow where the way ends without a sampler, the likeliest last."""
    bundle: str | None = None
    """The node at which the way went into the bundle that it is in."""

    def follow(self, step: Step) -> Step | None:
        """Take in the node behind a link, and return the next step of the way."""
        (id_, slot), want = step
        node = self.graph.get(id_)
        if node is None:
            self.way.broken = True
            return None
        if id_ in self.seen or id_ in self.dead:
            return None
        self.seen.add(id_)
        self._note(node, want)
        if not node.plays("switch"):
            for name in links_of_images(node.signature):
                self.other_images.append((node.links[name], "image"))
        if is_sampler(node):
            self.bundle = None
            return self.routes.origin(node) or self._step_to_stage_c()
        return self._step_on(node, slot, "latent" if want == "latent" else "image")

    def _note(self, node: Node, want: Want) -> None:
        """Keep what a node is to the image: a sampler, its decoder, what enlarges it."""
        way, signature = self.way, node.signature
        if samples(signature) or (want == "image" and draws(signature)):
            self.order.append(node)
            if self.bundle is not None:
                self.routes.tie(node.id, self.bundle)
            if self.bundle is not None or (want == "image" and takes_bundle(signature)):
                way.decoder = way.decoder or node
        if enlarges(signature):
            self.enlarging.append((len(self.order), node))
        if way.decoder is None and decodes(signature):
            way.decoder = node

    def _step_on(self, node: Node, slot: int, want: Want) -> Step | None:
        """Return the way on from a node; onto any sampler it takes something from, if need be."""
        steps = self.routes.onward(node, slot, want)
        for link in node.links.values():
            if not steps and link[0] in self.graph and is_sampler(self.graph[link[0]]):
                steps = [(link, "latent")]
        step = steps[0] if steps else self._step_to_stage_c()
        within: str | None = None
        for name in carriers(node.signature):
            if step is not None and node.links[name] == step[0]:
                within = self.bundle or node.id
        self.bundle = within
        return step

    def _step_to_stage_c(self) -> Step | None:
        """Step from Stable Cascade's second stage to its first.

        The second starts from an empty latent; the first comes in with the conditioning.
        """
        if not self.order:
            return None
        starts = self.routes.starts(self.order[-1], "positive")
        node = self.graph.get(starts[0][0][0]) if starts else None
        if node is None or "stage_c" not in node.links:
            return None
        return node.links["stage_c"], "latent"


def is_sampler(node: Node) -> bool:
    """Return whether a node that gives latents or images makes them by sampling."""
    return samples(node.signature)


def _way_from_fed_sampler(graph: Graph, routes: Routes, outputs: Collection[Node]) -> Way:
    """Return the way from the one last sampler that feeds an output, by whatever links.

    Loops, lists and maps hide how the image got from one to the other.
    """
    feeding = ids_that_feed(graph, outputs)
    samplers = [node for node in graph.values() if node.id in feeding and is_sampler(node)]
    before = ids_that_feed(graph, samplers)
    ends = [node for node in samplers if node.id not in before]
    if len(ends) != 1:
        return Way()
    way = trace_samplers(graph, routes, ends[0], set())
    way.doubts = ("the way from the saved image is lost; the only last sampler is taken",)
    return way


def _way_from_last_sampler(graph: Graph, routes: Routes, *, has_output: bool) -> Way:
    """Return the way from the last sampler of a graph without a usable output."""
    samplers = [node for node in graph.values() if is_sampler(node)]
    if has_output and len(samplers) != 1:
        return Way(doubts=("the saved image comes from a node that the file does not hold",))
    if not samplers:
        return Way()
    feeding = ids_that_feed(graph, samplers)
    ends = [node for node in samplers if node.id not in feeding]
    way = trace_samplers(graph, routes, (ends or samplers)[0], set())
    if len(ends) > 1:
        why = f"no output node says which of {len(ends)} samplers made the image"
        way.doubts = (f"{why}; the first is taken",)
    elif has_output:
        way.doubts = ("the way from the saved image is broken; the only sampler is taken",)
    return way


def find_branches(graph: Graph, way: Way) -> list[Node]:
    """Return the samplers beside the way: of parts that were put into the image, or that go on.

    Those that go on from the way's last sampler made another image of the same run.
    """
    if way.start is None:
        return []
    known = {way.start.id, *(node.id for node in way.samplers)}
    others = [node for node in graph.values() if is_like_samplers(node.signature)]
    others = [node for node in others if node.id not in known]
    if not others:  # as in nearly all graphs
        return []
    beside = ids_that_feed(graph, [way.start]) | ids_fed_by(graph, way.samplers[-1])
    return [node for node in others if node.id in beside][:MOST_BRANCHES]
