"""Texts that a node changes: cut, in other letters, filled into a template, with words replaced."""

import json
from collections.abc import Callable, Iterable, Iterator

from service.parse.comfyui.form.editor_json import objects
from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.values.question import Asking, Reply, read_input
from service.records import Stated
from service.records.json_depth import is_too_deep


def has_wildcards(text: str) -> bool:
    """Return whether a text holds wildcard grammar: the run put something else there.

    What that was, the file does not state.
    """
    return text.count("__") > 1 or ("{" in text and "|" in text and "}" in text)


def read_only_value(node: Node, hint: str) -> Reply:
    """Return the only value of a node that takes nothing in and is called after what it holds."""
    if node.links or len(node.inputs) != 1:
        return None
    name = next(iter(node.inputs))
    only = node.stated(name)
    if only is None or isinstance(only.value, bool):
        return None
    if name not in text_inputs.CHOSEN and text_inputs.POINTS.search(name):
        return None
    is_free_text = isinstance(only.value, str) and hint not in text_inputs.CHOSEN
    if is_free_text and not node.plays("text"):
        return None
    return only


def present_inputs(node: Node, names: Iterable[str]) -> list[str]:
    """Return those of these inputs that a node has, as widget or as link."""
    return [name for name in names if node.has(name)]


def first_present(node: Node, names: Iterable[str]) -> str | None:
    """Return the first of these inputs that a node has."""
    return next(iter(present_inputs(node, names)), None)


def _read_first(node: Node, names: Iterable[str]) -> Asking[Reply]:
    """Return the text of the first of these inputs that a node has."""
    name = first_present(node, names)
    if name is None:
        return None
    return (yield from read_input(node, name, "text"))


def change_text(node: Node) -> Asking[Reply]:
    """Return a text as its node changed it; None where the file does not say how."""
    answer = yield from _read_first(node, text_inputs.CHANGED)
    if answer is None:
        return None
    text = str(answer.value)
    if node.has("start"):
        start, end = node.scalar("start"), node.scalar("end")
        if not isinstance(start, int) or not isinstance(end, int):
            return None
        return Stated(text[start:end], node.place)
    changes: dict[str, Callable[[str], str]] = {
        "both": str.strip,
        "left": str.lstrip,
        "right": str.rstrip,
        "uppercase": str.upper,
        "lowercase": str.lower,
        "capitalize": str.capitalize,
        "title case": str.title,
    }
    change = changes.get(str(node.scalar("mode") or "").lower())
    if change is None:
        return None
    return Stated(change(text), node.place)


def extract_value(node: Node) -> Asking[Reply]:
    """Return what is under a key in a JSON text."""
    text = yield from read_input(node, "json_string", "text")
    key = yield from read_input(node, "key", "key")
    if text is None or key is None or is_too_deep(str(text.value)):
        return None
    try:
        data = json.loads(str(text.value))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get(str(key.value)) is None:
        return None
    return Stated(str(data[str(key.value)]), node.place)


def read_toggled_words(node: Node) -> Reply:
    """Return the words of a list that are switched on, joined by commas."""
    toggles = node.inputs[text_inputs.TOGGLES]
    items = objects(toggles)
    if not items:
        return None
    words: list[str] = []
    for one in items:
        text = one.get("text")
        if one.get("active") is not False and isinstance(text, str):
            words.append(text)
    return Stated(", ".join(words), node.where(text_inputs.TOGGLES))


def read_populated(node: Node) -> Asking[Reply]:
    """Return what a text with wildcards became.

    Where that is not kept, the text itself, unless the run filled in something.
    """
    populated, unpopulated = text_inputs.POPULATED
    became = yield from read_input(node, populated, "text")
    if became is not None and str(became.value).strip():
        return became
    written = yield from read_input(node, unpopulated, "text")
    if written is None or has_wildcards(str(written.value)):
        return None
    return written


def pick_line(node: Node) -> Asking[Reply]:
    """Return the line of a text that a node gives on; None where it gives several, one a run."""
    text = yield from _read_first(node, text_inputs.CHANGED)
    first, count = node.scalar(text_inputs.FIRST_LINE), node.scalar(text_inputs.LINE_COUNT)
    if text is None or not isinstance(first, int) or not isinstance(count, int):
        return None
    lines = str(text.value).split("\n")[first : first + count]
    if len(lines) != 1:
        return None
    return Stated(lines[0], node.place)


def fill_template(node: Node) -> Asking[Reply]:
    """Return a template (``{a}, {b}``) with what comes into its places."""
    template = yield from _read_first(node, text_inputs.TEMPLATES)
    if template is None:
        return None
    pieces = text_inputs.HOLE.split(str(template.value))  # text, hole, text, hole, text …
    parts: dict[str, str] = {}
    for hole in dict.fromkeys(pieces[1::2]):
        answer = yield from _read_first(node, (hole, f"values.{hole}", f"values_{hole}"))
        if answer is None:
            return None
        parts[hole] = str(answer.value)
    for at, piece in enumerate(pieces):
        if at % 2:
            pieces[at] = parts[piece]
        else:
            pieces[at] = piece.replace("{{", "{").replace("}}", "}")
    if sum(map(len, pieces)) > text_inputs.MAX_TEXT:
        return None
    return Stated("".join(pieces), node.place)


def replace_words(node: Node) -> Asking[Reply]:
    """Return a text with words replaced by others; None where the file does not say by which."""
    name = first_present(node, text_inputs.REPLACED)
    if name is None:
        return None
    answer = yield from read_input(node, name, "text")
    if answer is None or node.unnamed or "regex" in node.class_type.lower():
        return None
    text = str(answer.value)
    for old_name, new_names in _list_replacements(node, name):
        old = yield from read_input(node, old_name, "text")
        new = yield from _read_first(node, new_names)
        if old is None or new is None:
            return None
        if old.value:
            before, after = str(old.value), str(new.value)
            if len(text) + text.count(before) * len(after) > text_inputs.MAX_TEXT:
                return None
            text = text.replace(before, after)
    return Stated(text, node.place)


def _list_replacements(node: Node, text_name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each input that holds words to replace, and the names under which the new ones may be.

    Numbered inputs belong together: ``find2`` and ``replace2``.
    """
    for name in dict.fromkeys((*node.inputs, *node.links)):
        match = text_inputs.FIND.search(name)
        if match is not None and name != text_name:
            yield name, [new + match[1] for new in text_inputs.REPLACEMENTS]
