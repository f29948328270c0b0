"""What a value is when it is not written where it is used: primitives, joined texts, switches, shown results.

A node's value is a generator that asks for the values it is made of; ``Values.ask`` answers without recursion, each
question once, and a question that leads back to itself with None. None means: the file does not state it.
"""

from collections.abc import Generator
from typing import TypeVar

from service.parse.comfyui import words
from service.parse.comfyui.graph import Graph, Node
from service.parse.comfyui.roles import NUMBERS, OUTPUTS, PASSES_ALL, PIPE
from service.records import Scalar, Stated

Question = tuple[str, int, str]
"""Node, output, and the name of the input that wants it (``seed``, ``text``): a hint what to look for."""

Answer = Stated | None
Result = TypeVar("Result")
Asking = Generator[Question, Answer, Result]

NUMERIC = {name for names in NUMBERS.values() for name in names}
NUMERIC |= {"width", "height", "empty_latent_width", "empty_latent_height", "strength", "strength_model"}
NUMERIC |= {"strength_clip", "stop_at_clip_layer", "clip_skip", "batch_size"}

SYNONYMS = {"noise_seed": ("seed",), "seed": ("noise_seed",), "unet_name": ("ckpt_name",), "ckpt_name": ("model",)}


class Values:
    """The values of one graph, worked out when asked for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[Question, Answer] = {}

    def read(self, node: Node, name: str) -> Answer:
        """Return what an input holds, through its link where it has one; None where only the run knew."""
        stated = node.stated(name)
        if stated is not None or name not in node.links:
            return stated
        answer = self.ask((*node.links[name], name))
        return answer if answer is not None and fits(answer.value, name) else None

    def first(self, node: Node, names: tuple[str, ...]) -> Answer:
        """Return the first of these inputs that holds something."""
        for name in names:
            if node.has(name):
                answer = self.read(node, name)
                if answer is not None and fits(answer.value, name):
                    return answer
        return None

    def chosen(self, node: Node) -> str | None:
        """Return the input that a switch hands on, or None where the file does not tell."""
        asking = _chosen(node)
        reply: Answer = None
        while True:
            try:
                question = asking.send(reply)
            except StopIteration as end:
                name: str | None = end.value
                return name
            reply = self.ask(question)

    def ask(self, question: Question) -> Answer:
        """Return the value of a node's output."""
        if question in self._known:
            return self._known[question]
        self._known[question] = None
        stack = [(question, self._output(question))]
        reply: Answer = None
        while stack:
            asked, asking = stack[-1]
            try:
                wanted = asking.send(reply)
            except StopIteration as end:
                reply = self._known[asked] = end.value
                stack.pop()
                continue
            reply = self._known.get(wanted)
            if wanted not in self._known:
                self._known[wanted] = None  # what comes back to itself stays unknown
                stack.append((wanted, self._output(wanted)))
        return reply

    def _output(self, question: Question) -> Asking[Answer]:
        node = self._graph.get(question[0])
        if node is None:
            return None
        if words.SWITCH.search(node.class_type):
            name = yield from _chosen(node)
            return (yield from _reading(node, name, question[2])) if name else None
        if words.REPLACE.search(node.class_type):
            return (yield from _replaced(node))
        if words.RUN_ONLY.search(node.class_type):
            return _shown(node) or (node.stated(question[2]) if question[2] in NUMERIC else None)
        if question[2] not in NUMERIC and words.JOIN.search(node.class_type):
            return (yield from _joined(node))
        return (yield from _literal(node, question))


def fits(value: Scalar, name: str) -> bool:
    """Return whether a value can be what an input of this name holds: a number where a number belongs."""
    if name in words.SELECTORS:
        return True
    if name not in NUMERIC:
        return not isinstance(value, bool)
    return not isinstance(value, bool) and (not isinstance(value, str) or is_number(value))


