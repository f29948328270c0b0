"""How a value is asked for: rules are generators that yield questions and are sent the answers."""

from collections.abc import Generator
from typing import TypeVar

from service.parse.comfyui.form.graph import Node
from service.records import Stated

Question = tuple[str, int, str]
"""Node, output, and the name of the input that asks (``seed``, ``text``): a hint what to find."""

IN_BUNDLE = -1
"""The output of a node that puts something into a bundle: only what has the asked name is it."""

Reply = Stated | None
Result = TypeVar("Result")
Asking = Generator[Question, Reply, Result]


def read_input(node: Node, name: str, hint: str) -> Asking[Reply]:
    """Return what an input holds: by its link where it has one, else its widget."""
    if name in node.links:
        return (yield (*node.links[name], hint))
    return node.stated(name)
