"""``invokeai_graph``: nodes by id, and edges that carry a node's field to another's.

The user interface adds a ``core_metadata`` node that gathers what ``invokeai_metadata`` states;
some of its fields come by edge from a ``string`` or ``integer`` node (corpus: invokeai.png). A
workflow of the user's own has none: there the node that denoises and those that feed it are read.
"""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from service.parse.generators.invokeai import metadata
from service.parse.shared.json_facts import JsonTable
from service.records import Field, Generation, Resource, Stated

VALUES = ("value", "prompt", "a", "text", "string")
"""Fields that hold what a node hands on."""

PLACES: tuple[tuple[Field, tuple[str, ...], tuple[str, ...]], ...] = (
    ("positive_prompt", ("positive_conditioning", "positive_text_conditioning"), ("prompt",)),
    ("negative_prompt", ("negative_conditioning", "negative_text_conditioning"), ("prompt",)),
    ("seed", ("noise",), ("seed",)),
    ("width", ("noise",), ("width",)),
    ("height", ("noise",), ("height",)),
)
"""Field, the input of the denoising node it comes by, and the field of the node at the other end."""

_OWN = frozenset(
    {"steps", "num_steps", "cfg_scale", "guidance", "scheduler", "seed", "width", "height"}
)
_FURTHEST = 8
"""Nodes between a value and its use: collectors, primitives, string nodes."""


def read_graph(told: JsonTable) -> Generation:
    """Return what the graph says: as metadata where it gathers them, else by the denoising node."""
    graph = Graph(told)
    for id_, node in graph.nodes.items():
        if node.get("type") == "core_metadata":
            return metadata.read_metadata(graph.gathered(id_))
    start = next((id_ for id_, node in graph.nodes.items() if _denoises(node)), None)
    return graph.run(start) if start is not None else Generation("invokeai", {})


def _denoises(node: Mapping[str, JsonValue]) -> bool:
    type_ = node.get("type")
    return (
        isinstance(type_, str)
        and ("denoise" in type_ or type_ in ("t2l", "l2l", "txt2img"))
        and "mask" not in type_
    )


class Graph:
    """A graph's nodes, and for each input the node and field it comes from."""

    def __init__(self, told: JsonTable) -> None:
        nodes = told.inside("nodes")
        self._told = nodes or JsonTable({}, told.source)
        self.nodes = {id_: node for id_, node in self._told.data.items() if isinstance(node, dict)}
        self._links: dict[tuple[str, str], str] = {}
        for edge in told.each("edges"):
            source, target = edge.inside("source"), edge.inside("destination")
            if source is not None and target is not None:
                key = (target.text("node_id") or "", target.text("field") or "")
                self._links.setdefault(key, source.text("node_id") or "")

    def gathered(self, id_: str) -> JsonTable:
        """Return a node with its linked fields filled in."""
        linked = {name: self.value(id_, name) for node, name in self._links if node == id_}
        own = {
            key: value
            for key, value in self.nodes[id_].items()
            if key not in ("id", "type") and value is not None
        }
        known: dict[str, JsonValue] = {
            **own,
            **{name: value for name, value in linked.items() if value is not None},
        }
        return JsonTable(known, self._told.source, f"{self._told.path}.{id_}")

    def value(self, id_: str, name: str) -> JsonValue:
        """Return what an input holds, through its links where it has them."""
        for _ in range(_FURTHEST):
            if (id_, name) not in self._links:
                return self.nodes.get(id_, {}).get(name)
            id_ = self._links[id_, name]
            name = next((key for key in VALUES if key in self.nodes.get(id_, {})), name)
        return None

    def run(self, start: str) -> Generation:
        """Return what the denoising node and those that feed it say."""
        own: dict[str, JsonValue] = {name: self.value(start, name) for name in _OWN}
        found = metadata.read_metadata(
            JsonTable(own, self._told.source, f"{self._told.path}.{start}")
        )
        loaded = self._loaded()
        fields = {**found.fields, **loaded.fields, **dict(self._fed(start))}
        return Generation("invokeai", fields, found.passes, (*loaded.resources, *self._loras()))

    def _loras(self) -> Iterator[Resource]:
        for id_, node in self.nodes.items():
            told = JsonTable(node, self._told.source, f"{self._told.path}.{id_}")
            yield from metadata.named_models(told, "lora", ("lora",), ("weight",))

    def _loaded(self) -> Generation:
        """Return the model of the first loader."""
        for id_, node in self.nodes.items():
            if "model_loader" in str(node.get("type")) and isinstance(node.get("model"), dict):
                return metadata.read_metadata(
                    JsonTable(
                        {"model": node["model"]}, self._told.source, f"{self._told.path}.{id_}"
                    )
                )
        return Generation("invokeai", {})

    def _fed(self, start: str) -> Iterator[tuple[Field, Stated]]:
        """Yield what comes to the denoising node from others, each with the input it was found at."""
        for field, inputs, names in PLACES:
            at = self._feeder(start, inputs, names)
            value = self.value(*at) if at else None
            if (
                at is not None
                and isinstance(value, str | int | float)
                and not isinstance(value, bool)
            ):
                yield field, Stated(value, self._told.place(f"{at[0]}.{at[1]}"))

    def _feeder(
        self, start: str, inputs: tuple[str, ...], names: tuple[str, ...]
    ) -> tuple[str, str] | None:
        """Return the node that feeds one of these inputs and has one of these fields, past collectors."""
        id_ = next(
            (self._links[start, name] for name in inputs if (start, name) in self._links), None
        )
        for _ in range(_FURTHEST):
            if id_ is None:
                return None
            node = self.nodes.get(id_, {})
            found = next(
                (name for name in names if name in node or (id_, name) in self._links), None
            )
            if found is not None:
                return id_, found
            id_ = self._links.get((id_, "item"))
        return None
