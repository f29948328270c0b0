"""The graph as the editor saves it: alone in some files, beside the API form in most.

Alone it must give all that the API form would: names for widget values, links through what exists
only in the editor. Beside it, it adds the names of outputs, the types of links, what text boxes
showed, and what was bypassed.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import field, replace

from service.light_dataclasses import dataclass
from service.parse.comfyui.form.editor_json import Link, Raw, objects, word
from service.parse.comfyui.form.graph import NO_SHAPE, Node, Shape, make_node
from service.parse.comfyui.form.subgraphs import Flat
from service.parse.comfyui.form.virtual_links import (
    BYPASSED,
    MUTED,
    REROUTE,
    Constant,
    VirtualLinks,
    scope_of,
)
from service.parse.comfyui.form.widgets import read_widgets, seed_names
from service.parse.comfyui.nodes.guesses import guess_names
from service.parse.comfyui.nodes.signature import Ports
from service.parse.comfyui.nodes.table import TABLE, Table
from service.parse.comfyui.nodes.text_inputs import ADDED
from service.records.json_values import JsonValue

VIRTUAL = frozenset(
    {"Note", "MarkdownNote", "PrimitiveNode", "SetNode", "GetNode", "easy setNode", "easy getNode"}
)
"""Nodes that exist only in the editor, besides reroutes."""

PROMPT_SENDER = "Prompts Everywhere"
RESTRICTED_SENDER = "Anything Everywhere?"
SENDERS = frozenset(
    {
        "Anything Everywhere",
        "Anything Everywhere3",
        "Seed Everywhere",
        RESTRICTED_SENDER,
        PROMPT_SENDER,
    }
)
"""Nodes whose inputs go to every unconnected input of the same type."""

NO_RESTRICTION = ("", ".*", None)
NAME_PLACE = 1
"""Where among a restricted sender's values the name of its inputs is."""
NO_INPUT = "none"
"""The name of no input: for a sender that asks for more than a plain name."""


@dataclass(frozen=True, slots=True)
class Broadcasts:
    """What reaches inputs without a link, from nodes that send it everywhere."""

    by_type: Mapping[tuple[str, str], Link]
    """Type, and name in lower case or nothing for every name → where the value comes from."""
    by_input: Mapping[tuple[str, int], Link]
    """The senders' own record: node and number of its input → where the value comes from."""

    def find_link(self, id_: str, at: int, kind: str, name: str) -> Link | None:
        """Return where an open input's value comes from."""
        return (
            self.by_input.get((id_, at))
            or self.by_type.get((kind, name.lower()))
            or self.by_type.get((kind, ""))
        )


@dataclass(slots=True)
class Ends:
    """What comes into a node by its inputs."""

    links: dict[str, Link]
    constants: dict[str, JsonValue]
    """Inputs whose links end at a value."""
    has_text: bool = False
    """A text comes in by link."""
    lost: set[str] = field(default_factory=set)
    """Inputs whose links lead nowhere: what their widgets hold is of some time before."""


def node_shapes(flat: Flat, ids: Container[str]) -> dict[str, Shape]:
    """Return what a workflow adds to these nodes of the API form."""
    return {id_: _shape(raw) for id_, raw in flat.nodes.items() if id_ in ids}


def _shape(raw: Raw) -> Shape:
    outputs = [
        word(one.get("name") or one.get("type")).lower() for one in objects(raw.get("outputs"))
    ]
    types = {
        word(one.get("name")): word(one.get("type"))
        for one in objects(raw.get("inputs"))
        if "widget" not in one  # a widget takes a value, never a part of a model
    }
    return Shape(Ports(tuple(outputs), tuple(types.items())), raw.get("widgets_values"))


def graph_of_workflow(flat: Flat, source: str, table: Table = TABLE) -> dict[str, Node]:
    """Return the graph of the editor's form, as it would run."""
    links = VirtualLinks(flat)
    sent: dict[tuple[str, int], Link] = {}
    for at, link in flat.broadcasts.items():
        end = links.end(link)
        if isinstance(end, tuple):
            sent[at] = end
    broadcasts = Broadcasts(dict(_list_broadcasts(flat, links)), sent)
    graph: dict[str, Node] = {}
    for id_, raw in flat.nodes.items():
        if _runs(raw) and id_ not in flat.definitions:
            ends = _find_ends(id_, raw, links, broadcasts)
            graph[id_] = _node(id_, raw, f"{source}#{id_}.widgets_values", ends, table)
    return graph


