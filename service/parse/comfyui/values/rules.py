"""How a node's output gets its value: chosen by a switch, joined, shown in a box, handed on.

Each rule is a generator that asks for the values it needs and is sent the answers, so that
``ask.py`` can answer without recursion. None means: the file does not state it.
"""

from collections.abc import Callable, Iterator

from service.light_patterns import light_pattern
from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.nodes.link_inputs import PASSES_ALL, PIPE
from service.parse.comfyui.nodes.setting_inputs import NAMES, NUMBERS
from service.parse.comfyui.values.arithmetic import compute
from service.parse.comfyui.values.question import IN_BUNDLE, Asking, Question, Reply, read_input
from service.parse.comfyui.values.sides import SIZES, measures_image, read_measured, states_size
from service.parse.comfyui.values.switches import digits_of, read_chosen
from service.parse.comfyui.values.texts import (
    change_text,
    extract_value,
    fill_template,
    has_wildcards,
    pick_line,
    present_inputs,
    read_only_value,
    read_populated,
    read_toggled_words,
    replace_words,
)
from service.parse.gate import is_method
from service.records import Scalar, Stated

STRENGTHS = ("strength", "strength_model", "strength_clip")
SKIPS = ("stop_at_clip_layer", "clip_skip")
NUMERIC = frozenset({*SIZES, *STRENGTHS, *SKIPS}.union(*NUMBERS.values()))
"""Inputs that take a number."""
METHODS = frozenset().union(*NAMES.values())
"""Inputs that take a sampler or a schedule."""

SYNONYMS = {
    "noise_seed": ("seed",),
    "seed": ("noise_seed",),
    "unet_name": ("ckpt_name",),
    "ckpt_name": ("model",),
}

NUMBER = light_pattern(r"\s*[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})\s*")


def fits_input(value: Scalar, name: str) -> bool:
    """Return whether a value can be what an input holds: a number where one belongs."""
    if name in text_inputs.SELECTORS:
        return True
    if isinstance(value, bool):
        return False
    if name in METHODS and isinstance(value, str):
        return is_method(value)
    return name not in NUMERIC or not isinstance(value, str) or is_number(value)


def is_number(text: str) -> bool:
    """Return whether a text is a plain decimal number."""
    return NUMBER.fullmatch(text) is not None


def choose_rule(node: Node, question: Question) -> Asking[Reply]:
    """Return how a node's output gets its value: the first rule that fits its class."""
    _, slot, hint = question
    rule: Asking[Reply]
    if hint in SIZES and measures_image(node):
        rule = read_measured(node, hint)
    elif node.plays("switch"):
        rule = read_chosen(node, hint)
    elif node.plays("replace"):
        rule = replace_words(node)
    elif node.plays("run only"):
        rule = _read_last_run(node, hint)
    elif node.plays("math"):
        rule = compute(node, slot)
    elif node.plays("extract"):
        rule = extract_value(node)
    elif hint in NUMERIC:
        rule = _hand_on(node, slot, hint)
    else:
        rule = _make_text(node, slot, hint)
    return rule


def _read_last_run(node: Node, hint: str) -> Asking[Reply]:
    """Return what the file keeps of a node whose value only its run knew."""
    shown = _shown_text(node)
    if shown is not None:
        return shown
    if hint in NUMERIC:
        return node.stated(hint)
    if not node.plays("fill wildcards"):
        return None
    answer = yield from read_input(node, "text", "text")
    if answer is None or has_wildcards(str(answer.value)):
        return None
    return answer


def _shown_text(node: Node) -> Reply:
    """Return the text a box showed: in the saved workflow, which the run wrote, or its widget."""
    if node.shown is not None:
        return Stated(node.shown, node.where("shown"))
    for name in text_inputs.SHOWN:
        shown = node.stated(name)
        if shown is not None:
            return shown
    return None


def _make_text(node: Node, slot: int, hint: str) -> Asking[Reply]:
    """Return the text that a node makes of others, or hands on."""
    if text_inputs.TOGGLES in node.inputs:
        return read_toggled_words(node)
    make = _find_text_rule(node)
    if make is not None:
        return (yield from make(node))
    return (yield from _hand_on(node, slot, hint))


def _find_text_rule(node: Node) -> Callable[[Node], Asking[Reply]] | None:
    """Return how a node makes a text of others; None where it only hands one on."""
    rules: tuple[tuple[bool, Callable[[Node], Asking[Reply]]], ...] = (
        (all(map(node.has, text_inputs.POPULATED)), read_populated),
        (text_inputs.LINE_COUNT in node.inputs, pick_line),
        (node.plays("change"), change_text),
        (node.plays("format"), fill_template),
        (node.plays("join") or _lists_parts(node), _join),
    )
    return next((rule for fits, rule in rules if fits), None)


