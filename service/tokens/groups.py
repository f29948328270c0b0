"""What each pair of brackets does to the text between.

``find_groups`` says which brackets belong together, and whether they weigh, choose, or are text.
"""

import re
from bisect import bisect_left
from typing import Literal

from service.light_dataclasses import dataclass
from service.light_patterns import light_pattern
from service.tokens.grammars import MINUS, PLUS, Grammar
from service.tokens.lexemes import SEPARATORS, Lexeme

_EDGES = SEPARATORS | {"open", "close", "bar"}

Effect = Literal["weigh", "schedule", "alternate", "wildcard", "literal"]

_PAIRS = {")": "(", "]": "[", "}": "{", ":": ":"}
"""Closing and opening brackets, and the ``::`` of ``1.5::x::``."""
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_WEIGHT = re.compile(rf":[ \t]*({_NUMBER})[ \t]*\Z")
_WHEN = light_pattern(rf":[ \t]*{_NUMBER}[ \t]*%?[ \t]*\Z")
"""Of ``[from:to:when]``, ``[to:when]``, ``[from::when]``."""
_MAX_DIGITS = 12
_TAIL = 40  # characters at the end that may be a weight


@dataclass(frozen=True, slots=True)
class Group:
    """A pair of brackets, by the numbers of its lexemes."""

    open: int
    close: int
    effect: Effect
    weight: float = 1.0
    trimmed: str | None = None
    """The last text before the closing bracket, without ``:1.3``."""


def find_groups(lexemes: list[Lexeme], grammar: Grammar) -> dict[int, Group]:
    """Return the pairs by the number of their opening lexeme.

    Brackets without a partner are plain text.
    """
    pairs, bars = _match_brackets(lexemes, grammar)
    if not pairs:
        return {}
    separators = [number for number, lexeme in enumerate(lexemes) if lexeme.mark in SEPARATORS]
    found = {}
    for open_, close in pairs.items():
        group = _group(lexemes, open_, close, grammar, has_bar=open_ in bars)
        if group.effect == "weigh" and not _holds_whole_tags(lexemes, group, separators):
            group = Group(open_, close, "literal")
        found[open_] = group
    return found


def _holds_whole_tags(lexemes: list[Lexeme], group: Group, separators: list[int]) -> bool:
    """Return whether the pair holds whole tags.

    So in ``(a), (b) (c:1.2)d``, not so in ``saber (fate)`` or ``a (red:1.3) car``. A pair that
    holds a comma always does.
    """
    if bisect_left(separators, group.open) != bisect_left(separators, group.close):
        return True
    before, after = _beside(lexemes, group.open, -1), _beside(lexemes, group.close, 1)
    if before is not None and before.mark not in _EDGES:
        return False
    if after is None or after.mark in _EDGES:
        return True
    touches = lexemes[group.close + 1] is after and not after.text[:1].isspace()
    return touches and group.trimmed is not None


def _match_brackets(lexemes: list[Lexeme], grammar: Grammar) -> tuple[dict[int, int], set[int]]:
    """Return open → close, and the open ones that hold a ``|`` of their own."""
    pairs: dict[int, int] = {}
    bars: set[int] = set()
    unclosed: list[int] = []
    by_kind: dict[str, int] = dict.fromkeys(_PAIRS.values(), 0)
    for number, lexeme in enumerate(lexemes):
        if lexeme.mark == "open":
            unclosed.append(number)
            by_kind[_bracket(lexeme)] += 1
        elif lexeme.mark == "bar" and unclosed:
            bars.add(unclosed[-1])
        elif lexeme.mark == "close" and by_kind[_PAIRS[lexeme.text[0]]]:
            pairs[_pop(lexemes, unclosed, by_kind, _PAIRS[lexeme.text[0]])] = number
    if grammar.ends_with_prompt:
        open_to_end = [number for number in unclosed if _bracket(lexemes[number]) == ":"]
        pairs.update(dict.fromkeys(open_to_end, len(lexemes)))
    return pairs, bars


