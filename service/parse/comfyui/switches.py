"""Which of its inputs a switch hands on."""

from service.parse.comfyui import words
from service.parse.comfyui.asking import Asking, reading
from service.parse.comfyui.graph import Node
from service.records import Scalar


def chosen(node: Node) -> Asking[str | None]:
    """Return the input that a switch hands on."""
    asked = node.unnamed  # what it chooses by may be among the widgets that nothing names
    for name in words.SELECTORS:
        if not node.has(name):
            continue
        answer = yield from reading(node, name, name)
        branch = _branch(node, answer.value, name) if answer is not None else None
        if branch is not None:
            return branch
        asked = True
    # without a selector the first branch that is connected is taken (rgthree's Any Switch)
    return None if asked else next(iter(node.links), None)


def _branch(node: Node, choice: Scalar, selector: str) -> str | None:
    if isinstance(choice, bool) or selector == "boolean":
        names = words.TRUE_INPUTS if choice else words.FALSE_INPUTS
        lettered = (name for name in (*node.links, *node.inputs) if name.endswith("_a" if choice else "_b"))
        return next((name for name in names if node.has(name)), None) or next(lettered, None)
    digits = "".join(character for character in str(choice) if character.isdecimal())
    others = (name for name in (*node.links, *node.inputs) if name != selector)
    return next((name for name in others if digits and name.rstrip("0123456789") + digits == name), None)