def _join(node: Node) -> Asking[Reply]:
    """Return the parts of a joining node as one text."""
    if node.unnamed or node.scalar("action") == "replace":
        return None
    parts: list[str] = []
    names = [name for name in (*node.inputs, *node.links) if text_inputs.JOINED.search(name)]
    for name in sorted(names, key=_part_order):
        answer = yield from read_input(node, name, "text")
        if answer is None:
            return None
        if str(answer.value).strip() or not node.plays("drop blanks"):
            parts.append(str(answer.value))
    if not parts:
        return (yield from _hand_on(node, 0, "text"))
    is_tidy = node.scalar("tidy_tags") == "yes"
    text = _find_delimiter(node, ", " if is_tidy else "").join(parts)
    if is_tidy:
        text = text_inputs.COMMAS.sub(",", text)
    if len(text) > text_inputs.MAX_TEXT:
        return None
    return Stated(text, node.place)


def _lists_parts(node: Node) -> bool:
    """Return whether a node holds a delimiter beside numbered texts, whatever its class."""
    if node.signature.record.roles is not None or not any(map(node.has, text_inputs.DELIMITERS)):
        return False
    parts = [name for name in (*node.inputs, *node.links) if text_inputs.NUMBERED.search(name)]
    return len(parts) > 1


def _find_delimiter(node: Node, usual: str) -> str:
    for name in text_inputs.DELIMITERS:
        value = node.scalar(name)
        if value is not None:
            return str(value).replace("\\n", "\n")
    return usual


def _part_order(name: str) -> tuple[int, int, str]:
    """Return by what the parts are sorted: prefix, text, suffix; a, b; text2, text10.

    Files list widgets before links, so the order is that of the names.
    """
    ends = {"prefix": 0, "suffix": 2, "append": 2}.get(name.lower(), 1)
    return ends, int(digits_of(name) or 0), name


def _hand_on(node: Node, slot: int, hint: str) -> Asking[Reply]:
    """Return the value that a node holds, or gets, and gives on unchanged."""
    is_box = node.plays("show")
    for name in dict.fromkeys(_names_of_value(node, slot, hint)):
        if not node.has(name) or _is_replaced(node, name, is_box=is_box):
            continue
        answer = yield from read_input(node, name, hint)
        if answer is not None and fits_input(answer.value, hint):
            return answer
    if is_box:
        return _shown_text(node)
    only = None if slot == IN_BUNDLE else read_only_value(node, hint)
    if only is not None:
        return only
    return (yield from _pass_through(node, slot, hint))


def _names_of_value(node: Node, slot: int, hint: str) -> Iterator[str]:
    """Yield the inputs that may hold what an output gives, likeliest first."""
    yield from _output_names(node, slot)
    if "Xi" in node.inputs:
        yield from _slider_names(node, slot)
    if hint not in SIZES or states_size(node):
        yield hint
        yield from SYNONYMS.get(hint, ())
    if slot == IN_BUNDLE and hint in (*NUMERIC, *METHODS):
        return
    if hint not in NUMERIC:
        yield from _side_names(node, slot)
    yield from text_inputs.LITERALS
    if hint in NUMERIC:
        yield from text_inputs.NUMBERS


def _output_names(node: Node, slot: int) -> tuple[str, ...]:
    """Return the names under which an input may hold what an output is called after."""
    if not 0 <= slot < len(node.outputs):
        return ()
    name = node.outputs[slot]
    same = [own for own in node.inputs if own.lower() == name.lower()]
    return node.signature.record.plain_names.get(name, name), name.replace(" ", "_"), *same


def _slider_names(node: Node, slot: int) -> Iterator[str]:
    """Yield the input behind an output of a slider, which keeps each value twice.

    ``Xi`` is the whole number, ``Xf`` the one with its fraction.
    """
    axis = "XY"[slot : slot + 1]
    if axis:
        yield f"{axis}f" if node.inputs.get(f"isfloat{axis}") else f"{axis}i"


def _side_names(node: Node, slot: int) -> list[str]:
    """Return the text inputs behind an output of a node that gives both prompts, positive first."""
    positive = present_inputs(node, text_inputs.SIDE_TEXTS["positive"])
    negative = present_inputs(node, text_inputs.SIDE_TEXTS["negative"])
    if positive and negative:
        return {0: positive, 1: negative}.get(slot, [])
    return positive + negative


def _is_replaced(node: Node, name: str, *, is_box: bool) -> bool:
    """Return whether another input of the node is read instead of this one."""
    if is_box and name in text_inputs.SHOWN:
        return True
    return name == "text" and node.scalar("use_input_text") is False


def _pass_through(node: Node, slot: int, hint: str) -> Asking[Reply]:
    """Return what comes in by a bundle, or by an input that hands on whatever it gets."""
    own = _output_names(node, slot)
    if own and own[0] in text_inputs.SIDE_TEXTS:
        hint = own[0]
    for name, (origin, output) in node.links.items():
        is_bundle = PIPE.search(name) is not None
        if is_bundle or PASSES_ALL.search(name):
            answer = yield origin, IN_BUNDLE if is_bundle else output, hint
            if answer is not None and fits_input(answer.value, hint):
                return answer
    return None
