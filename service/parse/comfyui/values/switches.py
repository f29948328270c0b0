"""What a switch hands on: the one of its inputs that its selector names."""

from collections.abc import Iterable

from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.values.question import Asking, Reply, read_input
from service.parse.comfyui.values.texts import first_present
from service.records import Scalar


def read_chosen(node: Node, hint: str) -> Asking[Reply]:
    """Return the value that a switch hands on."""
    name = yield from choose_input(node)
    if not name:
        return None
    return (yield from read_input(node, name, hint))


def choose_input(node: Node) -> Asking[str | None]:
    """Return the input that a switch hands on."""
    has_selector = node.unnamed  # the selector may be among the widgets without names
    for name in text_inputs.SELECTORS:
        if not node.has(name):
            continue
        has_selector = True
        answer = yield from read_input(node, name, name)
        if answer is not None:
            branch = _find_branch(node, answer.value, name)
            if branch is not None:
                return branch
    if has_selector:
        return None
    # without a selector the first branch that is connected is taken (rgthree's Any Switch)
    return next(iter(node.links), None)


def _find_branch(node: Node, choice: Scalar, selector: str) -> str | None:
    """Return the input that a choice stands for: one of two, or the one of this number."""
    if isinstance(choice, bool) or selector == "boolean":
        if choice:
            return _find_half(node, text_inputs.TRUE_INPUTS, "_a")
        return _find_half(node, text_inputs.FALSE_INPUTS, "_b")
    digits = digits_of(str(choice))
    if digits:
        for name in (*node.links, *node.inputs):
            if name != selector and name.rstrip("0123456789") + digits == name:
                return name
    return None


def _find_half(node: Node, names: Iterable[str], ending: str) -> str | None:
    """Return the input for one side of a yes or no, by its name or by its last letter."""
    name = first_present(node, names)
    if name is not None:
        return name
    for name in (*node.links, *node.inputs):
        if name.endswith(ending):
            return name
    return None


def digits_of(text: str) -> str:
    """Return the digits of a text, in order."""
    return "".join(filter(str.isdecimal, text))
