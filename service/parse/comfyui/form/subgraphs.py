"""The editor's JSON made flat: the nodes of all levels, and where each link comes from.

A subgraph's definition is under ``definitions.subgraphs``; each instance is a node whose type is
the definition's id. The API form names inner nodes ``instance:inner``, and so does this. Inside,
the pseudo-nodes -10 and -20 are the subgraph's own inputs and outputs.
"""

from collections.abc import Iterator
from dataclasses import field

from service.light_dataclasses import dataclass
from service.parse.comfyui.form.editor_json import OUTPUT_ID, Link, Raw, objects, word
from service.parse.comfyui.form.group_nodes import count_parts, read_groups, unfold
from service.records.json_values import JsonValue

LINK_MEMBERS = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")

MAX_NODES = 20_000
"""Real graphs have fewer than 2,000 nodes; the rest is left out so that an attack ends soon."""
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
    known, groups = _read_definitions(ui), read_groups(ui)
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
            type_ = word(raw.get("type"))
            definition = known.get(type_) or None
            if definition is None and type_ in groups:
                definition = _unfold_group(flat, groups[type_], raw)
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


def _unfold_group(flat: Flat, group: Raw, raw: Raw) -> Raw | None:
    """Return the definition behind a group node; None where too much is unfolded already."""
    if flat.unfolded > MAX_NODES:
        return None
    flat.unfolded += count_parts(group)
    return unfold(group, raw)
