"""From lexemes to tokens: commas and newlines cut, brackets weigh all that is in them.

What A1111's grammar and the wildcard tools know::

    (a, b:1.3)  ((c))  [d]  {e}     weights, which multiply
    [a:b:0.5]  [a|b]                a schedule and an alternation, each one token
    {a|b}  __name__                 wildcards
    <lora:name:0.8>                 a LoRA
    embedding:name  <embed:name>    an embedding, in ComfyUI and SwarmUI
    a :1.2 AND b :0.8  BREAK        prompts joined, with weights of their own

Anything unbalanced is text. Each token has a second form for comparing (``fold_token``):
``Blue_Eyes`` and ``blue eyes`` are one word, ``^_^`` is itself.
"""

import re
from dataclasses import replace
from functools import lru_cache

from service.records import Side, Token, TokenKind
from service.records.kinds import TAG_PATTERN
from service.records.unicode_forms import normalize_unicode
from service.tokens.groups import Group, Lexeme, find_groups, lex_prompt, weight_at_end

VERSION = 2

FACES = frozenset(
    "0_0 (o)_(o) +_+ +_- ._. <o>_<o> <|>_<|> =_= >_< 3_3 6_9 >_o @_@ ^_^ o_o u_u x_x |_| ||_|| "
    ";_; d_d n_n t_t v_v \\_/ -_- q_q y_y ^o^ >_> <_< x_d o_0 0_o".split(),
)
"""Tags that are drawings: their ``_`` is kept."""

_ESCAPED = re.compile(r"\\([()\[\]{}<>|:,\\])")
_WEIGHED = re.compile(r"\(([^()]*?):[ \t]*[+-]?[\d.]+[ \t]*\)")
_BLANKS = re.compile(r"[\s_]+")
_WORD = re.compile(r"[^\W_]")


def fold_token(token: str) -> str:
    """Return the form of a token that is compared.

    Lower case, compatibility forms folded (NFKC), ``_`` and runs of blanks as one blank, escapes
    undone. A weight that covers only a part (``a (red:1.3) car``) is left out; brackets of a name
    (``saber (fate)``) are kept.
    """
    if len(token) <= _LONGEST_CACHED:
        return _fold_short(token)
    return _fold(token)


def _fold(token: str) -> str:
    text = token if token.isascii() else normalize_unicode("NFKC", token)
    text = text.lower().strip()
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    elif "(" in text:
        text = _WEIGHED.sub(r"\1", text)
    if "_" in text and (text in FACES or not _WORD.search(text)):
        return text
    return _BLANKS.sub(" ", text).strip()


_LONGEST_CACHED = 80  # tags are short and come again; sentences do not
_fold_short = lru_cache(maxsize=32_768)(_fold)

LIMIT = 1_000_000.0
"""Weights are kept within this: 10,000 brackets are a slip or an attack."""

_WILDCARD = re.compile(r"__[^\s_](?:[^\n,]{0,80}?[^\s_])?__")
_NETWORK = re.compile(
    rf"<({TAG_PATTERN}):"
    # CivitAI's site names files by AIR
    r"((?:urn:)?air:(?:[^:<>]+:){3}[^:<>]+|civitai:\d+@\d+|[^:<>]+)"
    r"(?::\s*([+-]?(?:\d+\.?\d*|\.\d+)))?",
    re.IGNORECASE,
)


def split_prompt(prompt: str, side: Side) -> tuple[Token, ...]:
    """Return the tokens of a prompt in order."""
    cutter = _Cutter(prompt, side)
    cutter.run()
    return tuple(cutter.tokens)


class _Cutter:
    """One walk over the lexemes: the token being gathered, the weights in force, the tokens."""

    def __init__(self, prompt: str, side: Side) -> None:
        self.tokens: list[Token] = []
        self._side = side
        self._lexemes = lex_prompt(prompt)
        self._groups = find_groups(self._lexemes)
        self._gathered: list[str] = []
        self._kind: TokenKind = "tag"
        self._weights = [1.0]
        self._closes: dict[int, Group] = {}
        self._is_joined = any(lexeme.mark == "and" for lexeme in self._lexemes)
        self._subprompt_start = 0  # the first token of the sub-prompt in hand

    def run(self) -> None:
        """Make all tokens."""
        number = 0
        while number < len(self._lexemes):
            number = self._take(number)
        self._flush(ends_subprompt=True)

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
        elif lexeme.mark in ("break", "and", "network", "embedding"):
            self._special(lexeme)
        else:
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
            self._add(lexeme.text, "break", 1.0)

    def _network(self, text: str) -> None:
        match = _NETWORK.match(text)
        if match is None or not match[2].strip():
            self._add(text, "tag", self._weights[-1])
        elif match[1].lower() == "hypernet":
            self._add(text, "tag", _weight_or_one(match[3]))
        elif match[1].lower() == "embed":  # SwarmUI
            self._add(match[2].strip(), "embedding", self._weights[-1])
        else:
            self._add(match[2].strip(), "lora", _weight_or_one(match[3]))

    def _flush(self, *, ends_subprompt: bool = False) -> None:
        if not self._gathered:
            return
        text, kind = "".join(self._gathered).strip(), self._kind
        self._gathered, self._kind = [], "tag"
        weighted = weight_at_end(text) if ends_subprompt and self._is_joined else None
        if weighted:
            text = weighted[0].strip()
        if text.strip("()[]{}"):  # a bracket left alone is a slip of the pen
            if kind == "tag" and "__" in text and _WILDCARD.search(text):
                kind = "wildcard"
            self._add(text, kind, self._weights[-1])
        if weighted:
            self._weigh_subprompt(weighted[1])

    def _weigh_subprompt(self, weight: float) -> None:
        """Apply the weight of ``a, b :1.2 AND c`` to a and b, and to an AND before them."""
        first = max(0, self._subprompt_start - 1)  # the AND, if there is one
        for number in range(first, len(self.tokens)):
            token = self.tokens[number]
            self.tokens[number] = replace(token, weight=_round(token.weight * weight))

    def _add(self, text: str, kind: TokenKind, weight: float) -> None:
        folded = text.lower() if kind == "wildcard" else fold_token(text)
        exact = weight if weight == 1.0 else _round(weight)
        self.tokens.append(Token(self._side, len(self.tokens), text, folded, exact, kind))


def _weight_or_one(text: str | None) -> float:
    if text is None:
        return 1.0
    return float(text[:12])


def _round(weight: float) -> float:
    return round(max(-LIMIT, min(LIMIT, weight)), 4) + 0.0