def _bracket(lexeme: Lexeme) -> str:
    """Return what kind of bracket opens: ``:`` for ``1.5::``."""
    return ":" if lexeme.text.endswith("::") else lexeme.text


def _pop(lexemes: list[Lexeme], unclosed: list[int], by_kind: dict[str, int], kind: str) -> int:
    """Take the nearest open bracket of this kind; those above it have no partner."""
    while True:
        number = unclosed.pop()
        bracket = _bracket(lexemes[number])
        by_kind[bracket] -= 1
        if bracket == kind:
            return number


def _group(
    lexemes: list[Lexeme], open_: int, close: int, grammar: Grammar, *, has_bar: bool
) -> Group:
    last = lexemes[close - 1]
    ending = last.text if last.mark == "text" else ""
    bracket = _bracket(lexemes[open_])
    if bracket == ":":
        return Group(open_, close, "weigh", float(lexemes[open_].text[:-2]))
    if grammar.has_signs and _is_of_function(lexemes, open_, close):
        return Group(open_, close, "alternate")
    if bracket == "(":
        signs = lexemes[close].text[1:]
        return _round_group(open_, close, ending, read_signs(signs) if signs else grammar.round)
    if bracket == "{":
        is_choice = has_bar or "$$" in ending or "::" in ending or _is_variable(lexemes, open_)
        return Group(open_, close, "wildcard" if is_choice else "weigh", grammar.curly)
    return _square_group(open_, close, ending, grammar.square, has_bar=has_bar)


def _square_group(open_: int, close: int, ending: str, bare: float, *, has_bar: bool) -> Group:
    if has_bar:
        return Group(open_, close, "alternate")
    if _WHEN.search(ending, max(0, len(ending) - _TAIL)):
        return Group(open_, close, "schedule")
    return Group(open_, close, "weigh", bare)


def _round_group(open_: int, close: int, ending: str, bare: float) -> Group:
    weight = weight_at_end(ending)
    # '(:3)' is a face and not the weight of nothing
    if weight is None or (close == open_ + 2 and not weight[0].strip()):
        return Group(open_, close, "weigh", bare)
    return Group(open_, close, "weigh", weight[1], weight[0])


_FUNCTIONS = (".swap", ".blend", ".and")
"""InvokeAI's ``cat.swap(dog)``, ``("a", "b").blend(1, 2)``."""


def _is_of_function(lexemes: list[Lexeme], open_: int, close: int) -> bool:
    """Return whether a bracket is what one of InvokeAI's functions works on, or its arguments."""
    if open_ and lexemes[open_ - 1].text.endswith(_FUNCTIONS):
        return True
    return close + 1 < len(lexemes) and lexemes[close + 1].text in _FUNCTIONS


def _is_variable(lexemes: list[Lexeme], open_: int) -> bool:
    """Return whether a brace begins behind ``$`` or ``%``, as dynamic prompts' variables do."""
    return open_ > 0 and lexemes[open_ - 1].text.endswith(("$", "%"))


def read_signs(signs: str) -> float:
    """Return what InvokeAI's ``++``, ``-`` or ``1.2`` behind something weighs."""
    if signs.strip("+-"):
        return float(signs)
    return float(PLUS ** signs.count("+") * MINUS ** signs.count("-"))


def weight_at_end(text: str) -> tuple[str, float] | None:
    """Return a text without its ``:1.3`` and the number, or None where it ends in none."""
    match = _WEIGHT.search(text, max(0, len(text) - _TAIL)) if ":" in text else None
    if match is None or len(match[1]) > _MAX_DIGITS:
        return None
    return text[: match.start()], float(match[1])


def _beside(lexemes: list[Lexeme], number: int, step: int) -> Lexeme | None:
    """Return the next lexeme that is not blank."""
    number += step
    while 0 <= number < len(lexemes):
        if lexemes[number].mark != "text" or lexemes[number].text.strip():
            return lexemes[number]
        number += step
    return None