def _list_broadcasts(flat: Flat, links: VirtualLinks) -> Iterator[tuple[tuple[str, str], Link]]:
    """Yield what is sent to every unconnected input, by type; prompts by type and name."""
    for id_, raw in flat.nodes.items():
        if word(raw.get("type")) not in SENDERS or _is_off(raw):
            continue
        for at, one in enumerate(objects(raw.get("inputs"))):
            link = one.get("link")
            end = links.source(scope_of(id_), link) if link is not None else None
            if isinstance(end, tuple):
                type_ = flat.kinds.get((scope_of(id_), word(link)), "*")
                if type_ == "*":
                    type_ = word(one.get("name"))
                yield (type_, _target_name(raw, at)), end


def _target_name(raw: Raw, at: int) -> str:
    """Return the only name of inputs that a sender's input goes to; nothing for every name."""
    kind, values = raw.get("type"), raw.get("widgets_values")
    if kind == PROMPT_SENDER:
        return "negative" if at else "positive"
    if kind != RESTRICTED_SENDER or not isinstance(values, list):
        return ""
    name = values[NAME_PLACE] if len(values) > NAME_PLACE else ""
    for place, value in enumerate(values):
        if place != NAME_PLACE and value not in NO_RESTRICTION:
            return NO_INPUT
    return "" if name in NO_RESTRICTION else word(name).lower()


def _is_off(raw: Raw) -> bool:
    """Return whether a node does not run: it is muted, or hands its inputs through."""
    return raw.get("mode") in (MUTED, BYPASSED)


def _runs(raw: Raw) -> bool:
    kind = word(raw.get("type"))
    return not (kind in VIRTUAL or REROUTE.match(kind) or _is_off(raw))


def _find_ends(id_: str, raw: Raw, links: VirtualLinks, broadcasts: Broadcasts) -> Ends:
    """Return where a node's inputs come from."""
    ends = Ends({}, {})
    for at, one in enumerate(objects(raw.get("inputs"))):
        name, kind, link = word(one.get("name")), word(one.get("type")), one.get("link")
        end: Link | Constant | None = None
        if link is not None:
            end = links.source(scope_of(id_), link)
            if end is None and links.is_lost(scope_of(id_), link):
                ends.lost.add(name)
            if kind == "STRING" and end is not None and not ADDED.match(name):
                ends.has_text = True
        elif "widget" not in one:
            end = broadcasts.find_link(id_, at, kind, name)
        if isinstance(end, Constant):
            ends.constants[name] = end.value
        elif end is not None:
            ends.links[name] = end
    return ends


def _node(id_: str, raw: Raw, place: str, ends: Ends, table: Table) -> Node:
    found = read_widgets(raw, table)
    inputs = found.values | ends.constants
    if not found.values:
        inputs |= guess_names(raw, text_comes_in=ends.has_text)
    is_unnamed = not inputs and bool(raw.get("widgets_values"))
    for name in (*ends.links, *ends.lost):
        inputs.pop(name, None)
    seeds = seed_names(raw, found)
    class_type = word(raw.get("type"))
    node = make_node(
        id_, class_type, place, inputs, ends.links, shape=_shape(raw), table=table, seeds=seeds
    )
    return replace(node, unnamed=True) if is_unnamed else node


def idle_nodes(flat: Flat, source: str, named_after: str, table: Table = TABLE) -> Iterator[Node]:
    """Yield the bypassed and muted nodes of a sort (``lora``), with their widget values alone."""
    for id_, raw in flat.nodes.items():
        if not _is_off(raw):
            continue
        class_type = word(raw.get("type"))
        if named_after in class_type.lower():
            place = f"{source}#{id_}.widgets_values"
            values = read_widgets(raw, table).values
            yield make_node(id_, class_type, place, values, {}, shape=NO_SHAPE, table=table)
