"""The editor's JSON, piece by piece: what is no name, no object, is nothing.

One form for every graph: this and ``workflow.py`` know the JSON, all else sees ``Node`` and
``upstream``.

The API form, which a saver embeds as ``prompt``, is ``{id: {"class_type": …, "inputs": {name: value
or [id, slot]}}}``. Bypassed and virtual nodes (reroutes of the UI, Set/Get) are already resolved in
it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pydantic import JsonValue

from service.parse.blobs import parse_json
from service.parse.comfyui.nodes.general import plays
from service.parse.comfyui.nodes.record import Record, Role
from service.parse.comfyui.nodes.table import TABLE, Table
from service.records import Scalar, Stated

Raw = Mapping[str, JsonValue]


def word(value: JsonValue) -> str:
    """Return a name or number as text; nothing of anything that is neither."""
    return str(value) if isinstance(value, str | int | float) else ""


def objects(value: JsonValue) -> Iterator[Raw]:
    """Yield the objects of a list; nothing of anything else."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


Link = tuple[str, int]
"""The id of the node a value comes from, and which of its outputs."""

_NO_TYPES: Mapping[str, str] = MappingProxyType({})

MAX_NODES = 20_000
"""Real graphs stay below 2,000 nodes.

Past this the rest is left out so that an attack ends soon.
"""

MAX_NAME = 200
"""Characters of a class or input. The rules look into names, and no name is longer."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node: what its widgets say and where its other inputs come from."""

    id: str
    class_type: str
    place: str
    """Where its values stand: ``PNG:Prompt#12.inputs``."""
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    """Widget values by name: the name by which the rules ask, where the class has another."""
    links: Mapping[str, Link] = field(default_factory=dict)
    title: str = ""
    outputs: tuple[str, ...] = ()
    """Names of the outputs in lower case, where the file states them."""
    types: Mapping[str, str] = field(default_factory=lambda: _NO_TYPES)
    """Types of the linked inputs by name (``MODEL``), where the file states them."""
    shown: str | None = None
    """The text its box showed after the run, as the saved workflow keeps it."""
    unnamed: bool = False
    """It holds widget values that nothing gives names to, so that a rule may lack one of its terms."""
    record: Record = field(default=Record(""))
    """What we know of its class."""
    names: Mapping[str, str] = field(default_factory=lambda: _NO_TYPES)
    """The name by which the rules ask for an input → the one that the class gives it, where these differ."""

    def plays(self, role: Role) -> bool:
        """Return whether the node is of a sort: a sampler, a switch, a saver."""
        return plays(self.record, role)

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of its outputs: as the file states them, else as they are known."""
        return self.outputs or self.record.output_names

    def own_name(self, name: str) -> str:
        """Return the name that the class gives an input."""
        return self.names.get(name, name)

    def plain_name(self, name: str) -> str:
        """Return the name by which the rules ask for an input of the class."""
        return self.record.plain_names.get(name, name)

    def scalar(self, name: str) -> Scalar | None:
        """Return the widget's value if it is one text, number or switch."""
        value = self.inputs.get(name)
        return value if isinstance(value, str | int | float) else None

    def stated(self, name: str) -> Stated | None:
        """Return the widget's value with its place."""
        value = self.scalar(name)
        return None if value is None else Stated(value, self.where(name))

    def where(self, name: str) -> str:
        """Return the place of an input: ``PNG:Prompt#12.inputs.seed``."""
        return f"{self.place}.{self.own_name(name)}"

    def has(self, name: str) -> bool:
        """Return whether the input exists at all, as widget or as link."""
        return name in self.inputs or name in self.links


