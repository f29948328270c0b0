"""From a sampler up its model line: the checkpoint where it ends, and what was applied to it."""

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache

from service.light_dataclasses import dataclass
from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.file_inputs import MODEL_FILES, PARTWISE, kind_of
from service.parse.comfyui.nodes.signature import SIGNATURES_KEPT, Names, Signature
from service.parse.comfyui.passes import loras
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.passes.steps import Step
from service.parse.comfyui.values.ask import NodeValues
from service.parse.gate import is_file
from service.records import Resource, Stated


@dataclass(frozen=True, slots=True)
class ModelLine:
    """What a sampler's model is made of."""

    model: Stated | None
    """The base, where others are merged into it."""
    resources: tuple[Resource, ...]
    """Checkpoints, then LoRAs in the order in which they are applied."""
    nodes: tuple[Node, ...]


@dataclass(slots=True)
class _Line:
    """The nodes of a line from the sampler upwards, as far as no line before went the same way."""

    nodes: dict[str, Node] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)
    """The step to each node, if none of them is at a fork."""
    model_behind: Stated | None = None
    """The model where the line goes on as one before."""


class ModelLines:
    """The model lines of one graph.

    Passes share most of theirs. Each node is read once, and where a line without forks comes to a
    node of an earlier one, it goes on as that did.
    """

    def __init__(self, graph: Graph, routes: Routes, values: NodeValues) -> None:
        self._graph = graph
        self._routes = routes
        self._values = values
        self._known: dict[str, tuple[Stated | None, list[Resource]]] = {}
        self._models: dict[Step, Stated | None] = {}
        """The first model behind each step that was gone without a fork."""

    def read(self, sampler: Node) -> ModelLine:
        """Return the model of a pass, with what no pass before it was made with."""
        line = self._follow(sampler)
        nodes = self._add_stacks(line.nodes)
        model = self._find_model(line, nodes)
        if _read_file(self._values, sampler) or loras.names_file(sampler.signature):
            nodes.setdefault(sampler.id, sampler)
            model = model or self._read_node(sampler)[0]
        checkpoints: list[Resource] = []
        applied: list[Resource] = []
        for node in nodes.values():  # from the sampler upwards: the last LoRA comes first
            file, own = self._read_node(node)
            if file is not None:
                loader = {"loader": node.class_type}
                name = str(file.value)
                checkpoints.append(Resource("checkpoint", name, file.source, extra=loader))
            applied += own
        return ModelLine(model, (*checkpoints, *reversed(applied)), tuple(nodes.values()))

    def _follow(self, sampler: Node) -> _Line:
        """Return a line up to its end, or up to where an earlier one was."""
        starts = onward = self._routes.starts(sampler, "model")
        line = _Line()
        while len(onward) == 1 and onward[0] not in self._models:
            (id_, slot), want = onward[0]
            if id_ in line.nodes:
                break  # a ring
            node = self._graph.get(id_)
            if node is None:
                return line
            line.nodes[id_], line.steps[id_] = node, onward[0]
            onward = self._routes.onward(node, slot, want)
        if not onward:
            return line
        if len(onward) == 1 and onward[0] in self._models:
            line.model_behind = self._models[onward[0]]
            return line
        return _Line({visit.node.id: visit.node for visit in self._routes.walk(starts)})

    def _find_model(self, line: _Line, nodes: dict[str, Node]) -> Stated | None:
        """Return the first model of a line, and remember what is behind each of its steps."""
        model = line.model_behind
        for id_ in reversed(nodes):
            model = self._read_node(nodes[id_])[0] or model
            if id_ in line.steps:
                self._models[line.steps[id_]] = model
        return model

    def _read_node(self, node: Node) -> tuple[Stated | None, list[Resource]]:
        """Return the model file that a node loads, and the LoRAs that it applies, last first."""
        if node.id not in self._known:
            file = _read_file(self._values, node)
            applied = reversed(loras.read_loras(self._values, node))
            self._known[node.id] = (file, [lora.resource() for lora in applied])
        return self._known[node.id]

    def _add_stacks(self, line: Mapping[str, Node]) -> dict[str, Node]:
        """Return the nodes of a model line, each followed by the LoRA stack that hangs on it."""
        nodes: dict[str, Node] = {}
        for host in line.values():
            waiting = [host]
            for node in waiting:  # the list grows while it is read
                if node.id not in nodes:
                    nodes[node.id] = node
                    for name in _links_of_stacks(node.signature):
                        origin, _ = node.links[name]
                        if origin in self._graph and origin not in line:
                            waiting.append(self._graph[origin])
        return nodes


def _read_file(values: NodeValues, node: Node) -> Stated | None:
    """Return the model file that a node loads."""
    mode, parts, own = PARTWISE
    names = (own,) if node.scalar(mode) == parts else MODEL_FILES
    for name in _names_of_models(node.signature, names):
        file = values.read_input(node, name)
        if file is not None and is_chosen(file):
            return file
    return None


@lru_cache(maxsize=SIGNATURES_KEPT)
def _names_of_models(node: Signature, names: Names) -> Names:
    """Return those of these inputs that may name a model's file.

    A LoRA's or ControlNet's ``model_name`` names none.
    """
    if not node.plays("loader") and _is_no_loader(node):
        return ()
    return tuple(name for name in names if node.has(name) and _may_name_model(node, name))


def _is_no_loader(node: Signature) -> bool:
    """Return whether a node's file is applied to a model that comes in, as a LoRA's is."""
    if "model" in node.links:
        return True
    return "lora" in node.class_type.lower() and "ckpt_name" not in node.inputs


def _may_name_model(node: Signature, name: str) -> bool:
    """Return whether an input may name the file of a model.

    ``model`` as a link brings the model itself, as a text its file. A motion module's file is a
    side file.
    """
    if name == "model" and name not in node.inputs:
        return False
    return kind_of(node.record, name) in (None, "checkpoint")


@lru_cache(maxsize=SIGNATURES_KEPT)
def _links_of_stacks(node: Signature) -> Names:
    """Return the links that bring a stack of LoRAs."""
    return tuple(name for name in node.links if "lora" in name.lower())


def is_chosen(file: Stated) -> bool:
    """Return whether a widget names a file, rather than saying that there is none."""
    return is_file(file.value)
