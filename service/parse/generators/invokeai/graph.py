"""``invokeai_graph``: nodes by id, and edges that carry a node's field to another's.

The user interface adds a ``core_metadata`` node that gathers what ``invokeai_metadata`` states;
some of its fields come by edge from a ``string`` or ``integer`` node (corpus: invokeai.png). A
workflow of the user's own has none: there the node that denoises and those that feed it are read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.parse.generators.invokeai import metadata
from service.parse.shared.json_facts import JsonTable, is_text_or_number
from service.records import Field, Generation, Resource, Stated
from service.records.json_values import JsonValue

VALUES = ("value", "prompt", "a", "text", "string")
"""Fields that hold what a node hands on."""

PLACES: tuple[tuple[Field, tuple[str, ...], tuple[str, ...]], ...] = (
    ("positive_prompt", ("positive_conditioning", "positive_text_conditioning"), ("prompt",)),
    ("negative_prompt", ("negative_conditioning", "negative_text_conditioning"), ("prompt",)),
    ("seed", ("noise",), ("seed",)),
    ("width", ("noise",), ("width",)),
    ("height", ("noise",), ("height",)),
)
"""Field, the denoising node's input it comes by, and the field of the node at the other end."""

_OWN = frozenset(
    {"steps", "num_steps", "cfg_scale", "guidance", "scheduler", "seed", "width", "height"}
)
_NO_FIELDS = ("id", "type")
_FURTHEST = 8
"""Nodes between a value and its use: collectors, primitives, string nodes."""


def read_graph(table: JsonTable) -> Generation:
    """Return what the graph gathers as metadata, and what the denoising node says beyond that."""
    graph = InvokeGraph(table)
    run = Generation("invokeai", {})
    for id_, node in graph.nodes.items():
        if _denoises(node):
            run = graph.read_run(id_)
            break
    for id_, node in graph.nodes.items():
        if node.get("type") == "core_metadata":
            found = metadata.read_metadata(graph.gather(id_))
            return replace(found, fields={**run.fields, **found.fields})
    return run


def _denoises(node: Mapping[str, JsonValue]) -> bool:
    type_ = node.get("type")
    if not isinstance(type_, str) or "mask" in type_:
        return False
    return "denoise" in type_ or type_ in ("t2l", "l2l", "txt2img")


class InvokeGraph:
    """A graph's nodes, and for each input the node it comes from."""

    def __init__(self, table: JsonTable) -> None:
        self._table = table.inside("nodes") or JsonTable({}, table.source)
        self.nodes: dict[str, dict[str, JsonValue]] = {}
        for id_, node in self._table.data.items():
            if isinstance(node, dict):
                self.nodes[id_] = node
        self._links: dict[tuple[str, str], str] = {}
        for edge in table.each("edges"):
            source, target = edge.inside("source"), edge.inside("destination")
            if source is not None and target is not None:
                key = (target.text("node_id") or "", target.text("field") or "")
                self._links.setdefault(key, source.text("node_id") or "")

    def _node_table(self, id_: str, data: Mapping[str, JsonValue]) -> JsonTable:
        """Return values as those of a node."""
        return JsonTable(data, self._table.source, f"{self._table.path}.{id_}")

    def gather(self, id_: str) -> JsonTable:
        """Return a node with its linked fields filled in."""
        own = self.nodes[id_].items()
        fields = {
            name: value for name, value in own if value is not None and name not in _NO_FIELDS
        }
        for node, name in self._links:
            linked = self.value(id_, name) if node == id_ else None
            if linked is not None:
                fields[name] = linked
        return self._node_table(id_, fields)

    def value(self, id_: str, name: str) -> JsonValue:
        """Return what an input holds, through its links where it has them."""
        for _ in range(_FURTHEST):
            if (id_, name) not in self._links:
                return self.nodes.get(id_, {}).get(name)
            id_ = self._links[id_, name]
            name = next((key for key in VALUES if key in self.nodes.get(id_, {})), name)
        return None

    def read_run(self, start: str) -> Generation:
        """Return what the denoising node and those that feed it say."""
        own: dict[str, JsonValue] = {name: self.value(start, name) for name in _OWN}
        found = metadata.read_metadata(self._node_table(start, own))
        loaded = self._read_loader()
        fields = {**found.fields, **loaded.fields, **dict(self._fields_of_feeders(start))}
        return Generation("invokeai", fields, found.passes, (*loaded.resources, *self._loras()))

    def _loras(self) -> Iterator[Resource]:
        for id_, node in self.nodes.items():
            table = self._node_table(id_, node)
            yield from metadata.named_models(table, "lora", ("lora",), ("weight",))

    def _read_loader(self) -> Generation:
        """Return the model of the first loader."""
        for id_, node in self.nodes.items():
            model = node.get("model")
            if "model_loader" in str(node.get("type")) and isinstance(model, dict):
                return metadata.read_metadata(self._node_table(id_, {"model": model}))
        return Generation("invokeai", {})

    def _fields_of_feeders(self, start: str) -> Iterator[tuple[Field, Stated]]:
        """Yield what comes to the denoising node from others, with the place it was found at."""
        for field, inputs, names in PLACES:
            feeder = self._find_feeder(start, inputs, names)
            if feeder is None:
                continue
            id_, name = feeder
            value = self.value(id_, name)
            if is_text_or_number(value):
                yield field, Stated(value, self._table.place(f"{id_}.{name}"))

    def _find_feeder(
        self, start: str, inputs: tuple[str, ...], names: tuple[str, ...]
    ) -> tuple[str, str] | None:
        """Return the node that feeds one of these inputs and which of these fields it has.

        Collectors are passed through.
        """
        id_: str | None = None
        for input_ in inputs:
            id_ = self._links.get((start, input_))
            if id_ is not None:
                break
        for _ in range(_FURTHEST):
            if id_ is None:
                return None
            for name in names:
                if name in self.nodes.get(id_, {}) or (id_, name) in self._links:
                    return id_, name
            id_ = self._links.get((id_, "item"))
        return None