Graph = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the saved workflow adds to a node of the API form."""

    outputs: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=lambda: _NO_TYPES)
    shown: str | None = None


_PLAIN = Shape()


def is_api(data: JsonValue) -> bool:
    """Return whether this is a graph in API form: an object of which a member names its class."""
    return isinstance(data, dict) and any(
        isinstance(node, dict) and isinstance(node.get("class_type"), str) for node in data.values()
    )


def graph_of_prompt(
    data: Mapping[str, JsonValue],
    source: str,
    shapes: Mapping[str, Shape],
    table: Table = TABLE,
) -> dict[str, Node]:
    """Return the graph of an API form; members that are no nodes are left out."""
    graph: dict[str, Node] = {}
    for id_, raw in data.items():
        if (
            isinstance(raw, dict)
            and isinstance(raw.get("class_type"), str)
            and len(graph) < MAX_NODES
        ):
            record = table.record(str(raw["class_type"])[:MAX_NAME])
            place = f"{source}#{id_}.inputs"
            graph[id_] = _node(id_, raw, place, shapes.get(id_, _PLAIN), record)
    return graph


def _node(
    id_: str,
    raw: Mapping[str, JsonValue],
    place: str,
    shape: Shape,
    record: Record,
) -> Node:
    given = raw.get("inputs")
    given = given if isinstance(given, dict) else {}
    names = own_names(record.plain_names, given)
    plain = {own: name for name, own in names.items()}
    inputs: dict[str, JsonValue] = {}
    links: dict[str, Link] = {}
    for own, value in given.items():
        if len(own) > MAX_NAME:
            continue
        name = plain.get(own, own)
        link = as_link(value)
        if link is not None:
            links[name] = link
        else:
            inputs[name] = unwrap(value)
    if "selection_data" in inputs:
        inputs |= read_selection(inputs["selection_data"])
    meta = raw.get("_meta")
    title = meta.get("title") if isinstance(meta, dict) else None
    return Node(
        id=id_,
        class_type=record.class_type,
        place=place,
        inputs=inputs,
        links=links,
        title=title if isinstance(title, str) else "",
        outputs=shape.outputs,
        types=renamed_types(shape.types, plain),
        shown=shape.shown,
        record=record,
        names=names,
    )


def renamed_types(types: Mapping[str, str], plain: Mapping[str, str]) -> Mapping[str, str]:
    """Return the types of inputs by the names under which the rules ask."""
    return {plain.get(own, own): type_ for own, type_ in types.items()} if plain else types


def own_names(plain: Mapping[str, str], given: Collection[str]) -> Mapping[str, str]:
    """Return the name by which the rules ask → the class's own, for the inputs that a node has.

    An input that already has the plain name keeps it.
    """
    if not plain:
        return _NO_TYPES
    return {name: own for own, name in plain.items() if own in given and name not in given}


def read_selection(text: JsonValue) -> dict[str, JsonValue]:
    """Return the files that a hub holds as JSON in one text: ``{"ckpt": file, "vae".

    {"vae_name": file}}``.
    """
    data = parse_json(text) if isinstance(text, str) else None
    found = dict(data) if isinstance(data, dict) else {}
    for part in [part for part in found.values() if isinstance(part, dict)]:
        found |= part
    return {name: value for name, value in found.items() if isinstance(value, str)}


def unwrap(value: JsonValue) -> JsonValue:
    """Return what a widget object holds: ``{"content": file}`` (pysssss), ``{"__value__".

    List}`` (the editor).
    """
    if isinstance(value, dict):
        return value.get("__value__", value.get("content", value))
    return value


def as_link(value: JsonValue) -> Link | None:
    """Return ``["12", 0]`` as a link, anything else as None.

    A pair of numbers is a value, not a link.
    """
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004  a pair
        return None
    origin, slot = value
    if isinstance(origin, str) and isinstance(slot, int) and not isinstance(slot, bool):
        return origin, slot
    return None


def upstream(graph: Graph, start: str) -> Iterator[Node]:
    """Yield ``start`` and everything that feeds it, nearest first, each node once."""
    seen: set[str] = set()
    waiting = [start]
    for id_ in waiting:  # the list grows while it is read
        if id_ in seen or id_ not in graph:
            continue
        seen.add(id_)
        yield graph[id_]
        waiting.extend(origin for origin, _ in graph[id_].links.values())
