"""The graph as the editor saves it (``workflow``).

Alone in some files, beside the API form in most.

Alone it must give all that the API form would: names for widget values, links through what exists
only in the editor. Beside it, it adds the names of outputs, the types of links, what text boxes
showed, and what was bypassed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from service.parse.comfyui.form.graph import (
    Graph,
    Link,
    Node,
    Raw,
    Shape,
    objects,
    own_names,
    renamed_types,
    word,
)
from service.parse.comfyui.form.subgraphs import Flat
from service.parse.comfyui.form.virtual_links import (
    BYPASSED,
    MUTED,
    REROUTE,
    Constant,
    VirtualLinks,
    scope_of,
)
from service.parse.comfyui.form.widgets import named, read_widgets, seed_names
from service.parse.comfyui.nodes.general import plays
from service.parse.comfyui.nodes.guesses import guessed
from service.parse.comfyui.nodes.record import Record
from service.parse.comfyui.nodes.table import TABLE, Table
from service.parse.comfyui.passes import loras
from service.parse.comfyui.values.ask import Values
from service.records import Resource

VIRTUAL = frozenset(
    {"Note", "MarkdownNote", "PrimitiveNode", "SetNode", "GetNode", "easy setNode", "easy getNode"}
)
EVERYWHERE = frozenset(
    {
        "Anything Everywhere",
        "Anything Everywhere?",
        "Anything Everywhere3",
        "Prompts Everywhere",
        "Seed Everywhere",
    }
)
"""Nodes whose inputs go to every unconnected input of the same type."""


@dataclass(frozen=True, slots=True)
class Around:
    """What reaches inputs without a link, from nodes that send it everywhere."""

    spread: Mapping[tuple[str, str], Link]
    """Type, and name in lower case or nothing for every name → where the value comes from."""
    sent: Mapping[tuple[str, int], Link]
    """The senders' own record: node and number of its input → where the value comes from."""

    def link(self, id_: str, at: int, kind: str, name: str) -> Link | None:
        """Return where an open input's value comes from."""
        return (
            self.sent.get((id_, at))
            or self.spread.get((kind, name.lower()))
            or self.spread.get((kind, ""))
        )


def graph_of_workflow(flat: Flat, source: str, table: Table = TABLE) -> dict[str, Node]:
    """Return the graph of the editor's form, as it would run."""
    wires = VirtualLinks(flat)
    sent = {at: end for at, link in flat.sent.items() if isinstance(end := wires.end(link), tuple)}
    around = Around(dict(_everywhere(flat, wires)), sent)
    graph: dict[str, Node] = {}
    for id_, raw in flat.nodes.items():
        if _runs(flat, id_, raw):
            place = f"{source}#{id_}.widgets_values"
            graph[id_] = _node(id_, raw, place, wires, around, table=table)
    return graph


def _runs(flat: Flat, id_: str, raw: Raw) -> bool:
    kind = word(raw.get("type"))
    skipped = (
        kind in VIRTUAL or REROUTE.match(kind) is not None or raw.get("mode") in (MUTED, BYPASSED)
    )
    return not skipped and id_ not in flat.definitions


def _node(
    id_: str,
    raw: Raw,
    place: str,
    wires: VirtualLinks,
    around: Around,
    *,
    table: Table,
) -> Node:
    record = table.record(word(raw.get("type")))
    found = read_widgets(raw, table)
    links, constants, told = _ends(id_, raw, wires, around)
    inputs = found.values | constants
    inputs |= {} if found.values else guessed(raw, told=told)
    names = own_names({**seed_names(raw, found), **record.plain_names}, {*inputs, *links})
    plain = {own: name for name, own in names.items()}
    shape = _shape(raw, record)
    return Node(
        id=id_,
        class_type=record.class_type,
        place=place,
        inputs={plain.get(own, own): one for own, one in inputs.items() if own not in links},
        links={plain.get(own, own): link for own, link in links.items()},
        title=word(raw.get("title") or ""),
        outputs=shape.outputs,
        types=renamed_types(shape.types, plain),
        shown=shape.shown,
        unnamed=not inputs and bool(raw.get("widgets_values")),
        record=record,
        names=names,
    )


