"""Which of its inputs a switch hands on.

How a node's value is made of others: joined, replaced, chosen by a switch, shown in a box, handed
on.

Each rule is a generator that asks for the values it needs and is sent the answers, so that
``values.py`` can answer without recursion. None means: the file does not state it.
"""

import re

from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.nodes.link_inputs import PASSES_ALL, PIPE
from service.parse.comfyui.nodes.setting_inputs import NUMBERS
from service.parse.comfyui.values.arithmetic import compute
from service.parse.comfyui.values.question import Answer, Asking, Question, read_input
from service.parse.comfyui.values.texts import (
    change_text,
    extract_value,
    fill_template,
    has_wildcards,
    only_value,
    replace_words,
    switched_on_words,
)
from service.records import Scalar, Stated


def chosen_input(node: Node) -> Asking[str | None]:
    """Return the input that a switch hands on."""
    asked = node.unnamed  # what it chooses by may be among the widgets that nothing names
    for name in text_inputs.SELECTORS:
        if not node.has(name):
            continue
        answer = yield from read_input(node, name, name)
        branch = _branch(node, answer.value, name) if answer is not None else None
        if branch is not None:
            return branch
        asked = True
    # without a selector the first branch that is connected is taken (rgthree's Any Switch)
    return None if asked else next(iter(node.links), None)


def _branch(node: Node, choice: Scalar, selector: str) -> str | None:
    if isinstance(choice, bool) or selector == "boolean":
        names = text_inputs.TRUE_INPUTS if choice else text_inputs.FALSE_INPUTS
        lettered = (
            name for name in (*node.links, *node.inputs) if name.endswith("_a" if choice else "_b")
        )
        return next((name for name in names if node.has(name)), None) or next(lettered, None)
    digits = "".join(character for character in str(choice) if character.isdecimal())
    others = (name for name in (*node.links, *node.inputs) if name != selector)
    return next(
        (name for name in others if digits and name.rstrip("0123456789") + digits == name), None
    )


NUMERIC = {name for names in NUMBERS.values() for name in names}
NUMERIC |= {
    "width",
    "height",
    "empty_latent_width",
    "empty_latent_height",
    "strength",
    "strength_model",
}
NUMERIC |= {"strength_clip", "stop_at_clip_layer", "clip_skip", "batch_size"}

SYNONYMS = {
    "noise_seed": ("seed",),
    "seed": ("noise_seed",),
    "unet_name": ("ckpt_name",),
    "ckpt_name": ("model",),
}

NUMBER = re.compile(r"\s*[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})\s*")


def apply_rule(node: Node, question: Question) -> Asking[Answer]:
    """Return the value of a node's output, by the first rule that fits its class."""
    hint = question[2]
    if node.plays("switch"):
        name = yield from chosen_input(node)
        return (yield from read_input(node, name, hint)) if name else None
    if node.plays("replace"):
        return (yield from replace_words(node))
    if node.plays("run only"):
        return _shown_text(node) or (
            node.stated(hint) if hint in NUMERIC else (yield from _fill_wildcards(node))
        )
    if node.plays("math"):
        return (yield from compute(node, question[1]))
    if node.plays("extract"):
        return (yield from extract_value(node))
    return (yield from _literal(node, question) if hint in NUMERIC else _make_text(node, question))


def _make_text(node: Node, question: Question) -> Asking[Answer]:
    """Return the text that a node makes of others, or hands on."""
    if text_inputs.TOGGLES in node.inputs:
        return switched_on_words(node)
    if node.plays("change"):
        return (yield from change_text(node))
    if node.plays("format"):
        return (yield from fill_template(node))
    if node.plays("join"):
        return (yield from _join(node))
    return (yield from _literal(node, question))


def fits_input(value: Scalar, name: str) -> bool:
    """Return whether a value can be what an input of this name holds.

    A number where a number belongs.
    """
    if name in text_inputs.SELECTORS:
        return True
    if name not in NUMERIC:
        return not isinstance(value, bool)
    return not isinstance(value, bool) and (not isinstance(value, str) or is_number(value))


def is_number(text: str) -> bool:
    """Return whether a text is a plain decimal number."""
    return NUMBER.fullmatch(text) is not None


