"""What feeds a node and what it feeds, by whatever links."""

from collections.abc import Collection

from service.parse.comfyui.form.graph import Graph, Node


def ids_that_feed(graph: Graph, nodes: Collection[Node]) -> set[str]:
    """Return the ids of all that nodes are fed by, samplers included."""
    found: set[str] = set()
    waiting: list[str] = []
    for node in nodes:
        waiting += node.origins()
    for id_ in waiting:  # the list grows while it is read
        if id_ not in found and id_ in graph:
            found.add(id_)
            waiting += graph[id_].origins()
    return found


def ids_fed_by(graph: Graph, start: Node) -> set[str]:
    """Return the ids of all that a node feeds, near and far."""
    takers: dict[str, list[str]] = {}
    for node in graph.values():
        for origin in node.origins():
            takers.setdefault(origin, []).append(node.id)
    found: set[str] = set()
    waiting = [start.id]
    for id_ in waiting:  # the list grows while it is read
        new = [taker for taker in takers.get(id_, ()) if taker not in found]
        found.update(new)
        waiting += new
    return found