def _ends(
    id_: str,
    raw: Raw,
    wires: VirtualLinks,
    around: Around,
) -> tuple[dict[str, Link], dict[str, JsonValue], bool]:
    """Return where inputs come from, those that end at a value, and whether a text comes in."""
    links: dict[str, Link] = {}
    constants: dict[str, JsonValue] = {}
    told = False
    for at, one in enumerate(objects(raw.get("inputs"))):
        name, kind = word(one.get("name")), word(one.get("type"))
        end = wires.source(scope_of(id_), one.get("link")) if one.get("link") is not None else None
        told = told or (kind == "STRING" and end is not None)
        if isinstance(end, Constant):
            constants[name] = end.value
        elif end is not None:
            links[name] = end
        elif one.get("link") is None and "widget" not in one:
            _take(links, name, around.link(id_, at, kind, name))
    return links, constants, told


def _take(links: dict[str, Link], name: str, link: Link | None) -> None:
    if link is not None:
        links[name] = link


def _everywhere(flat: Flat, wires: VirtualLinks) -> Iterator[tuple[tuple[str, str], Link]]:
    """Yield what is sent to every unconnected input, by type; prompts by type and name."""
    for id_, raw in flat.nodes.items():
        kind = word(raw.get("type"))
        if kind not in EVERYWHERE or raw.get("mode") in (MUTED, BYPASSED):
            continue
        linked = [one for one in objects(raw.get("inputs")) if one.get("link") is not None]
        for one in linked:
            end = wires.source(scope_of(id_), one["link"])
            type_ = flat.kinds.get((scope_of(id_), word(one["link"])), "*")
            type_ = word(one.get("name")) if type_ == "*" else type_
            side = ""
            if kind == "Prompts Everywhere":
                side = "negative" if one is not next(objects(raw.get("inputs"))) else "positive"
            if kind == "Anything Everywhere?":
                side = _restricted_input(raw)
            if isinstance(end, tuple):
                yield (type_, side), end


def _restricted_input(raw: Raw) -> str:
    """Return the one input by whose name a sender is held back.

    ``none`` where it asks for more than a plain name.
    """
    values = raw.get("widgets_values")
    title, name, *more = (*values, "", "") if isinstance(values, list) else ("", "")
    everywhere = ("", ".*", None)
    if title not in everywhere or any(one not in everywhere for one in more):
        return "none"
    return "" if name in everywhere else word(name).lower()


def node_shapes(flat: Flat, table: Table = TABLE) -> dict[str, Shape]:
    """Return what a workflow adds to the nodes of the API form, by their ids."""
    found: dict[str, Shape] = {}
    for id_, raw in flat.nodes.items():
        found[id_] = _shape(raw, table.record(word(raw.get("type"))))
    return found


def _shape(raw: Raw, record: Record) -> Shape:
    outputs = tuple(
        word(one.get("name") or one.get("type")).lower() for one in objects(raw.get("outputs"))
    )
    types = {word(one.get("name")): word(one.get("type")) for one in objects(raw.get("inputs"))}
    shown = _texts(raw.get("widgets_values")) if plays(record, "show") else None
    return Shape(outputs, types, shown)


def _texts(values: JsonValue) -> str | None:
    """Return the text in a box: a text, or the first of a list of them."""
    if isinstance(values, list):
        values = next((value for value in values if value), None)
    if isinstance(values, list):
        values = values[0] if values else None
    return values if isinstance(values, str) and values else None


def idle_loras(flat: Flat, source: str, table: Table = TABLE) -> tuple[Resource, ...]:
    """Return the LoRAs of bypassed and muted nodes: listed, without effect."""
    found: list[Resource] = []
    for id_, raw in flat.nodes.items():
        if raw.get("mode") in (MUTED, BYPASSED) and "lora" in word(raw.get("type")).lower():
            node = _idle_node(id_, raw, f"{source}#{id_}.widgets_values", table)
            graph: Graph = {id_: node}
            found += [one.resource(used=False) for one in loras.read_loras(Values(graph), node)]
    return tuple(found)


def _idle_node(id_: str, raw: Raw, place: str, table: Table) -> Node:
    """Return a node that does not run, with its widget values alone."""
    record = table.record(word(raw.get("type")))
    inputs = named(raw, table)
    names = own_names(record.plain_names, inputs)
    plain = {own: name for name, own in names.items()}
    inputs = {plain.get(name, name): value for name, value in inputs.items()}
    return Node(id_, record.class_type, place, inputs, record=record, names=names)
