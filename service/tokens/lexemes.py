"""The smallest pieces of a prompt: plain text, brackets, separators, and what means something."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from service.records import TokenKind
from service.records.kinds import TAG_PATTERN
from service.tokens.grammars import Grammar

COMMAS = ",\uff0c\u3001\u3002"
"""With those of Chinese and Japanese, and their full stop."""
SEPARATORS = frozenset({"comma", "newline", "break", "and", "network", "embedding", "directive"})
"""They end a token wherever nothing holds it together."""

DIRECTIVES = (
    "segment region object clear comment setvar setmacro trigger preset param base refiner video "
    "videoswap extend edit inpaint"
).split()
"""SwarmUI's: they steer, and are no words of the picture."""
CHOICES: dict[str, TokenKind] = {
    "fromto": "schedule",
    "alternate": "alternate",
    "alt": "alternate",
    "random": "wildcard",
    "wildcard": "wildcard",
    "wc": "wildcard",
    "var": "wildcard",
    "macro": "wildcard",
    "repeat": "wildcard",
}
"""SwarmUI's choices within a tag, ``<random:red,blue> cape``, and the kind of such a tag."""

# SwarmUI's may stand within each other; bounded, so that many that never end cost little.
_WITHIN = r"(?: [^<>\n] | < (?: [^<>\n] | <[^<>\n]{0,300}> ){0,600} > ){0,2000}+"


def _swarm(names: Iterable[str]) -> str:
    """Return a pattern for ``<name>``, ``<name:…>`` and ``<name[…]:…>``."""
    return rf"<(?:{'|'.join(names)})(?:\[[^\[\]<>\n]{{0,80}}\])?(?: : {_WITHIN} )?>"


_EMBEDDING = r"""| (?P<embedding> (?<![^\s,()\[\]{}|:]) embedding:
    (?: (?:urn:)?air: (?:[^\s,()\[\]{}<>|:]+:){3} | civitai:(?=\d) )?
    [^\s,()\[\]{}<>|:]+ )"""
"""ComfyUI's."""
_STRONG = r"""
    | (?P<strong> (?<![\w.:$|{-]) -?\d{1,3}(?:\.\d{0,6})?:: )
    | (?P<end>    :: )"""
"""NovelAI's ``1.5::x::``."""
_SIGNS = r"""
    | (?P<signed> \) (?: \+{1,9} | -{1,9} | \d{1,2}(?:\.\d{1,6})? ) (?![\w.]) )
    | (?P<signs>  (?<=\w) (?: \+{1,9} | -{1,9} ) (?=[\s,)\]] | \Z) )"""
"""InvokeAI's ``(x)1.2`` and ``x+``."""


class Lexeme(NamedTuple):
    """One piece of a prompt."""

    mark: str
    """``text``, ``open``, ``close``, ``bar``, ``comma`` …, as the form names its groups.

    A comma or a newline comes with the plain tags behind it, up to the last one's comma.
    """
    text: str


_MARKS = {"strong": "open", "end": "close", "signed": "close", "rest": "text"}
"""Groups of the form whose pieces are treated like others."""
_STRONG_STEPS = {"strong": 1, "end": -1}


def lex_prompt(prompt: str, grammar: Grammar) -> list[Lexeme]:
    """Return all pieces; joined they are the prompt again. Escaped brackets are plain text."""
    has_words = "BREAK" in prompt or "AND" in prompt or "ADD" in prompt
    form = _form("embedding:" in prompt, "::" in prompt, grammar.has_signs, has_words)
    lexemes: list[Lexeme] = []
    open_strong, before, is_parted = 0, "", False
    for match in form.finditer(prompt):
        mark = match.lastgroup or "text"
        if mark in _MARKS:
            open_strong += _STRONG_STEPS.get(mark, 0)
            # not the :: of [from::when], or of nothing
            mark = _MARKS[mark] if open_strong >= 0 else "text"
            open_strong = max(open_strong, 0)
        is_parted |= mark == before == "text"
        lexemes.append(Lexeme(mark, match[0]))
        before = mark
    return _join_texts(lexemes) if is_parted else lexemes


def _join_texts(lexemes: Iterable[Lexeme]) -> list[Lexeme]:
    """Return the pieces with plain texts that follow each other as one."""
    joined: list[Lexeme] = []
    for is_text, run in groupby(lexemes, key=lambda lexeme: lexeme.mark == "text"):
        if is_text:
            joined.append(Lexeme("text", "".join(lexeme.text for lexeme in run)))
        else:
            joined.extend(run)
    return joined


@lru_cache(maxsize=16)
def _form(
    has_embeddings: bool,  # noqa: FBT001
    has_strong: bool,  # noqa: FBT001
    has_signs: bool,  # noqa: FBT001
    has_words: bool,  # noqa: FBT001
) -> re.Pattern[str]:
    """Return the form with the pieces that only some prompts have: each makes runs shorter."""
    ends, more = "", ""
    if has_embeddings:
        ends, more = ends + "e", more + _EMBEDDING
    if has_strong:
        ends, more = ends + r"\d:\-", more + _STRONG
    if has_signs:
        ends, more = ends + r"+)\-", more + _SIGNS
    if has_words:  # BREAK, AND, ADDCOL
        ends += "BA"
    # Plain text comes first and takes long runs: most of a prompt passes in one step. A run ends
    # before whatever could begin another piece, so 'B' and 'A' are pieces alone where no BREAK or
    # AND begins.
    plain = rf"[^{COMMAS}\r\n()\[\]{{}}|<\\{ends}]"
    # Signs weigh one word, so there each tag is looked at by itself.
    tags = "" if has_signs else rf"(?: {plain}*+ (?: [{COMMAS}] | \r?\n ) )*+"
    pattern = rf"""
      (?P<text>      {plain}+ | \\. )
    | (?P<comma>     [{COMMAS}] {tags} [ ]* )
    | (?P<newline>   \r?\n {tags} )
    {more}
    | (?P<open>      [(\[{{] )
    | (?P<close>     [)\]}}] )
    | (?P<bar>       \| )
    | (?P<network>   <(?:{TAG_PATTERN}):[^<>\n]+> )
    | (?P<break>     (?<!\w) BREAK (?!\w) | <break> )
    | (?P<directive> {_swarm(DIRECTIVES)} | (?<!\w) ADD(?:COMM|BASE|COL|ROW) (?!\w) )
    | (?P<choice>    {_swarm(CHOICES)} )
    | (?P<and>       (?<!\w) AND (?!\w) )
    | (?P<rest>      . )
    """
    return re.compile(pattern, re.VERBOSE | re.DOTALL)
