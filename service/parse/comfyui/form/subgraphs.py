"""The editor's JSON made flat: the nodes of all levels, and where each link comes from.

A subgraph's definition is under ``definitions.subgraphs``; each instance is a node whose type is
the definition's id. The API form names inner nodes ``instance:inner``, and so does this. Inside,
the pseudo-nodes -10 and -20 are the subgraph's own inputs and outputs.

A group node is what editors had before subgraphs (2023 to 2025). ``extra.groupNodes[NAME]`` holds
the inner nodes in order, the links between them as ``[origin, slot, target, slot]`` by their places
in that order, and which outputs are open. An instance is a node of type ``workflow>NAME`` (before
2024-10 ``workflow/NAME``): its inputs, outputs and widget values are those of the inner nodes that
are left open, one after the other. The API form holds the inner nodes already, as
``instance:place``, so that only the editor's form needs them unfolded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from service.parse.comfyui.nodes.table import TABLE

Raw = Mapping[str, JsonValue]
"""An object of the editor's JSON: a workflow, a node, an input."""
Link = tuple[str, int]
"""The id of the node a value comes from, and which of its outputs."""
Slot = tuple[int, int]
"""The place of a group's inner node and the number of its input or output."""

INPUT, OUTPUT = -10, -20
"""The pseudo-nodes by which a subgraph's definition names its own inputs and outputs."""
INPUT_ID, OUTPUT_ID = str(INPUT), str(OUTPUT)

PREFIXES = ("workflow>", "workflow/")
"""What is before a group's name in the type of its instances."""

LINK_MEMBERS = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")

MAX_NODES = 20_000
"""Real graphs have fewer than 2,000 nodes; the rest is left out so that an attack ends soon."""
MAX_LINKS = 4 * MAX_NODES
MAX_INNER = 1000
"""Nodes of one group."""
MAX_DEPTH = 12
"""Instances within instances. A definition that holds itself would never end."""


def word(value: JsonValue) -> str:
    """Return a name or number as text; nothing of anything that is neither."""
    return str(value) if isinstance(value, str | int | float) else ""


def objects(value: JsonValue) -> Iterator[Raw]:
    """Yield the objects of a list; nothing of anything else."""
    if isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                yield one


@dataclass(slots=True)
class Flat:
    """One workflow without levels."""

    nodes: dict[str, Raw] = field(default_factory=dict)
    """By global id (``42:8``); instances of subgraphs included."""
    definitions: dict[str, Raw] = field(default_factory=dict)
    """Of the instances, by their global id."""
    origins: dict[tuple[str, str], Link] = field(default_factory=dict)
    """Scope (``42:``) and link id → the output it comes from."""
    inner_outputs: dict[Link, Link] = field(default_factory=dict)
    """An instance's output → the inner output behind it."""
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    """Scope and link id → type."""
    broadcasts: dict[tuple[str, int], Link] = field(default_factory=dict)
    """Node and number of its input → the output that is sent there (``extra.ue_links``)."""
    unfolded: int = 0
    """How much of group nodes was unfolded: nodes and links, once for each instance."""


def flatten(ui: Raw, *, linked: bool = True) -> Flat:
    """Return a workflow's nodes on one level.

    Its links, too, unless (``linked``) another form of the graph holds them.
    """
    flat = Flat(broadcasts=dict(_list_broadcasts(ui)))
    known = _read_definitions(ui)
    waiting: list[tuple[str, Raw, int]] = [("", ui, 0)]
    for scope, level, depth in waiting:  # the list grows while it is read
        if len(flat.origins) > MAX_LINKS:
            break
        if linked:
            _read_links(flat, scope, level)
        for raw in objects(level.get("nodes")):
            if len(flat.nodes) >= MAX_NODES:
                return flat
            id_ = f"{scope}{word(raw.get('id'))}"
            flat.nodes[id_] = raw
            definition = known.get(word(raw.get("type"))) or _unfold_group(flat, ui, raw)
            if definition is not None and depth < MAX_DEPTH:
                flat.definitions[id_] = definition
                waiting.append((f"{id_}:", definition, depth + 1))
    return flat


def _list_broadcasts(ui: Raw) -> Iterator[tuple[tuple[str, int], Link]]:
    extra = ui.get("extra")
    if not isinstance(extra, dict):
        return
    for one in objects(extra.get("ue_links")):
        at, slot = one.get("downstream_slot"), one.get("upstream_slot")
        if isinstance(at, int) and isinstance(slot, int):
            yield (word(one.get("downstream")), at), (word(one.get("upstream")), slot)


def _read_definitions(ui: Raw) -> dict[str, Raw]:
    definitions = ui.get("definitions")
    found: dict[str, Raw] = {}
    if isinstance(definitions, dict):
        for one in objects(definitions.get("subgraphs")):
            found[word(one.get("id"))] = one
    return found


def _read_links(flat: Flat, scope: str, level: Raw) -> None:
    links = level.get("links")
    if not isinstance(links, list):
        return
    for link in links:
        parts = _link_parts(link)
        if parts is None:
            continue
        id_, origin, slot, target, target_slot, kind = parts
        if not isinstance(slot, int) or not isinstance(target_slot, int):
            continue
        flat.origins[scope, word(id_)] = (f"{scope}{word(origin)}", slot)
        flat.kinds[scope, word(id_)] = word(kind)
        if word(target) == OUTPUT_ID:
            instance = scope.removesuffix(":")
            flat.inner_outputs[instance, target_slot] = (f"{scope}{word(origin)}", slot)