def is_number(text: str) -> bool:
    """Return whether a text is a plain decimal number."""
    return text.strip().lstrip("+-").replace(".", "", 1).isdecimal()


def _reading(node: Node, name: str, hint: str) -> Asking[Answer]:
    if name in node.links:
        return (yield (*node.links[name], hint))
    return node.stated(name)


def _literal(node: Node, question: Question) -> Asking[Answer]:
    _, slot, hint = question
    shows = words.SHOWS.search(node.class_type) is not None
    names = dict.fromkeys((*_output_name(node, slot), hint, *SYNONYMS.get(hint, ()), *words.LITERALS))
    for name in names:
        if not node.has(name) or (shows and name in words.SHOWN):
            continue
        answer = yield from _reading(node, name, hint)
        if answer is not None and fits(answer.value, hint):
            return answer
    if shows:
        return _shown(node)
    return (yield from _carried(node, hint))


def _output_name(node: Node, slot: int) -> tuple[str, ...]:
    names = node.outputs or OUTPUTS.get(node.class_type, ())
    return (names[slot], names[slot].replace(" ", "_")) if 0 <= slot < len(names) else ()


def _shown(node: Node) -> Answer:
    """Return the text a box showed: from the saved workflow, which the run wrote, else from its widget."""
    if node.shown is not None:
        return Stated(node.shown, node.where("shown"))
    return next((stated for name in words.SHOWN if (stated := node.stated(name))), None)


def _carried(node: Node, hint: str) -> Asking[Answer]:
    for name, link in node.links.items():
        if PIPE.search(name) or PASSES_ALL.search(name):
            answer = yield (*link, hint)
            if answer is not None and fits(answer.value, hint):
                return answer
    return None


def _joined(node: Node) -> Asking[Answer]:
    parts: list[str] = []
    for name in (*node.inputs, *node.links):
        if name in words.DELIMITERS or not words.JOINED.search(name):
            continue
        answer = yield from _reading(node, name, "text")
        if answer is None:
            return None
        parts.append(str(answer.value))
    if not parts:
        return (yield from _literal(node, (node.id, 0, "text")))
    glue = next((str(node.inputs[name]) for name in words.DELIMITERS if name in node.inputs), "")
    text = glue.replace("\\n", "\n").join(parts)
    return Stated(text, node.place) if len(text) <= words.MAX_TEXT else None


def _replaced(node: Node) -> Asking[Answer]:
    name = next((name for name in words.REPLACED if node.has(name)), None)
    answer = (yield from _reading(node, name, "text")) if name else None
    if answer is None or "regex" in node.class_type.lower():
        return None
    text = str(answer.value)
    for old in node.inputs:
        found = words.FIND.search(old)
        if found is None or old == name:
            continue
        new = next((new for new in words.REPLACEMENTS if node.has(new + found[1])), None)
        by = (yield from _reading(node, new + found[1], "text")) if new else None
        if by is not None and (sought := str(node.inputs[old])):
            text = text.replace(sought, str(by.value))
        if len(text) > words.MAX_TEXT:
            return None
    return Stated(text, node.place)


def _chosen(node: Node) -> Asking[str | None]:
    asked = False
    for name in words.SELECTORS:
        if not node.has(name):
            continue
        answer = yield from _reading(node, name, name)
        branch = _branch(node, answer.value, name) if answer is not None else None
        if branch is not None:
            return branch
        asked = True
    # without a selector the first branch that is connected is taken (rgthree's Any Switch)
    return None if asked else next(iter(node.links), None)


def _branch(node: Node, choice: Scalar, selector: str) -> str | None:
    if isinstance(choice, bool):
        names = words.TRUE_INPUTS if choice else words.FALSE_INPUTS
        return next((name for name in names if node.has(name)), None)
    digits = "".join(character for character in str(choice) if character.isdecimal())
    others = (name for name in (*node.links, *node.inputs) if name != selector)
    return next((name for name in others if digits and name.rstrip("0123456789") + digits == name), None)
