"""One form for every graph: ``Node`` by its id. All that comes after sees only this form.

The API form, which a saver embeds as ``prompt``, is read here. It is ``{id: {"class_type": …,
"inputs": {name: value or [id, slot]}}}``. Bypassed and virtual nodes (reroutes of the UI, Set/Get)
are already resolved in it. ``workflow.py`` reads the editor's form.
"""

from collections.abc import Container, Mapping
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from service.light_dataclasses import dataclass
from service.parse.comfyui.form.editor_json import Link
from service.parse.comfyui.form.subgraphs import MAX_NODES
from service.parse.comfyui.nodes.record import Role
from service.parse.comfyui.nodes.signature import (
    NO_NAMES,
    NO_PORTS,
    OversizeError,
    Ports,
    Signature,
    sign,
)
from service.parse.comfyui.nodes.table import TABLE, Table
from service.parse.json_texts import parse_json
from service.records import Scalar, Stated
from service.records.json_values import JsonValue

AnyInput = TypeVar("AnyInput")
"""What an input is: a value or a link."""

MAX_NAME = 200
"""Characters of a class or input. The rules look into names, and no name is longer."""

MOST_OUTPUTS = 64
"""Of one node. A larger number is no output's."""

PAIR = 2
"""Members of a link in the API form."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node: what its widgets say and where its other inputs come from."""

    id: str
    place: str
    """Where its values are: ``PNG:Prompt#12.inputs``."""
    signature: Signature
    """Its class and the names of its inputs; what follows from these alone is asked of it."""
    inputs: Mapping[str, JsonValue]
    """Widget values by name: the name by which the rules ask, where the class has another."""
    links: Mapping[str, Link]
    shown: str | None = None
    """The text its box showed after the run, as the saved workflow keeps it."""
    unnamed: bool = False
    """It holds widget values without names, so that a rule may lack one of its terms."""

    @property
    def class_type(self) -> str:
        """Its class, as the graph names it."""
        return self.signature.class_type

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of its outputs in lower case."""
        return self.signature.outputs

    def plays(self, role: Role) -> bool:
        """Return whether the node is of a sort: a sampler, a switch, a saver."""
        return self.signature.roles[role]

    def own_name(self, name: str) -> str:
        """Return the name that the class gives an input."""
        return self.signature.own_names.get(name, name)

    def scalar(self, name: str) -> Scalar | None:
        """Return the widget's value if it is one text, number or switch."""
        value = self.inputs.get(name)
        return value if isinstance(value, (str, int, float)) else None

    def stated(self, name: str) -> Stated | None:
        """Return the widget's value with its place."""
        value = self.inputs.get(name)
        return Stated(value, self.where(name)) if isinstance(value, (str, int, float)) else None

    def where(self, name: str) -> str:
        """Return the place of an input: ``PNG:Prompt#12.inputs.seed``."""
        return f"{self.place}.{self.signature.own_names.get(name, name)}"

    def origins(self) -> list[str]:
        """Return the ids of the nodes that it takes something from."""
        return [origin for origin, _ in self.links.values()]

    def has(self, name: str) -> bool:
        """Return whether the input exists at all, as widget or as link."""
        return name in self.inputs or name in self.links

    def with_inputs(
        self, place: str, inputs: Mapping[str, JsonValue], links: Mapping[str, Link]
    ) -> "Node":
        """Return the same node with other inputs, which are at another place."""
        signature = self.signature.with_inputs(inputs, links)
        return replace(self, place=place, signature=signature, inputs=inputs, links=links)


