"""What a value is when it is not written where it is used.

Primitives, joined texts, switches, shown results.

``Values.ask`` answers without recursion, each question once, and a question that leads back to
itself with None.
"""

from service.parse.comfyui.form.graph import Graph, Node
from service.parse.comfyui.nodes import text_inputs
from service.parse.comfyui.values.question import Answer, Asking, Question
from service.parse.comfyui.values.rules import apply_rule, chosen_input, fits_input


class Values:
    """The values of one graph, worked out when asked for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[Question, Answer] = {}
        self._room = text_inputs.MAX_BUILT

    def read(self, node: Node, name: str) -> Answer:
        """Return what an input holds, through its link where it has one.

        None where only the run knew.
        """
        stated = node.stated(name)
        if stated is not None or name not in node.links:
            return stated
        answer = self.ask((*node.links[name], name))
        return answer if answer is not None and fits_input(answer.value, name) else None

    def first(self, node: Node, names: tuple[str, ...]) -> Answer:
        """Return the first of these inputs that holds something."""
        for name in names:
            if node.has(name):
                answer = self.read(node, name)
                if answer is not None and fits_input(answer.value, name):
                    return answer
        return None

    def chosen(self, node: Node) -> str | None:
        """Return the input that a switch hands on, or None where the file does not tell."""
        asking = chosen_input(node)
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
        answer = (yield from apply_rule(node, question)) if node is not None else None
        if (
            answer is not None
            and isinstance(answer.value, str)
            and node is not None
            and answer.source == node.place
        ):
            self._room -= len(
                answer.value
            )  # a text that was built here, not one that stands in the file
        return answer if self._room > 0 else None
