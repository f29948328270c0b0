"""Numbers that nodes compute, and texts that are no expressions."""

import pytest

from service.parse.comfyui.form.graph import make_node
from service.parse.comfyui.values.arithmetic import LONGEST, evaluate, list_names, parse_expression
from service.parse.comfyui.values.ask import NodeValues
from service.records import Scalar


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a * 2", 14),
        ("max(((a + 15) // 16) * 16, 256)", 256),
        ("-a + 2 ** 3", 1),
        ("round(a / 2, 0)", 4.0),
        ("a % 4 - sqrt(9)", 0.0),
        ("a / 0", None),
        ("(0 - a) ** 0.5", None),
        ("max", None),
        ("round", None),
        ("round(a, -10 ** 4 ** 4)", None),
        ("a ** 9 ** 9 ** 9", None),
        ("(" * 90 + "1" + ")" * 90, 1),
        ("b + 1", None),
        ("a.real", None),
        ("__import__('os')", None),
        ("[x for x in a]", None),
        ("'a' * 9", None),
        ("a if a else 1", 7),
        ("a > 7 or a == 7", True),
        ("a < 7 and b", None),
    ],
)
def test_an_expression_comes_to_a_number_or_to_nothing(text: str, result: float | None) -> None:
    tree = parse_expression(text)
    assert tree is not None
    assert evaluate(tree, {"a": 7}) == result


@pytest.mark.parametrize("text", ["", "a +", "1;2", "x" * (LONGEST + 1), "(" * 150, "\0"])
def test_what_is_no_expression_is_none(text: str) -> None:
    assert parse_expression(text) is None


def test_the_names_of_an_expression_are_its_numbers_not_its_functions() -> None:
    tree = parse_expression("max(a, b) + int(c)")
    assert tree is not None
    assert sorted(list_names(tree)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("kind", "inputs", "slot", "value"),
    [
        ("SimpleMath+", {"value": "a/2", "a": 7}, 0, 4),
        ("SimpleMath+", {"value": "a/2", "a": 7}, 1, 3.5),
        ("MathExpression|pysssss", {"expression": "a/2", "a": 7}, 0, 3),
        ("ComfyMathExpression", {"expression": "a/2", "values.a": 7}, 1, 3),
        ("easy mathInt", {"a": 7, "b": 5, "operation": "multiply"}, 0, 35),
        ("easy mathFloat", {"a": 7.0, "b": 2.0, "operation": "divide"}, 0, 3.5),
        ("JWIntegerAdd", {"a": 7, "b": 5}, 0, 12),
        ("Number Operation", {"number_a": 7, "number_b": 5, "operation": "subtraction"}, 0, 2),
        ("CR Math Operation", {"a": 7.0, "operation": "sin"}, 0, None),
        ("MathExpression|pysssss", {"expression": "Node.width"}, 0, None),
    ],
)
def test_a_node_that_calculates_gives_its_result(
    kind: str, inputs: dict[str, Scalar], slot: int, value: float | None
) -> None:
    node = make_node("m", kind, "P#m.inputs", inputs, {})
    answer = NodeValues({"m": node}).ask(("m", slot, "width"))
    assert (answer.value if answer else None) == value
