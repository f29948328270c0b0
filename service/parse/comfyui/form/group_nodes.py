"""Group nodes.

Several nodes folded into one, as editors before subgraphs (2023 to 2025) saved them.

``extra.groupNodes[NAME]`` holds the inner nodes in order, the links between them as ``[origin,
slot, target, slot]`` by their places in that order, and which outputs stay open. An instance is a
node of type ``workflow>NAME`` (before 2024-10 ``workflow/NAME``): its inputs, outputs and widget
values are those of the inner nodes that are left open, one after the other. In the API form inner
nodes are already there as ``instance:place``, so only this form needs them unfolded.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate

from pydantic import JsonValue

from service.parse.comfyui.form import widgets
from service.parse.comfyui.form.graph import Raw, objects

Slot = tuple[int, int]
"""The place of an inner node and the number of its input or output."""

PREFIXES = ("workflow>", "workflow/")
INPUT, OUTPUT = -10, -20
"""The pseudo-nodes by which a subgraph's definition names its own inputs and outputs."""

MAX_INNER = 1000


def group_name(type_: str) -> str | None:
    """Return the name of the group a node type stands for."""
    return next(
        (type_.removeprefix(prefix) for prefix in PREFIXES if type_.startswith(prefix)), None
    )


def as_subgraph(group: Raw, instance: Raw) -> Raw:
    """Return a group as the definition of a subgraph, with the values that this instance holds."""
    listed = group.get("nodes")
    nodes = (
        [dict(one) for one in listed[:MAX_INNER] if isinstance(one, dict)]
        if isinstance(listed, list)
        else []
    )
    inner = {target: origin for origin, target in _inner(group)}
    ends = [
        (f"{place}.{slot}", INPUT, at)
        for at, (place, slot) in enumerate(_open_inputs(nodes, inner))
    ]
    links: list[JsonValue] = [_link(name, origin, at, *_places(name)) for name, origin, at in ends]
    links += [
        _link(f"{place}.{slot}", *origin, place, slot) for (place, slot), origin in inner.items()
    ]
    outputs = _open_outputs(group, nodes, set(inner.values()))
    links += [_link(f"out.{at}", *origin, OUTPUT, at) for at, origin in enumerate(outputs)]
    values = _shares(nodes, instance)
    for place, node in enumerate(nodes):
        node["id"] = place
        node["inputs"] = [
            {**one, "link": f"{place}.{slot}" if (place, slot) in inner or _is_open(one) else None}
            for slot, one in enumerate(objects(node.get("inputs")))
        ]
        node["widgets_values"] = values[place]
    return {"nodes": list(nodes), "links": links, "inputs": _named_inputs(instance, len(ends))}


def _inner(group: Raw) -> Iterator[tuple[Slot, Slot]]:
    links = group.get("links")
    for link in links if isinstance(links, list) else ():
        match link:
            case [int(origin), int(slot), int(target), int(at), *_]:
                yield (origin, slot), (target, at)


def _is_open(one: Raw) -> bool:
    return "widget" not in one


def _open_inputs(nodes: list[dict[str, JsonValue]], inner: Mapping[Slot, Slot]) -> Iterator[Slot]:
    for place, node in enumerate(nodes):
        for slot, one in enumerate(objects(node.get("inputs"))):
            if (place, slot) not in inner and _is_open(one):
                yield place, slot


def _open_outputs(group: Raw, nodes: list[dict[str, JsonValue]], used: set[Slot]) -> list[Slot]:
    """Return the outputs that stay open.

    Those no inner link takes, and those listed as external.
    """
    listed = group.get("external")
    outside: set[Slot] = set()
    for one in listed if isinstance(listed, list) else ():
        match one:
            case [int(place), int(slot), *_]:
                outside.add((place, slot))
    every = [
        (place, slot)
        for place, node in enumerate(nodes)
        for slot, _ in enumerate(objects(node.get("outputs")))
    ]
    return [slot for slot in every if slot in outside or slot not in used]


def _shares(nodes: list[dict[str, JsonValue]], instance: Raw) -> list[JsonValue]:
    """Return each inner node's part of the instance's widget values.

    Its own where they do not add up.
    """
    values = instance.get("widgets_values")
    counts = [_count(node) for node in nodes]
    if not isinstance(values, list) or sum(counts) != len(values):
        return [node.get("widgets_values") for node in nodes]
    return [
        values[end - count : end] for end, count in zip(accumulate(counts), counts, strict=True)
    ]


def _count(node: Raw) -> int:
    own = node.get("widgets_values")
    return len(own) if isinstance(own, list) else widgets.usual_count(node)


def _named_inputs(instance: Raw, count: int) -> list[JsonValue]:
    """Return the group's inputs under the names that the instance gives them, which stand in the same order."""
    names = [one.get("name") for one in objects(instance.get("inputs")) if _is_open(one)]
    return [{"name": name, "type": "*"} for name in names[:count]]


def _places(name: str) -> Slot:
    place, _, slot = name.partition(".")
    return int(place), int(slot)


def _link(id_: str, origin: int, slot: int, target: int, at: int) -> list[JsonValue]:
    return [id_, origin, slot, target, at, "*"]
