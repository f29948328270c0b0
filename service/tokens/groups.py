"""The smallest pieces of a prompt, and what each pair of brackets does to the text between.

``lex_prompt`` cuts plain text, brackets, separators and the words that mean something;
``find_groups`` says which brackets belong together.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal, NamedTuple

from service.records.kinds import TAG_PATTERN

SEPARATORS = frozenset({"comma", "newline", "break", "and", "network", "embedding"})
"""They end a token wherever nothing holds it together."""
_EDGES = SEPARATORS | {"open", "close", "bar"}

# Plain text comes first and takes long runs: most of a prompt passes in one step. A run ends before
# whatever could begin another piece, so 'B' and 'A' are pieces alone where no BREAK or AND begins.
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
            (?: (?:urn:)?air: (?:[^\s,()\[\]{}<>|:]+:){3} | civitai:(?=\d) )?
            [^\s,()\[\]{}<>|:]+ )""",
    ),
    re.VERBOSE | re.DOTALL,
)


class Lexeme(NamedTuple):
    """One piece of a prompt."""

    mark: str
    """``text``, ``open``, ``close``, ``bar``, ``comma`` …, as the form above names its groups."""
    text: str


def lex_prompt(prompt: str) -> list[Lexeme]:
    """Return all pieces; joined they are the prompt again. Escaped brackets are plain text."""
    form = _COMFY if "embedding:" in prompt else _PLAIN
    lexemes: list[Lexeme] = []
    for match in form.finditer(prompt):
        mark = match.lastgroup
        if mark is None or mark == "rest":
            mark = "text"
        lexemes.append(Lexeme(mark, match[0]))
    return lexemes


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


def find_groups(lexemes: list[Lexeme]) -> dict[int, Group]:
    """Return the pairs by the number of their opening lexeme.

    Brackets without a partner are plain text.
    """
    pairs, bars = _match_brackets(lexemes)
    if not pairs:
        return {}
    separators = [number for number, lexeme in enumerate(lexemes) if lexeme.mark in SEPARATORS]
    found = {}
    for open_, close in pairs.items():
        group = _group(lexemes, open_, close, has_bar=open_ in bars)
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


def _match_brackets(lexemes: list[Lexeme]) -> tuple[dict[int, int], set[int]]:
    """Return open → close, and the open ones that hold a ``|`` of their own."""
    pairs: dict[int, int] = {}
    bars: set[int] = set()
    unclosed: list[int] = []
    by_kind: dict[str, int] = {"(": 0, "[": 0, "{": 0}
    for number, lexeme in enumerate(lexemes):
        if lexeme.mark == "open":
            unclosed.append(number)
            by_kind[lexeme.text] += 1
        elif lexeme.mark == "bar" and unclosed:
            bars.add(unclosed[-1])
        elif lexeme.mark == "close" and by_kind[_PAIRS[lexeme.text]]:
            pairs[_pop(lexemes, unclosed, by_kind, _PAIRS[lexeme.text])] = number
    return pairs, bars


def _pop(lexemes: list[Lexeme], unclosed: list[int], by_kind: dict[str, int], kind: str) -> int:
    """Take the nearest open bracket of this kind; those above it have no partner."""
    while True:
        number = unclosed.pop()
        by_kind[lexemes[number].text] -= 1
        if lexemes[number].text == kind:
            return number


def _group(lexemes: list[Lexeme], open_: int, close: int, *, has_bar: bool) -> Group:
    last = lexemes[close - 1]
    ending = last.text if last.mark == "text" else ""
    bracket = lexemes[open_].text
    if bracket == "(":
        return _round_group(open_, close, ending)
    if bracket == "{":
        if has_bar or "$$" in ending or "::" in ending:
            return Group(open_, close, "wildcard")
        return Group(open_, close, "weigh", CURLY)
    if has_bar:
        return Group(open_, close, "alternate")
    if _WHEN.search(ending, max(0, len(ending) - _TAIL)):
        return Group(open_, close, "schedule")
    return Group(open_, close, "weigh", SQUARE)


def _round_group(open_: int, close: int, ending: str) -> Group:
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


def _beside(lexemes: list[Lexeme], number: int, step: int) -> Lexeme | None:
    """Return the next lexeme that is not blank."""
    number += step
    while 0 <= number < len(lexemes):
        if lexemes[number].mark != "text" or lexemes[number].text.strip():
            return lexemes[number]
        number += step
    return None
