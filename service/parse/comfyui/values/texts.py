"""Texts that a node changes.

Cut, in other letters, filled into a template, one word put for another.
"""

import json

from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.values.question import Answer, Asking, read_input
from service.records import Stated


def has_wildcards(text: str) -> bool:
    """Return whether a text holds wildcard grammar, which the run replaced by something the file does not state."""
    return text.count("__") > 1 or ("{" in text and "|" in text and "}" in text)


def only_value(node: Node, hint: str) -> Answer:
    """Return the only value of a node that takes nothing in and is called after what it holds."""
    if node.links or len(node.inputs) != 1:
        return None
    name = next(iter(node.inputs))
    held = node.stated(name)
    if held is None or isinstance(held.value, bool):
        return None
    if name not in text_inputs.CHOSEN and text_inputs.POINTS.search(name):
        return None
    if isinstance(held.value, str) and hint not in text_inputs.CHOSEN:
        return held if node.plays("text") else None
    return held


def change_text(node: Node) -> Asking[Answer]:
    """Return a text as its node changed it; nothing where the file does not say how."""
    name = next((name for name in text_inputs.CHANGED if node.has(name)), None)
    answer = (yield from read_input(node, name, "text")) if name else None
    if answer is None:
        return None
    mode = str(node.scalar("mode") or "").lower()
    text = (
        _cut_text(node, str(answer.value))
        if node.has("start")
        else _in_mode(str(answer.value), mode)
    )
    return Stated(text, node.place) if text is not None else None


def extract_value(node: Node) -> Asking[Answer]:
    """Return what stands under a key in a JSON text."""
    held = yield from read_input(node, "json_string", "text")
    key = yield from read_input(node, "key", "key")
    try:
        data = json.loads(str(held.value)) if held is not None and key is not None else None
    except (ValueError, RecursionError):
        return None
    value = data.get(str(key.value)) if isinstance(data, dict) and key is not None else None
    return (
        Stated(value if isinstance(value, str) else str(value), node.place)
        if value is not None
        else None
    )


def switched_on_words(node: Node) -> Answer:
    """Return the words of a list that are switched on, joined by commas."""
    listed = node.inputs[text_inputs.TOGGLES]
    items = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    on = [
        text
        for one in items
        if one.get("active") is not False and isinstance(text := one.get("text"), str)
    ]
    return Stated(", ".join(on), node.where(text_inputs.TOGGLES)) if items else None


def _in_mode(text: str, mode: str) -> str | None:
    changes = {
        "both": text.strip(),
        "left": text.lstrip(),
        "right": text.rstrip(),
        "uppercase": text.upper(),
        "lowercase": text.lower(),
        "capitalize": text.capitalize(),
        "title case": text.title(),
    }
    return changes.get(mode)


def _cut_text(node: Node, text: str) -> str | None:
    start, end = node.scalar("start"), node.scalar("end")
    return text[start:end] if isinstance(start, int) and isinstance(end, int) else None


def fill_template(node: Node) -> Asking[Answer]:
    """Return a template (``{a}, {b}``) with what comes into its places."""
    name = next((name for name in text_inputs.TEMPLATES if node.has(name)), None)
    template = (yield from read_input(node, name, "text")) if name else None
    if template is None:
        return None
    parts: dict[str, str] = {}
    for hole in dict.fromkeys(text_inputs.HOLE.findall(str(template.value))):
        key = next(
            (key for key in (hole, f"values.{hole}", f"values_{hole}") if node.has(key)), None
        )
        answer = (yield from read_input(node, key, "text")) if key else None
        if answer is None:
            return None
        parts[hole] = str(answer.value)
    pieces = text_inputs.HOLE.split(str(template.value))
    pieces[::2] = [piece.replace("{{", "{").replace("}}", "}") for piece in pieces[::2]]
    pieces[1::2] = [parts[hole] for hole in pieces[1::2]]
    return (
        Stated("".join(pieces), node.place)
        if sum(map(len, pieces)) <= text_inputs.MAX_TEXT
        else None
    )


def replace_words(node: Node) -> Asking[Answer]:
    """Return a text with the words put in that stand for others.

    Nothing where the file does not say which.
    """
    name = next((name for name in text_inputs.REPLACED if node.has(name)), None)
    answer = (yield from read_input(node, name, "text")) if name else None
    if answer is None or node.unnamed or "regex" in node.class_type.lower():
        return None
    text: str | None = str(answer.value)
    for old in (*node.inputs, *(name for name in node.links if name not in node.inputs)):
        found = text_inputs.FIND.search(old)
        if found is None or old == name:
            continue
        sought = yield from read_input(node, old, "text")
        new = next((new for new in text_inputs.REPLACEMENTS if node.has(new + found[1])), None)
        by = (yield from read_input(node, new + found[1], "text")) if new else None
        if sought is None or by is None or text is None:
            return None
        text = _swap(text, str(sought.value), str(by.value)) if sought.value else text
    return Stated(text, node.place) if text is not None else None


def _swap(text: str, sought: str, by: str) -> str | None:
    """Return the text with one thing for another, or None where that would grow past all measure."""
    grown = len(text) + text.count(sought) * len(by)
    return text.replace(sought, by) if grown <= text_inputs.MAX_TEXT else None
