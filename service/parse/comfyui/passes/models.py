"""From a sampler up its model line: the checkpoint where it ends, and what was applied to it."""

from collections.abc import Mapping
from functools import lru_cache

from service.light_dataclasses import dataclass
from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes.file_inputs import MODEL_FILES, PARTWISE, kind_of
from service.parse.comfyui.nodes.signature import SIGNATURES_KEPT, Names, Signature
from service.parse.comfyui.passes import loras
from service.parse.comfyui.passes.routes import Routes
from service.parse.comfyui.values.ask import NodeValues
from service.parse.gate import is_file
from service.records import Resource, Stated


@dataclass(frozen=True, slots=True)
class ModelLine:
    """What a sampler's model is made of."""

    models: tuple[Stated, ...]
    """The first is the base; further ones are merged into it."""
    resources: tuple[Resource, ...]
    """Checkpoints, then LoRAs in the order in which they are applied."""
    nodes: tuple[Node, ...]


class ModelLines:
    """The model lines of one graph. Passes share most of theirs, so each node is read once."""

    def __init__(self, graph: Graph, routes: Routes, values: NodeValues) -> None:
        self._graph = graph
        self._routes = routes
        self._values = values
        self._known: dict[str, tuple[Stated | None, list[Resource]]] = {}

    def read(self, sampler: Node) -> ModelLine:
        """Return the model of a pass."""
        line: dict[str, Node] = {}
        for visit in self._routes.walk(self._routes.starts(sampler, "model")):
            line[visit.node.id] = visit.node
        nodes = self._add_stacks(line)
        if _read_file(self._values, sampler) or loras.names_file(sampler.signature):
            nodes.setdefault(sampler.id, sampler)
        models: list[Stated] = []
        checkpoints: list[Resource] = []
        applied: list[Resource] = []
        for node in nodes.values():  # from the sampler upwards: the last LoRA comes first
            file, own = self._read_node(node)
            if file is not None:
                models.append(file)
                loader = {"loader": node.class_type}
                name = str(file.value)
                checkpoints.append(Resource("checkpoint", name, file.source, extra=loader))
            applied += own
        return ModelLine(tuple(models), (*checkpoints, *reversed(applied)), tuple(nodes.values()))

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