def _link_parts(link: JsonValue) -> list[JsonValue] | None:
    """Return a link as ``[id, origin, slot, target, slot, type]``.

    It is an array outside, an object in subgraphs.
    """
    if isinstance(link, dict):
        return [link.get(name) for name in LINK_MEMBERS]
    if isinstance(link, list) and len(link) >= len(LINK_MEMBERS):
        return link[: len(LINK_MEMBERS)]
    return None


def _unfold_group(flat: Flat, ui: Raw, raw: Raw) -> Raw | None:
    """Return the definition behind a group node; None where the node is none.

    Also None where too much is unfolded already.
    """
    name = _group_name(word(raw.get("type")))
    extra = ui.get("extra")
    if name is None or not isinstance(extra, dict) or flat.unfolded > MAX_NODES:
        return None
    groups = extra.get("groupNodes")
    group = groups.get(name) if isinstance(groups, dict) else None
    if not isinstance(group, dict):
        return None
    for part in group.values():
        if isinstance(part, list):
            flat.unfolded += len(part)
    return _as_subgraph(group, raw)


def _group_name(type_: str) -> str | None:
    for prefix in PREFIXES:
        if type_.startswith(prefix):
            return type_.removeprefix(prefix)
    return None


def _as_subgraph(group: Raw, instance: Raw) -> Raw:
    """Return a group as the definition of a subgraph, with the values that this instance holds."""
    nodes = _inner_nodes(group)
    inner = _inner_links(group)
    open_inputs = _open_inputs(nodes, inner)
    links: list[JsonValue] = []
    for at, (place, slot) in enumerate(open_inputs):
        links.append([f"{place}.{slot}", INPUT, at, place, slot, "*"])
    for (place, slot), (origin, origin_slot) in inner.items():
        links.append([f"{place}.{slot}", origin, origin_slot, place, slot, "*"])
    for at, (place, slot) in enumerate(_open_outputs(group, nodes, set(inner.values()))):
        links.append([f"out.{at}", place, slot, OUTPUT, at, "*"])
    inputs: list[JsonValue] = []
    for one in objects(instance.get("inputs")):
        if _is_open(one) and len(inputs) < len(open_inputs):
            inputs.append({"name": one.get("name"), "type": "*"})
    _fill_in(nodes, {*open_inputs, *inner}, _share_values(nodes, instance))
    return {"nodes": list(nodes), "links": links, "inputs": inputs}


def _inner_nodes(group: Raw) -> list[dict[str, JsonValue]]:
    nodes = group.get("nodes")
    if not isinstance(nodes, list):
        return []
    return [dict(one) for one in objects(nodes[:MAX_INNER])]


def _inner_links(group: Raw) -> dict[Slot, Slot]:
    """Return the inputs of inner nodes → the outputs that inner links bring there."""
    links = group.get("links")
    found: dict[Slot, Slot] = {}
    if isinstance(links, list):
        for link in links:
            match link:
                case [int(origin), int(slot), int(target), int(at), *_]:
                    found[target, at] = (origin, slot)
    return found


def _is_open(one: Raw) -> bool:
    return "widget" not in one


def _open_inputs(nodes: list[dict[str, JsonValue]], inner: Mapping[Slot, Slot]) -> list[Slot]:
    found: list[Slot] = []
    for place, node in enumerate(nodes):
        for slot, one in enumerate(objects(node.get("inputs"))):
            if (place, slot) not in inner and _is_open(one):
                found.append((place, slot))
    return found


def _open_outputs(group: Raw, nodes: list[dict[str, JsonValue]], used: set[Slot]) -> Iterator[Slot]:
    """Yield the outputs that no inner link takes, and those that are listed as external."""
    external = group.get("external")
    outside: set[Slot] = set()
    if isinstance(external, list):
        for one in external:
            match one:
                case [int(place), int(slot), *_]:
                    outside.add((place, slot))
    for place, node in enumerate(nodes):
        for slot, _ in enumerate(objects(node.get("outputs"))):
            if (place, slot) in outside or (place, slot) not in used:
                yield place, slot


def _share_values(nodes: list[dict[str, JsonValue]], instance: Raw) -> list[JsonValue]:
    """Return each inner node's part of the instance's values; its own where they do not add up."""
    values = instance.get("widgets_values")
    all_own: list[JsonValue] = []
    shares: list[JsonValue] = []
    at = 0
    for node in nodes:
        all_own.append(node.get("widgets_values"))
        count = _count_values(node)
        if isinstance(values, list):
            shares.append(values[at : at + count])
        at += count
    adds_up = isinstance(values, list) and at == len(values)
    return shares if adds_up else all_own


def _count_values(node: Raw) -> int:
    own = node.get("widgets_values")
    if isinstance(own, list):
        return len(own)
    return TABLE.count_values(word(node.get("type")))


def _fill_in(
    nodes: list[dict[str, JsonValue]], connected: set[Slot], values: list[JsonValue]
) -> None:
    """Give each inner node its id, its values, and the ids of the links of its inputs."""
    for place, node in enumerate(nodes):
        inputs: list[JsonValue] = []
        for slot, one in enumerate(objects(node.get("inputs"))):
            link = f"{place}.{slot}" if (place, slot) in connected else None
            inputs.append({**one, "link": link})
        node.update(id=place, inputs=inputs, widgets_values=values[place])
