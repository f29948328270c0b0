"""Group nodes, which editors had before subgraphs (2023 to 2025), as definitions of subgraphs.

``extra.groupNodes[NAME]`` holds the inner nodes in order, the links between them as ``[origin,
slot, target, slot]`` by their places in that order, and which outputs are open. An instance is a
node of type ``workflow>NAME`` (before 2024-10 ``workflow/NAME``): its inputs, outputs and widget
values are those of the inner nodes that are left open, one after the other. The API form holds the
inner nodes already, as ``instance:place``, so that only the editor's form needs them unfolded.

A widget of an inner node that was turned into an input changes the order: the instance lists its
value behind the node's other widgets, and not at all where a link inside the group brings it.
"""

from collections.abc import Iterator, Mapping

from service.parse.comfyui.form.editor_json import INPUT, OUTPUT, Raw, objects, word
from service.parse.comfyui.nodes.fitting import is_control
from service.parse.comfyui.nodes.table import TABLE
from service.records.json_values import JsonValue

Slot = tuple[int, int]
"""The place of a group's inner node and the number of its input or output."""
InnerNode = dict[str, JsonValue]

PREFIXES = ("workflow>", "workflow/")
"""What is before a group's name in the type of its instances."""

MAX_INNER = 1000
"""Nodes of one group."""


def read_groups(ui: Raw) -> dict[str, Raw]:
    """Return the groups of a workflow by the types that their instances have."""
    extra = ui.get("extra")
    groups = extra.get("groupNodes") if isinstance(extra, dict) else None
    found: dict[str, Raw] = {}
    if isinstance(groups, dict):
        for name, group in groups.items():
            if isinstance(group, dict):
                found |= {f"{prefix}{name}": group for prefix in PREFIXES}
    return found


def count_parts(group: Raw) -> int:
    """Return how many nodes, links and the like a group has."""
    return sum(len(part) for part in group.values() if isinstance(part, list))


def unfold(group: Raw, instance: Raw) -> Raw:
    """Return a group as the definition of a subgraph, with the values that this instance holds."""
    nodes = _inner_nodes(group)
    inner = _inner_links(group)
    names = _pair_inputs(nodes, inner, instance)
    links: list[JsonValue] = []
    for at, (place, slot) in enumerate(names):
        links.append([f"{place}.{slot}", INPUT, at, place, slot, "*"])
    for (place, slot), (origin, origin_slot) in inner.items():
        links.append([f"{place}.{slot}", origin, origin_slot, place, slot, "*"])
    for at, (place, slot) in enumerate(_open_outputs(group, nodes, set(inner.values()))):
        links.append([f"out.{at}", place, slot, OUTPUT, at, "*"])
    inputs: list[JsonValue] = [{"name": name, "type": "*"} for name in names.values()]
    _fill_in(nodes, {*names, *inner}, _share_values(nodes, inner, instance))
    return {"nodes": list(nodes), "links": links, "inputs": inputs}


def _inner_nodes(group: Raw) -> list[InnerNode]:
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


def _is_converted(one: Raw) -> bool:
    """Return whether an input was a widget before."""
    return "widget" in one


def _pair_inputs(
    nodes: list[InnerNode], inner: Mapping[Slot, Slot], instance: Raw
) -> dict[Slot, JsonValue]:
    """Return the open inputs of inner nodes → the names under which the instance has them.

    Plain ones are in the order of the nodes. A converted one has its own name at the end of the
    instance's (``seed``, ``Sampler seed``), or else the next place among the plain ones.
    """
    plain: list[JsonValue] = []
    converted: list[JsonValue] = []
    for one in objects(instance.get("inputs")):
        (converted if _is_converted(one) else plain).append(one.get("name"))
    found: dict[Slot, JsonValue] = {}
    for place, node in enumerate(nodes):
        for slot, one in enumerate(objects(node.get("inputs"))):
            if (place, slot) in inner:
                continue
            names = plain
            if _is_converted(one):
                own = word(one.get("name"))
                names = [name for name in converted if word(name).endswith(own)] or plain
            if names:
                found[place, slot] = name = names[0]
                (plain if names is plain else converted).remove(name)
    return found


def _open_outputs(group: Raw, nodes: list[InnerNode], used: set[Slot]) -> Iterator[Slot]:
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


def _share_values(
    nodes: list[InnerNode], inner: Mapping[Slot, Slot], instance: Raw
) -> list[JsonValue]:
    """Return each inner node's part of the instance's values; its own where they do not add up."""
    values = instance.get("widgets_values")
    all_own: list[JsonValue] = [node.get("widgets_values") for node in nodes]
    orders = [_listed_places(place, node, inner) for place, node in enumerate(nodes)]
    if not isinstance(values, list) or len(values) != sum(map(len, orders)):
        return all_own
    shares: list[JsonValue] = []
    at = 0
    for own, order in zip(all_own, orders, strict=True):
        share: list[JsonValue] = list(own) if isinstance(own, list) else [None] * len(order)
        for place in order:
            share[place] = values[at]
            at += 1
        shares.append(share)
    return shares


def _listed_places(place: int, node: Raw, inner: Mapping[Slot, Slot]) -> list[int]:
    """Return the places of a node's values in the order in which the instance lists them."""
    own = node.get("widgets_values")
    if not isinstance(own, list):
        return list(range(TABLE.count_values(word(node.get("type")))))
    converted: list[int] = []
    listed: list[int] = []
    found = TABLE.name_values(word(node.get("type")), own)
    for slot, one in enumerate(objects(node.get("inputs"))):
        name = word(one.get("name"))
        if not _is_converted(one) or found is None or name not in found.places:
            continue
        places = _with_control(own, found.places[name])
        converted += places
        if (place, slot) not in inner:
            listed += places
    return [at for at in range(len(own)) if at not in converted] + listed


def _with_control(values: list[JsonValue], place: int) -> list[int]:
    """Return the places of a value, and of the control that is saved behind a seed."""
    has_control = place + 1 < len(values) and is_control(values[place + 1])
    return [place, place + 1] if has_control else [place]


def _fill_in(nodes: list[InnerNode], connected: set[Slot], values: list[JsonValue]) -> None:
    """Give each inner node its id, its values, and the ids of the links of its inputs."""
    for place, node in enumerate(nodes):
        inputs: list[JsonValue] = []
        for slot, one in enumerate(objects(node.get("inputs"))):
            link = f"{place}.{slot}" if (place, slot) in connected else None
            inputs.append({**one, "link": link})
        node.update(id=place, inputs=inputs, widgets_values=values[place])
