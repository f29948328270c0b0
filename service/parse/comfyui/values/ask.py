"""What an input holds when its value is not written there, but comes by link from other nodes.

``NodeValues.ask`` applies the rules (primitives, joined texts, switches, shown results) without
recursion. It answers each question once, and a question that leads back to itself with None.
"""

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.nodes.signature import present_names
from service.parse.comfyui.values.question import Asking, Question, Reply
from service.parse.comfyui.values.rules import choose_rule, fits_input
from service.parse.comfyui.values.switches import choose_input


class NodeValues:
    """The values of one graph, found when asked for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[Question, Reply] = {}
        self._room = text_inputs.MAX_BUILT  # characters of texts that may still be built

    def read_input(self, node: Node, name: str) -> Reply:
        """Return what an input holds, or what its link brings; None where only the run knew."""
        stated = node.stated(name)
        if stated is not None or name not in node.links:
            return stated
        answer = self.ask((*node.links[name], name))
        if answer is None or not fits_input(answer.value, name):
            return None
        return answer

    def read_first(self, node: Node, names: tuple[str, ...]) -> Reply:
        """Return the first of these inputs that holds something."""
        for name in present_names(node.signature, names):
            answer = self.read_input(node, name)
            if answer is not None and fits_input(answer.value, name):
                return answer
        return None

    def choose_input(self, node: Node) -> str | None:
        """Return the input that a switch hands on, or None where the file does not say it."""
        asking = choose_input(node)
        reply: Reply = None
        while True:
            try:
                question = asking.send(reply)
            except StopIteration as end:
                name: str | None = end.value
                return name
            reply = self.ask(question)

    def ask(self, question: Question) -> Reply:
        """Return the value of a node's output."""
        if question in self._known:
            return self._known[question]
        self._known[question] = None
        stack = [(question, self._output(question))]
        reply: Reply = None
        while stack:
            current, asking = stack[-1]
            try:
                needed = asking.send(reply)
            except StopIteration as end:
                reply = self._known[current] = end.value
                stack.pop()
                continue
            reply = self._known.get(needed)
            if needed not in self._known:
                self._known[needed] = None  # what comes back to itself stays unknown
                stack.append((needed, self._output(needed)))
        return reply

    def _output(self, question: Question) -> Asking[Reply]:
        node = self._graph.get(question[0])
        if node is None:
            return None
        answer = yield from choose_rule(node, question)
        if answer is not None and isinstance(answer.value, str) and answer.source == node.place:
            self._room -= len(
                answer.value
            )  # it was built here; texts of the file have other places
        if self._room <= 0:
            return None
        return answer
