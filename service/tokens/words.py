"""How a token is written for comparing: ``Blue_Eyes`` and ``blue eyes`` are one word, ``^_^`` is itself."""

import re
import unicodedata
from functools import lru_cache

FACES = frozenset(
    "0_0 (o)_(o) +_+ +_- ._. <o>_<o> <|>_<|> =_= >_< 3_3 6_9 >_o @_@ ^_^ o_o u_u x_x |_| ||_|| ;_; d_d n_n t_t v_v "
    "\\_/ -_- q_q y_y ^o^ >_> <_< x_d o_0 0_o".split(),
)
"""Tags that are drawings: their ``_`` stays."""

_ESCAPED = re.compile(r"\\([()\[\]{}<>|:,\\])")
_WEIGHED = re.compile(r"\(([^()]*?):[ \t]*[+-]?[\d.]+[ \t]*\)")
_BLANKS = re.compile(r"[\s_]+")
_WORD = re.compile(r"[^\W_]")


def norm(token: str) -> str:
    """Return lower case, compatibility forms folded (NFKC), ``_`` and runs of blanks as one, escapes undone.

    A weight that covers only a part (``a (red:1.3) car``) is left out; brackets of a name (``saber (fate)``) stay.
    """
    return _known(token) if len(token) <= _LONGEST_KNOWN else _norm(token)


def _norm(token: str) -> str:
    text = token if token.isascii() else unicodedata.normalize("NFKC", token)
    text = text.lower().strip()
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    elif "(" in text:
        text = _WEIGHED.sub(r"\1", text)
    if "_" in text and (text in FACES or not _WORD.search(text)):
        return text
    return _BLANKS.sub(" ", text).strip()


_LONGEST_KNOWN = 80  # tags are short and come again; sentences do not
_known = lru_cache(maxsize=32_768)(_norm)
