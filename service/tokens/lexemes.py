"""The smallest pieces of a prompt: plain text, brackets, separators, and the words that mean something."""

import re
from typing import NamedTuple

SEPARATORS = frozenset({"comma", "newline", "break", "and", "network", "embedding"})
"""They end a token wherever nothing holds it together."""

# Plain text comes first and takes long runs: most of a prompt passes in one step. A run ends before whatever could
# begin another piece, so 'B' and 'A' stand alone where they open no BREAK and no AND.
_FORM = r"""
      (?P<text>     {run}+ | \\. )
    | (?P<comma>    ,[ ]* )
    | (?P<newline>  \r?\n )
    | (?P<open>     [(\[{{] )
    | (?P<close>    [)\]}}] )
    | (?P<bar>      \| )
    | (?P<network>  <(?:lora|lyco|locon|loha|hypernet|embed):[^<>\n]+> )
    | (?P<break>    (?<!\w) BREAK (?!\w) )
    | (?P<and>      (?<!\w) AND (?!\w) )
    {more}
    | (?P<rest>     . )
    """
_PLAIN = re.compile(_FORM.format(run=r"[^,\r\n()\[\]{}|<\\BA]", more=""), re.VERBOSE | re.DOTALL)
_COMFY = re.compile(
    _FORM.format(
        run=r"[^,\r\n()\[\]{}|<\\BAe]",
        more=r"""| (?P<embedding> (?<![^\s,()\[\]{}|:]) embedding:
            (?: (?:urn:)?air: (?:[^\s,()\[\]{}<>|:]+:){3} | civitai:(?=\d) )?  # CivitAI's site names files by AIR
            [^\s,()\[\]{}<>|:]+ )""",
    ),
    re.VERBOSE | re.DOTALL,
)


class Lexeme(NamedTuple):
    """One piece: ``text``, ``open``, ``close``, ``bar``, ``comma`` …, as the groups of the form name them."""

    mark: str
    text: str


def lex(prompt: str) -> list[Lexeme]:
    """Return all pieces; joined they are the prompt again. Escaped brackets are plain text."""
    form = _COMFY if "embedding:" in prompt else _PLAIN
    return [
        Lexeme("text" if match.lastgroup == "rest" else match.lastgroup or "text", match[0])
        for match in form.finditer(prompt)
    ]