def _literal(node: Node, question: Question) -> Asking[Answer]:
    _, slot, hint = question
    shows = node.plays("show")
    literals = (
        text_inputs.LITERALS
        if hint not in NUMERIC
        else (*text_inputs.LITERALS, *text_inputs.NUMBERS)
    )
    sides = _side_names(node, slot) if hint not in NUMERIC else ()
    own = (*_output_name(node, slot), *_slider(node, slot))
    names = dict.fromkeys((*own, hint, *SYNONYMS.get(hint, ()), *sides, *literals))
    for name in names:
        if not node.has(name) or (shows and name in text_inputs.SHOWN) or _left_out(node, name):
            continue
        answer = yield from read_input(node, name, hint)
        if answer is not None and fits_input(answer.value, hint):
            return answer
    if shows:
        return _shown_text(node)
    return only_value(node, hint) or (yield from _pass_on(node, slot, hint))


def _output_name(node: Node, slot: int) -> tuple[str, ...]:
    if not 0 <= slot < len(node.output_names):
        return ()
    name = node.output_names[slot]
    return node.plain_name(name), name.replace(" ", "_")


def _slider(node: Node, slot: int) -> tuple[str, ...]:
    """Return the value behind an output of a slider, which keeps each twice.

    ``Xi`` whole, ``Xf`` with its fraction.
    """
    axis = "XY"[slot : slot + 1] if "Xi" in node.inputs else ""
    return (f"{axis}f" if node.inputs.get(f"isfloat{axis}") else f"{axis}i",) if axis else ()


def _left_out(node: Node, name: str) -> bool:
    """Return whether a text that comes in is switched off for one of the node's own."""
    return name == "text" and node.scalar("use_input_text") is False


def _fill_wildcards(node: Node) -> Asking[Answer]:
    """Return the text of a node that fills wildcards in, where it holds none."""
    if not node.plays("fill wildcards") or "text" not in (*node.inputs, *node.links):
        return None
    answer = yield from read_input(node, "text", "text")
    return None if answer is None or has_wildcards(str(answer.value)) else answer


def _side_names(node: Node, slot: int) -> tuple[str, ...]:
    """Return the text inputs behind an output of a node that gives both prompts, the positive first."""
    positive, negative = (
        tuple(name for name in text_inputs.SIDE_TEXTS[side] if node.has(name))
        for side in ("positive", "negative")
    )
    if positive and negative:
        return {0: positive, 1: negative}.get(slot, ())
    return positive + negative


def _shown_text(node: Node) -> Answer:
    """Return the text a box showed.

    From the saved workflow, which the run wrote, else from its widget.
    """
    if node.shown is not None:
        return Stated(node.shown, node.where("shown"))
    return next((stated for name in text_inputs.SHOWN if (stated := node.stated(name))), None)


def _pass_on(node: Node, slot: int, hint: str) -> Asking[Answer]:
    own = _output_name(node, slot)
    hint = own[0] if own and own[0] in text_inputs.SIDE_TEXTS else hint
    for name, link in node.links.items():
        if PIPE.search(name) or PASSES_ALL.search(name):
            answer = yield (*link, hint)
            if answer is not None and fits_input(answer.value, hint):
                return answer
    return None


def _join(node: Node) -> Asking[Answer]:
    if node.unnamed or node.scalar("action") == "replace":
        return None
    parts: list[str] = []
    names = [name for name in (*node.inputs, *node.links) if text_inputs.JOINED.search(name)]
    for name in sorted(names, key=_part_order):
        answer = yield from read_input(node, name, "text")
        if answer is None:
            return None
        if not node.plays("drop blanks") or str(answer.value).strip():
            parts.append(str(answer.value))
    if not parts:
        return (yield from _literal(node, (node.id, 0, "text")))
    tidy = ", " if node.scalar("tidy_tags") == "yes" else ""
    glue = next(
        (str(value) for name in text_inputs.DELIMITERS if (value := node.scalar(name)) is not None),
        tidy,
    )
    text = glue.replace("\\n", "\n").join(parts)
    text = text_inputs.COMMAS.sub(",", text) if tidy else text
    return Stated(text, node.place) if len(text) <= text_inputs.MAX_TEXT else None


def _part_order(name: str) -> tuple[int, int, str]:
    """Files list widgets before links, so the order is that of the names: a, b; text2, text10.

    Prefix, text, suffix.
    """
    ends = {"prefix": 0, "suffix": 2, "append": 2}.get(name.lower(), 1)
    digits = "".join(character for character in name if character.isdecimal())
    return ends, int(digits or 0), name
