"""The smallest pieces of a prompt.

Plain text, brackets, separators, and the words that mean something.

Brackets: which belong together, and what each pair does to the text between.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal, NamedTuple

from service.records.kinds import TAG_PATTERN

SEPARATORS = frozenset({"comma", "newline", "break", "and", "network", "embedding"})
"""They end a token wherever nothing holds it together."""

# Plain text comes first and takes long runs: most of a prompt passes in one step. A run ends before
# whatever could begin another piece, so 'B' and 'A' stand alone where they open no BREAK and no
# AND.
_FORM = r"""
      (?P<text>     {run}+ | \\. )
    | (?P<comma>    ,[ ]* )
    | (?P<newline>  \r?\n )
    | (?P<open>     [(\[{{] )
    | (?P<close>    [)\]}}] )
    | (?P<bar>      \| )
    | (?P<network>  <(?:{tags}):[^<>\n]+> )
    | (?P<break>    (?<!\w) BREAK (?!\w) )
    | (?P<and>      (?<!\w) AND (?!\w) )
    {more}
    | (?P<rest>     . )
    """
_PLAIN = re.compile(
    _FORM.format(run=r"[^,\r\n()\[\]{}|<\\BA]", tags=TAG_PATTERN, more=""),
    re.VERBOSE | re.DOTALL,
)
_COMFY = re.compile(
    _FORM.format(
        run=r"[^,\r\n()\[\]{}|<\\BAe]",
        tags=TAG_PATTERN,
        more=r"""| (?P<embedding> (?<![^\s,()\[\]{}|:]) embedding:
            (?: (?:urn:)?air: (?:[^\s,()\[\]{}<>|:]+:){3} | civitai:(?=\d) )?  # CivitAI's site names files by AIR
            [^\s,()\[\]{}<>|:]+ )""",
    ),
    re.VERBOSE | re.DOTALL,
)


class Lexeme(NamedTuple):
    """One piece.

    ``text``, ``open``, ``close``, ``bar``, ``comma`` …, as the groups of the form name them.
    """

    mark: str
    text: str


def lex(prompt: str) -> list[Lexeme]:
    """Return all pieces; joined they are the prompt again. Escaped brackets are plain text."""
    form = _COMFY if "embedding:" in prompt else _PLAIN
    return [
        Lexeme("text" if match.lastgroup == "rest" else match.lastgroup or "text", match[0])
        for match in form.finditer(prompt)
    ]


Effect = Literal["weigh", "schedule", "alternate", "wildcard", "literal"]

ROUND, SQUARE, CURLY = 1.1, 1 / 1.1, 1.05
"""A1111's ``(x)`` and ``[x]``, NovelAI's ``{x}``."""

_PAIRS = {")": "(", "]": "[", "}": "{"}
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_WEIGHT = re.compile(rf":[ \t]*({_NUMBER})[ \t]*\Z")
_WHEN = re.compile(rf":[ \t]*{_NUMBER}[ \t]*%?[ \t]*\Z")  # [from:to:when], [to:when], [from::when]
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


def groups(lexemes: list[Lexeme]) -> dict[int, Group]:
    """Return the pairs by the number of their opening lexeme.

    Brackets without a partner are plain text.
    """
    pairs, bars = _match(lexemes)
    if not pairs:
        return {}
    separators = [number for number, lexeme in enumerate(lexemes) if lexeme.mark in SEPARATORS]
    found = {}
    for open_, close in pairs.items():
        group = _group(lexemes, open_, close, has_bar=open_ in bars)
        if group.effect == "weigh" and not _whole(lexemes, group, separators):
            group = Group(open_, close, "literal")
        found[open_] = group
    return found


def _whole(lexemes: list[Lexeme], group: Group, separators: list[int]) -> bool:
    """Tell whether the pair holds whole tags.

    ``(a), (b) (c:1.2)d``, and not ``saber (fate)`` or ``a (red:1.3) car``.

    One that holds a comma does, wherever it stands.
    """
    if bisect_left(separators, group.open) != bisect_left(separators, group.close):
        return True
    before, after = _beside(lexemes, group.open, -1), _beside(lexemes, group.close, 1)
    if before is not None and before.mark not in _EDGES:
        return False
    touching = group.trimmed is not None and lexemes[group.close + 1 : group.close + 2] == [after]
    return after is None or after.mark in _EDGES or (touching and not after.text[:1].isspace())


def _match(lexemes: list[Lexeme]) -> tuple[dict[int, int], set[int]]:
    """Return open → close, and the open ones that hold a ``|`` of their own."""
    pairs: dict[int, int] = {}
    bars: set[int] = set()
    waiting: list[int] = []
    by_kind: dict[str, int] = {"(": 0, "[": 0, "{": 0}
    for number, lexeme in enumerate(lexemes):
        if lexeme.mark == "open":
            waiting.append(number)
            by_kind[lexeme.text] += 1
        elif lexeme.mark == "bar" and waiting:
            bars.add(waiting[-1])
        elif lexeme.mark == "close" and by_kind[_PAIRS[lexeme.text]]:
            pairs[_pop(lexemes, waiting, by_kind, _PAIRS[lexeme.text])] = number
    return pairs, bars


def _pop(lexemes: list[Lexeme], waiting: list[int], by_kind: dict[str, int], kind: str) -> int:
    """Take the nearest open bracket of this kind; those above it have no partner."""
    while True:
        number = waiting.pop()
        by_kind[lexemes[number].text] -= 1
        if lexemes[number].text == kind:
            return number


def _group(lexemes: list[Lexeme], open_: int, close: int, *, has_bar: bool) -> Group:
    last = lexemes[close - 1]
    ending = last.text if last.mark == "text" else ""
    bracket = lexemes[open_].text
    if bracket == "(":
        return _round(open_, close, ending)
    if bracket == "{":
        choice = has_bar or "$$" in ending or "::" in ending
        return Group(open_, close, "wildcard") if choice else Group(open_, close, "weigh", CURLY)
    if has_bar:
        return Group(open_, close, "alternate")
    return (
        Group(open_, close, "schedule")
        if _WHEN.search(ending, max(0, len(ending) - _TAIL))
        else Group(open_, close, "weigh", SQUARE)
    )


def _round(open_: int, close: int, ending: str) -> Group:
    weight = weight_at_end(ending)
    # '(:3)' is a face and not the weight of nothing
    if weight is None or (close == open_ + 2 and not weight[0].strip()):
        return Group(open_, close, "weigh", ROUND)
    return Group(open_, close, "weigh", weight[1], weight[0])


def weight_at_end(text: str) -> tuple[str, float] | None:
    """Return a text without its ``:1.3`` and the number, or None where it ends in none."""
    match = _WEIGHT.search(text, max(0, len(text) - _TAIL))
    if match is None or len(match[1]) > _MAX_DIGITS:
        return None
    return text[: match.start()], float(match[1])


_EDGES = SEPARATORS | {"open", "close", "bar"}


def _beside(lexemes: list[Lexeme], number: int, step: int) -> Lexeme | None:
    """Return the next lexeme that is not blank."""
    number += step
    while 0 <= number < len(lexemes):
        if lexemes[number].mark != "text" or lexemes[number].text.strip():
            return lexemes[number]
        number += step
    return None
