"""Texts that a node cuts or changes letter by letter, and those that still hold what the run filled in."""

from service.parse.comfyui import words
from service.parse.comfyui.asking import Answer, Asking, reading
from service.parse.comfyui.graph import Node
from service.records import Stated


def unexpanded(text: str) -> bool:
    """Return whether a text holds wildcard grammar, which the run replaced by something the file does not state."""
    return text.count("__") > 1 or ("{" in text and "|" in text and "}" in text)


def changed(node: Node) -> Asking[Answer]:
    """Return a text as its node changed it; nothing where the file does not say how."""
    name = next((name for name in words.CHANGED if node.has(name)), None)
    answer = (yield from reading(node, name, "text")) if name else None
    if answer is None:
        return None
    mode = str(node.scalar("mode") or "").lower()
    text = _cut(node, str(answer.value)) if node.has("start") else _in_mode(str(answer.value), mode)
    return Stated(text, node.place) if text is not None else None


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


def _cut(node: Node, text: str) -> str | None:
    start, end = node.scalar("start"), node.scalar("end")
    return text[start:end] if isinstance(start, int) and isinstance(end, int) else None
