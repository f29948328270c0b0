"""Numbers that a node works out of others.

An expression (``a * 2``), or an operation named beside two numbers.
"""

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping

from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.values.question import Answer, Asking, read_input
from service.records import Stated

EXPRESSIONS = ("expression", "value", "python_expression", "operation")
"""Inputs that hold an expression over the node's other inputs."""
PAIRS = (
    ("a", "b"),
    ("number_a", "number_b"),
    ("int_a", "int_b"),
    ("value_a", "value_b"),
    ("A", "B"),
)
SIGNS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "mod": "%",
    "pow": "**",
    "int": "//",
    "flo": "//",
}
"""An operation by the first letters of its name: ``add``, ``addition``, ``multiply`` …"""

LONGEST = 200
LARGEST = 1e20
MOST_DIGITS = 20

Number = int | float


def _power(base: Number, power: Number) -> Number:
    """Return a power.

    None that would be too large, and none of a negative number that would be no real one.
    """
    if abs(base) >= LARGEST or abs(power) > 4 or (base < 0 and power != int(power)):  # noqa: PLR2004
        return math.inf
    result: Number = base**power
    return result


_OPERATORS: Mapping[type[ast.AST], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
_FUNCTIONS: Mapping[str, Callable[..., Number]] = {
    "round": lambda number, digits=0: (
        round(number, digits) if abs(digits) < MOST_DIGITS else math.inf
    ),
    "int": int,
    "float": float,
    "abs": abs,
    "min": min,
    "max": max,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
}


def compute(node: Node, slot: int) -> Asking[Answer]:
    """Return the number that a calculating node gives.

    Nothing where it takes in what the file does not state.
    """
    text = _expression(node)
    tree = parse_expression(text) if text else None
    if tree is None:
        return None
    known: dict[str, Number] = {}
    for name in names(tree):
        key = next((key for key in (name, f"values.{name}") if node.has(key)), None)
        answer = (yield from read_input(node, key, "number")) if key else None
        number = _number(answer.value) if answer is not None else None
        if number is None:
            return None
        known[name] = number
    result = evaluate(tree, known)
    if result is None:
        return None
    outputs = node.output_names
    whole = (
        outputs[slot] == "int"
        if slot < len(outputs)
        else slot == 0 and "float" not in node.class_type.lower()
    )
    if whole or result == int(result):
        result = round(result) if "simple" in node.class_type.lower() else int(result)
    return Stated(result, node.place)


def _expression(node: Node) -> str | None:
    for name in EXPRESSIONS:
        text = node.inputs.get(name)
        if isinstance(text, str) and (name != "operation" or not text.isalpha()):
            return text
    named = str(node.inputs.get("operation") or node.class_type.rstrip("+")[-3:]).lower()
    pair = next((pair for pair in PAIRS if all(node.has(name) for name in pair)), None)
    sign = SIGNS.get(named[:3])
    return f"{pair[0]} {sign} {pair[1]}" if pair and sign else None


def _number(value: object) -> Number | None:
    if isinstance(value, str):
        try:
            value = float(value) if "." in value or len(value) > MOST_DIGITS else int(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and abs(value) < LARGEST else None


def parse_expression(text: str) -> ast.expr | None:
    """Return an expression as a tree, or None where it is none or too long."""
    if len(text) > LONGEST:
        return None
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def names(tree: ast.expr) -> Iterator[str]:
    """Yield the names of the numbers that an expression takes in."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Name) and one.id not in _FUNCTIONS:
            yield one.id


def evaluate(tree: ast.expr, known: Mapping[str, Number]) -> Number | None:
    """Return what an expression comes to, or None where it does more than reckon."""
    found: dict[ast.AST, Number] = {}
    try:
        for one in reversed(list(ast.walk(tree))):  # parts stand behind what they are part of
            if isinstance(one, ast.expr) and not (
                isinstance(one, ast.Name) and one.id in _FUNCTIONS
            ):
                found[one] = _value(one, found, known)
    except (ArithmeticError, ValueError, TypeError, KeyError):
        return None
    result = found.get(tree)  # a function's bare name is none
    return result if result is not None and abs(result) < LARGEST else None


def _value(one: ast.expr, found: Mapping[ast.AST, Number], known: Mapping[str, Number]) -> Number:
    match one:
        case ast.Constant(value=int() | float() as number) if abs(number) < LARGEST:
            return number
        case ast.Name(id=name):
            return known[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](found[left], found[right])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -found[operand]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _FUNCTIONS[name](*(found[arg] for arg in args))
        case _:
            raise ValueError(type(one).__name__)
