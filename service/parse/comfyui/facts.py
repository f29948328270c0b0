"""The widgets of the nodes that made the image, verbatim, for the ``kv`` table."""

from collections.abc import Iterable, Iterator

from service.parse.comfyui.graph import Node
from service.records import Fact

MOST = 40
LONGEST = 300
"""Characters. Longer texts are prompts, which have keys of their own."""


def of(nodes: Iterable[Node]) -> tuple[Fact, ...]:
    """Return facts like ``KSampler.steps`` of these nodes, each node once, up to ``MOST``."""
    unique = {node.id: node for node in nodes}
    return tuple(fact for fact, _ in zip(_all(unique.values()), range(MOST), strict=False))


def _all(nodes: Iterable[Node]) -> Iterator[Fact]:
    for node in nodes:
        for name in node.inputs:
            value = node.scalar(name)
            if value is None or not name or (isinstance(value, str) and not 0 < len(value) <= LONGEST):
                continue
            yield Fact(f"{node.class_type}.{name}", _text(value), node.where(name))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
