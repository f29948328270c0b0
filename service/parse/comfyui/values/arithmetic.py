"""Numbers that a node computes from others.

It holds an expression (``a * 2``), or names an operation beside two numbers.
"""

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping

from service.parse.comfyui.form.graph import Node
from service.parse.comfyui.values.question import Asking, Reply, read_input
from service.records import Stated

EXPRESSIONS = ("expression", "value", "python_expression", "comparison", "operation")
"""Inputs that hold an expression over the node's other inputs."""
PAIRS = (
    ("a", "b"),
    ("number_a", "number_b"),
    ("int_a", "int_b"),
    ("value_a", "value_b"),
    ("A", "B"),
    ("bool_a", "bool_b"),
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
    "and": "and",
    "or": "or",
}
"""An operation by the first letters of its name: ``add``, ``addition``, ``multiply`` …"""

LONGEST = 200
LARGEST = 1e20
MOST_DIGITS = 20
MOST_POWER = 4

Number = int | float


def _power(base: Number, power: Number) -> Number:
    """Return a power; infinity where it would be too large, or no real number."""
    if abs(base) >= LARGEST or abs(power) > MOST_POWER or (base < 0 and power != int(power)):
        return math.inf
    result: Number = base**power
    return result


def _round(number: Number, digits: int = 0) -> Number:
    return round(number, digits) if abs(digits) < MOST_DIGITS else math.inf


_OPERATORS: Mapping[type[ast.AST], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
_COMPARISONS: Mapping[type[ast.AST], Callable[[Number, Number], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
DECIDING = (ast.Compare, ast.BoolOp)
"""Expressions that are true or false."""
_FUNCTIONS: Mapping[str, Callable[..., Number]] = {
    "round": _round,
    "int": int,
    "float": float,
    "abs": abs,
    "min": min,
    "max": max,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
}


def compute(node: Node, slot: int) -> Asking[Reply]:
    """Return the number that a calculating node gives.

    None where it takes in what the file does not state.
    """
    tree = parse_expression(_find_expression(node) or "")
    if tree is None:
        return None
    known: dict[str, Number] = {}
    for name in list_names(tree):
        key = name if node.has(name) else f"values.{name}"
        answer = yield from read_input(node, key, "number")
        if answer is None:
            return None
        number = _as_number(answer.value)
        if number is None:
            return None
        known[name] = number
    result = evaluate(tree, known)
    if result is None:
        return None
    if isinstance(tree, DECIDING):
        return Stated(bool(result), node.place)
    if result == int(result) or _gives_whole(node, slot):
        rounds = "simple" in node.class_type.lower()
        result = round(result) if rounds else int(result)
    return Stated(result, node.place)


def _gives_whole(node: Node, slot: int) -> bool:
    """Return whether an output is a whole number: by its name, else by its place."""
    if slot < len(node.outputs):
        return node.outputs[slot] == "int"
    return slot == 0 and "float" not in node.class_type.lower()


def _find_expression(node: Node) -> str | None:
    """Return the expression that a node holds, or the one that its operation stands for."""
    for name in EXPRESSIONS:
        text = node.inputs.get(name)
        if isinstance(text, str) and (name != "operation" or not text.isalpha()):
            return text
    named = node.inputs.get("operation") or node.inputs.get("operator")
    operation = str(named or node.class_type.rstrip("+")[-3:]).lower()
    sign = SIGNS.get(operation[:3])
    for one, other in PAIRS:
        if sign and node.has(one) and node.has(other):
            return f"{one} {sign} {other}"
    return None


def _as_number(value: object) -> Number | None:
    if isinstance(value, str):
        is_float = "." in value or len(value) > MOST_DIGITS
        try:
            value = float(value) if is_float else int(value)
        except ValueError:
            return None
    if isinstance(value, (int, float)) and abs(value) < LARGEST:
        return value
    return None


def parse_expression(text: str) -> ast.expr | None:
    """Return an expression as a tree, or None where it is none or too long."""
    if len(text) > LONGEST:
        return None
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def list_names(tree: ast.expr) -> Iterator[str]:
    """Yield the names of the numbers that an expression takes in."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Name) and one.id not in _FUNCTIONS:
            yield one.id


def evaluate(tree: ast.expr, known: Mapping[str, Number]) -> Number | None:
    """Return the result of an expression, or None where it does more than calculate."""
    found: dict[ast.AST, Number] = {}
    try:
        for one in reversed(list(ast.walk(tree))):  # parts come behind what they are part of
            if isinstance(one, ast.Name) and one.id in _FUNCTIONS:
                continue
            if isinstance(one, ast.expr):
                found[one] = _compute_part(one, found, known)
    except (ArithmeticError, ValueError, TypeError, KeyError):
        return None
    result = found.get(tree)  # a function's bare name is none
    if result is not None and abs(result) < LARGEST:
        return result
    return None


def _compute_part(
    one: ast.expr, found: Mapping[ast.AST, Number], known: Mapping[str, Number]
) -> Number:
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
            return _FUNCTIONS[name](*[found[arg] for arg in args])
        case _:
            return _decide_part(one, found)


def _decide_part(one: ast.expr, found: Mapping[ast.AST, Number]) -> Number:
    """Return the result of a comparison, or of what is joined by and, or, if."""
    match one:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _COMPARISONS[type(op)](found[left], found[right])
        case ast.BoolOp(op=op, values=parts):
            decide = all if isinstance(op, ast.And) else any
            return decide(found[part] for part in parts)
        case ast.IfExp(test=test, body=body, orelse=other):
            return found[body] if found[test] else found[other]
        case _:
            raise ValueError(type(one).__name__)
