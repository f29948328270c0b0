"""The editor's form made flat.

The nodes of all subgraphs side by side, and where each link comes from.

A subgraph's definition stands once under ``definitions.subgraphs``; each instance is a node whose type is the
definition's id. The API form names inner nodes ``instance:inner``, and so does this. Inside, the pseudo-nodes -10 and
-20 are the subgraph's own inputs and outputs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from service.parse.comfyui.form import group_nodes
from service.parse.comfyui.form.graph import MAX_NODES, Link, Raw, objects, word

INPUT_ID, OUTPUT_ID = "-10", "-20"
MAX_LINKS = 4 * MAX_NODES
MAX_DEPTH = 12
"""Instances within instances. A definition that holds itself would never end."""


@dataclass(slots=True)
class Flat:
    """One workflow without levels."""

    nodes: dict[str, Raw] = field(default_factory=dict)
    """By global id (``42:8``); instances of subgraphs included."""
    definitions: dict[str, Raw] = field(default_factory=dict)
    """Of the instances, by their global id."""
    origins: dict[tuple[str, str], Link] = field(default_factory=dict)
    """Scope (``42:``) and link id → the output it comes from."""
    outcomes: dict[Link, Link] = field(default_factory=dict)
    """An instance's output → the inner output behind it."""
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)
    """Scope and link id → type."""
    sent: dict[tuple[str, int], Link] = field(default_factory=dict)
    """Node and number of its input → the output that a broadcast brings there (``extra.ue_links``)."""
    unfolded: int = 0
    """How much of group nodes was unfolded: nodes and links, once for each instance."""


def flatten(ui: Raw, *, linked: bool = True) -> Flat:
    """Return a workflow's nodes on one level, and its links unless another form of the graph holds them."""
    flat = Flat(sent=dict(_sent(ui)))
    known = dict(_subgraphs(ui))
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
            definition = known.get(word(raw.get("type"))) or _group_definition(flat, ui, raw)
            if definition is not None and depth < MAX_DEPTH:
                flat.definitions[id_] = definition
                waiting.append((f"{id_}:", definition, depth + 1))
    return flat


def _sent(ui: Raw) -> Iterator[tuple[tuple[str, int], Link]]:
    extra = ui.get("extra")
    for one in objects(extra.get("ue_links") if isinstance(extra, dict) else None):
        at, slot = one.get("downstream_slot"), one.get("upstream_slot")
        if isinstance(at, int) and isinstance(slot, int):
            yield (word(one.get("downstream")), at), (word(one.get("upstream")), slot)


def _subgraphs(ui: Raw) -> Iterator[tuple[str, Raw]]:
    definitions = ui.get("definitions")
    for one in objects(definitions.get("subgraphs") if isinstance(definitions, dict) else None):
        yield word(one.get("id")), one


def _group_definition(flat: Flat, ui: Raw, raw: Raw) -> Raw | None:
    """Return the definition behind a group node, or None where it is none or too much is unfolded already."""
    name = group_nodes.group_name(word(raw.get("type")))
    extra = ui.get("extra") if name is not None else None
    known = extra.get("groupNodes") if isinstance(extra, dict) else None
    group = known.get(name) if isinstance(known, dict) and name is not None else None
    if not isinstance(group, dict) or flat.unfolded > MAX_NODES:
        return None
    flat.unfolded += sum(len(part) for part in group.values() if isinstance(part, list))
    return group_nodes.as_subgraph(group, raw)


def _read_links(flat: Flat, scope: str, level: Raw) -> None:
    links = level.get("links")
    for link in links if isinstance(links, list) else ():
        parts = _parts(link)
        if parts is None:
            continue
        id_, origin, slot, target, target_slot, kind = parts
        if not isinstance(slot, int) or not isinstance(target_slot, int):
            continue
        flat.origins[scope, word(id_)] = (f"{scope}{word(origin)}", slot)
        flat.kinds[scope, word(id_)] = word(kind)
        if word(target) == OUTPUT_ID:
            flat.outcomes[scope.removesuffix(":"), target_slot] = (f"{scope}{word(origin)}", slot)


def _parts(link: JsonValue) -> list[JsonValue] | None:
    """Return a link as ``[id, origin, slot, target, slot, type]``.

    An array outside, an object in subgraphs.
    """
    if isinstance(link, dict):
        names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
        return [link.get(name) for name in names]
    return link[:6] if isinstance(link, list) and len(link) > 5 else None  # noqa: PLR2004
