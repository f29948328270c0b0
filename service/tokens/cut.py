"""From lexemes to tokens: commas and newlines cut, brackets weigh all that is in them.

What A1111's grammar and the wildcard tools know, and what other programs have besides::

    (a, b:1.3)  ((c))  [d]  {e}     weights, which multiply
    1.3::a, b::  a++  (b)1.2        the same in NovelAI and InvokeAI
    [a:b:0.5]  [a|b]                a schedule and an alternation, each one token
    {a|b}  __name__  <random:a,b>   wildcards
    <lora:name:0.8>                 a LoRA
    embedding:name  <embed:name>    an embedding, in ComfyUI and SwarmUI
    <segment:face>  <setvar[x]:a>   directives of SwarmUI
    a :1.2 AND b :0.8  BREAK        prompts joined, with weights of their own

Anything unbalanced is text. Each token has a second form for comparing (``spelling.py``).
"""

import re
from dataclasses import replace
from functools import lru_cache

from service.light_patterns import light_pattern
from service.records import Side, Token, TokenKind
from service.records.kinds import TAG_PATTERN
from service.tokens.grammars import Grammar, grammar_of
from service.tokens.groups import Group, find_groups, read_signs, weight_at_end
from service.tokens.lexemes import CHOICES, COMMAS, Lexeme, lex_prompt
from service.tokens.prose import tell_prose
from service.tokens.spelling import fold_token, spell_tag

VERSION = 4

LIMIT = 1_000_000.0
"""Weights are kept within this: 10,000 brackets are a slip or an attack."""

_WILDCARD = light_pattern(r"__[^\s_](?:[^\n,]{0,80}?[^\s_])?__")
_NETWORK = light_pattern(
    rf"<({TAG_PATTERN}):"
    # CivitAI's site names files by AIR
    r"((?:urn:)?air:(?:[^:<>]+:){3}[^:<>]+|civitai:\d+@\d+|[^:<>]+)"
    r"(?::\s*([+-]?(?:\d+\.?\d*|\.\d+)))?",
    re.IGNORECASE,
)
_NAME = light_pattern(r"\w+")
_ARGUMENTS = light_pattern(r"(?<!\S)--(?=[a-z])", re.IGNORECASE)
"""Midjourney's ``--ar 3:2 --v 6``."""
_VERBATIM = frozenset({"wildcard", "directive"})
"""Kinds whose tokens are compared as they are written, but for their case."""
_SLIPS = frozenset({".", ",", ";", ":"})
"""What is no token, where it stands alone."""


def split_prompt(prompt: str, side: Side, generator: str | None = None) -> tuple[Token, ...]:
    """Return the tokens of a prompt in order, by the grammar of the program that it was for."""
    grammar = grammar_of(generator)
    if len(prompt) <= _LONGEST_KEPT:
        return split_again(prompt, side, grammar)
    return _split(prompt, side, grammar)


_LONGEST_KEPT = 2_000
"""Characters of a prompt whose tokens are kept for a while: 256 such prompts are some megabytes."""


def _split(prompt: str, side: Side, grammar: Grammar) -> tuple[Token, ...]:
    if not grammar.has_signs and not _HAS_GRAMMAR.search(prompt):
        cutter = _Cutter([], side, grammar)
        cutter.take_plain(prompt)
    else:
        cutter = _Cutter(lex_prompt(prompt, grammar), side, grammar)
        cutter.run()
    return tuple(tell_prose(cutter.tokens))


# Much of prose, and many prompts of tags, have nothing that a grammar is needed for.
_HAS_GRAMMAR = re.compile(r"[()\[\]{}|<\\]|::|embedding:|BREAK|AND|ADD")
_SEPARATOR = re.compile(rf"[{COMMAS}]|\r?\n")


split_again = lru_cache(maxsize=256)(_split)
"""Most images come several of one prompt, and negative prompts come again and again."""