Graph = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the saved workflow adds to a node of the API form."""

    ports: Ports = NO_PORTS
    values: JsonValue = None
    """Those of its widgets, of which a box shows the first text."""


NO_SHAPE = Shape()


def graph_of_prompt(
    data: Mapping[str, JsonValue],
    source: str,
    shapes: Mapping[str, Shape],
    table: Table = TABLE,
) -> dict[str, Node]:
    """Return the graph of an API form; members that are no nodes are left out."""
    nodes = {
        id_: raw
        for id_, raw in data.items()
        if isinstance(raw, dict) and isinstance(raw.get("class_type"), str)
    }
    graph: dict[str, Node] = {}
    for id_, node in islice(nodes.items(), MAX_NODES):
        class_type, place = str(node["class_type"]), f"{source}#{id_}.inputs"
        inputs, links = _part_inputs(node.get("inputs"), nodes)
        shape = shapes.get(id_, NO_SHAPE)
        graph[id_] = make_node(id_, class_type, place, inputs, links, shape=shape, table=table)
    return graph


def _part_inputs(
    given: JsonValue, ids: Container[str]
) -> tuple[dict[str, JsonValue], dict[str, Link]]:
    """Return the values of a node, and its links, those by numbers last."""
    inputs: dict[str, JsonValue] = {}
    links: dict[str, Link] = {}
    numbered: dict[str, Link] = {}
    for name, value in given.items() if isinstance(given, dict) else ():
        if len(name) > MAX_NAME:
            continue
        if not isinstance(value, list):
            inputs[name] = unwrap(value) if isinstance(value, dict) else value
        elif link := as_link(value):
            links[name] = link
        elif (link := _as_numbers(value)) and link[0] in ids:
            numbered[name] = link
        else:
            inputs[name] = value
    if "selection_data" in inputs:
        inputs |= _read_selection(inputs["selection_data"])
    return inputs, links | numbered if numbered else links


def _as_numbers(value: JsonValue) -> Link | None:
    """Return a pair of numbers as a link, as some scripts write it: ``[12, 0]``."""
    match value:
        case [int(origin), int(slot)] if 0 <= slot < MOST_OUTPUTS:
            return str(origin), slot
    return None


def as_link(value: JsonValue) -> Link | None:
    """Return ``["12", 0]`` as a link, anything else as None: a pair of numbers is a value."""
    if not isinstance(value, list) or len(value) != PAIR:
        return None
    origin, slot = value
    if isinstance(origin, str) and type(slot) is int:  # a switch is an int, too
        return origin, slot
    return None


def unwrap(value: JsonValue) -> JsonValue:
    """Return what a widget holds; what is within, where it is an object.

    ``{"content": file}`` is of pysssss, ``{"__value__": list}`` of the editor.
    """
    if isinstance(value, dict):
        return value.get("__value__", value.get("content", value))
    return value


def make_node(
    id_: str,
    class_type: str,
    place: str,
    inputs: Mapping[str, JsonValue],
    links: Mapping[str, Link],
    *,
    shape: Shape = NO_SHAPE,
    table: Table = TABLE,
    seeds: Mapping[str, str] = NO_NAMES,
) -> Node:
    """Return a node, its inputs under the names by which the rules ask.

    ``seeds`` are inputs that turned out to be seeds, beside those that the record gives names to.
    """
    name, ports = class_type[:MAX_NAME], shape.ports
    try:
        signature = sign(table, name, tuple(inputs), tuple(links), ports)
        if signature.is_dotted or seeds:  # as of few
            known = {**_inner_names(inputs, links), **seeds}
            signature = sign(table, name, tuple(inputs), tuple(links), ports, *known.items())
    except OversizeError:  # no generator's node: it is read without its inputs
        return make_node(id_, class_type, place, {}, {}, table=table)
    return Node(
        id_,
        place,
        signature,
        _rename(inputs, signature.renamed),
        _rename(links, signature.renamed),
        _first_text(shape.values) if signature.roles["show"] else None,
    )


def _first_text(values: JsonValue) -> str | None:
    """Return the text in a box: a text, or the first of a list of them."""
    if isinstance(values, list):
        values = next((value for value in values if value), None)
    if isinstance(values, list):
        values = values[0]
    return values if isinstance(values, str) and values else None


def _inner_names(inputs: Mapping[str, JsonValue], links: Mapping[str, Link]) -> dict[str, str]:
    """Return the inputs that a choice brings with it, by the names they have without it.

    The editor of 2025 has lists of which each entry has inputs of its own: ``model.prompt`` beside
    ``model``.
    """
    names: dict[str, str] = {}
    for name in (*inputs, *links):
        choice, dot, _ = name.partition(".")
        if dot and (choice == "model" or isinstance(inputs.get(choice), str)):
            names[name] = name.rpartition(".")[2]
    return names


def _rename(inputs: Mapping[str, AnyInput], names: Mapping[str, str]) -> Mapping[str, AnyInput]:
    if not names:
        return inputs
    return {names.get(name, name): value for name, value in inputs.items()}


def _read_selection(text: JsonValue) -> dict[str, JsonValue]:
    """Return the files that a hub holds as JSON in one text.

    ``{"ckpt": file, "vae": {"vae_name": file}}``
    """
    data = parse_json(text) if isinstance(text, str) else None
    if not isinstance(data, dict):
        return {}
    found = dict(data)
    for part in data.values():
        if isinstance(part, dict):
            found |= part
    return {name: value for name, value in found.items() if isinstance(value, str)}