class _Cutter:
    """One walk over the lexemes: the token being gathered, the weights in force, the tokens."""

    def __init__(self, lexemes: list[Lexeme], side: Side, grammar: Grammar) -> None:
        self.tokens: list[Token] = []
        self._side = side
        self._lexemes = lexemes
        self._groups = find_groups(self._lexemes, grammar)
        self._gathered: list[str] = []
        self._kind: TokenKind = "tag"
        self._weights = [1.0]
        self._own_weight = 1.0  # of the signs behind a word
        self._closes: dict[int, Group] = {}
        self._is_joined = any(lexeme.mark == "and" for lexeme in self._lexemes)
        self._subprompt_start = 0  # the first token of the sub-prompt in hand

    def run(self) -> None:
        """Make all tokens."""
        number = 0
        while number < len(self._lexemes):
            number = self._take(number)
        self._flush(ends_subprompt=True)

    def take_plain(self, tags: str) -> None:
        """Make a token of each of the tags, in which there is no grammar but commas."""
        is_simple = tags.isascii() and "\n" not in tags
        for piece in tags.split(",") if is_simple else _SEPARATOR.split(tags):
            text = piece.strip()
            if text:
                self._take_tag(text, 1.0)

    def _take(self, number: int) -> int:
        """Take one lexeme, or a whole group that stays together; return the next one's number."""
        lexeme = self._lexemes[number]
        if number in self._closes:
            self._flush()
            self._weights.pop()
        elif number in self._groups:
            return self._open(self._groups[number])
        elif lexeme.mark in ("comma", "newline"):
            self._flush()
            self.take_plain(lexeme.text)
        elif lexeme.mark in ("break", "and", "network", "embedding", "directive"):
            self._special(lexeme)
        elif lexeme.mark == "signs":
            self._own_weight *= read_signs(lexeme.text)
        else:
            if lexeme.mark == "choice":
                self._kind = CHOICES[_name_of(lexeme.text)]
            self._gathered.append(self._without_weight(number))
        return number + 1

    def _without_weight(self, number: int) -> str:
        """Return a lexeme's text, without the weight of a bracket that closes after it."""
        group = self._closes.get(number + 1)
        if group is None or group.trimmed is None:
            return self._lexemes[number].text
        return group.trimmed

    def _open(self, group: Group) -> int:
        if group.effect == "weigh":
            self._flush()
            self._closes[group.close] = group
            product = self._weights[-1] * group.weight
            self._weights.append(max(-LIMIT, min(LIMIT, product)))
            return group.open + 1
        self._gathered.extend(lexeme.text for lexeme in self._lexemes[group.open : group.close + 1])
        if group.effect != "literal":
            self._kind = group.effect
        return group.close + 1

    def _special(self, lexeme: Lexeme) -> None:
        self._flush(ends_subprompt=lexeme.mark == "and")
        if lexeme.mark == "network":
            self._network(lexeme.text)
        elif lexeme.mark == "embedding":
            self._add(lexeme.text.partition(":")[2], "embedding", self._weights[-1])
        elif lexeme.mark == "and":
            self._add(lexeme.text, "and", 1.0)
            self._subprompt_start = len(self.tokens)
        else:
            self._add(lexeme.text, "break" if lexeme.mark == "break" else "directive", 1.0)

    def _network(self, text: str) -> None:
        match = _NETWORK.match(text)
        if match is None or not match[2].strip():
            self._add(text, "directive", self._weights[-1])
        elif match[1].lower() == "hypernet":
            self._add(text, "directive", _weight_or_one(match[3]))
        elif match[1].lower() == "embed":  # SwarmUI
            self._add(match[2].strip(), "embedding", self._weights[-1])
        else:
            self._add(match[2].strip(), "lora", _weight_or_one(match[3]))

    def _flush(self, *, ends_subprompt: bool = False) -> None:
        if not self._gathered:
            return
        text, kind, own = "".join(self._gathered).strip(), self._kind, self._own_weight
        self._gathered, self._kind, self._own_weight = [], "tag", 1.0
        weighted = weight_at_end(text) if ends_subprompt and self._is_joined else None
        if weighted:
            text = weighted[0].strip()
        if kind == "tag":
            self._take_tag(text, own)
        elif text:
            self._add(text, kind, self._weights[-1])
        if weighted:
            self._weigh_subprompt(weighted[1])

    def _take_tag(self, text: str, own_weight: float) -> None:
        text, arguments = _part_arguments(text)
        # signs weigh one word, and the token where it is that word
        self._add_tag(text, self._weights[-1] * (1.0 if " " in text else own_weight))
        if arguments:
            self._add(arguments, "directive", 1.0)

    def _add_tag(self, text: str, weight: float) -> None:
        if "__" in text and _WILDCARD.search(text):
            self._add(text, "wildcard", weight)
            return
        spelt, folded = spell_tag(text)
        if spelt.strip("()[]{}") and spelt not in _SLIPS:
            self._add_token(spelt, folded, "tag", weight)

    def _weigh_subprompt(self, weight: float) -> None:
        """Apply the weight of ``a, b :1.2 AND c`` to a and b, and to an AND before them."""
        first = max(0, self._subprompt_start - 1)  # the AND, if there is one
        for number in range(first, len(self.tokens)):
            token = self.tokens[number]
            self.tokens[number] = replace(token, weight=_round(token.weight * weight))

    def _add(self, text: str, kind: TokenKind, weight: float) -> None:
        self._add_token(text, text.lower() if kind in _VERBATIM else fold_token(text), kind, weight)

    def _add_token(self, text: str, folded: str, kind: TokenKind, weight: float) -> None:
        exact = weight if weight == 1.0 else _round(weight)
        self.tokens.append(Token(self._side, len(self.tokens), text, folded, exact, kind))


def _part_arguments(text: str) -> tuple[str, str]:
    """Return what is before the first argument ``--name``, and all from there on."""
    found = _ARGUMENTS.search(text) if "--" in text else None
    if found is None:
        return text, ""
    return text[: found.start()].strip(), text[found.start() :]


def _name_of(directive: str) -> str:
    """Return the name of ``<name:…>``."""
    match = _NAME.search(directive)
    return match[0] if match else ""


def _weight_or_one(text: str | None) -> float:
    if text is None:
        return 1.0
    return float(text[:12])


def _round(weight: float) -> float:
    return round(max(-LIMIT, min(LIMIT, weight)), 4) + 0.0
