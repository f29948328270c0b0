"""How a token is written, and the form by which two spellings are one word.

``trim_tag`` takes off what is no word of the tag: brackets and weights that stand where no program
looks for them, and the punctuation of a sentence. ``fold_token`` is for comparing: ``Blue_Eyes``
and ``blue eyes`` are one word, ``^_^`` is itself.
"""

import re
from functools import lru_cache

from service.light_patterns import light_pattern
from service.records.unicode_forms import normalize_unicode

FACES = frozenset(
    "0_0 (o)_(o) +_+ +_- ._. <o>_<o> <|>_<|> =_= >_< 3_3 6_9 >_o @_@ ^_^ o_o u_u x_x |_| ||_|| "
    ";_; d_d n_n t_t v_v \\_/ -_- q_q y_y ^o^ >_> <_< x_d o_0 0_o".split(),
)
"""Tags that are drawings: their ``_`` is kept."""

_ESCAPED = light_pattern(r"\\([()\[\]{}<>|:,\\])")
_WEIGHED = light_pattern(r"\(([^()]*?):[ \t]*[+-]?[\d.]+[ \t]*\)")
_WORD = light_pattern(r"[^\W_]")


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
    return " ".join(text.replace("_", " ").split())


_LONGEST_CACHED = 80  # tags are short and come again; sentences do not
_fold_short = lru_cache(maxsize=32_768)(_fold)


def spell_tag(text: str) -> tuple[str, str]:
    """Return a tag as ``trim_tag`` leaves it, and its form for comparing."""
    if len(text) <= _LONGEST_CACHED:
        return _spell_short(text)
    return _spell(text)


def _spell(text: str) -> tuple[str, str]:
    trimmed = trim_tag(text)
    return trimmed, _fold(trimmed)


_spell_short = lru_cache(maxsize=32_768)(_spell)

# \u2018 \u2019 \u201c \u201d: single and double quotes as books have them; \u2026: an ellipsis.
_SUSPECT = re.compile(
    r"""[()\[\]{}:"\u201c\u201d]|[.;,!?'\u2019`~*\u2026-]\Z|\A['\u2018`*\u2022-]"""
)
"""Whatever ``trim_tag`` may have to do with; most tags have none of it."""
_SPELT = light_pattern(r"[^\W_]{2}|\w/\d")
"""A tag without two letters in a row is a drawing, ``:d`` or ``x)``, and stays as it is."""
_NAME = light_pattern(r"(?:\([^()\[\]{}]+\)[ _]*)+")
"""``saber (fate)``: brackets behind a name belong to it, and nothing stands behind them."""
_BRACKETS = light_pattern(r"(?<!\\)[()\[\]{}]")
_BARE_WEIGHT = light_pattern(r"(?<=[^\W\d]):[ \t]*[+-]?(?:\d?\.\d+|[0-2])[ \t]*\Z")
"""``torn:0.5``, but not ``16:9``."""
_FINAL = ".;:,\u2026"
_TAIL = 24
"""Characters at the end that may be an abbreviation."""
_ABBREVIATED = light_pattern(
    r"(?:[^\W\d]\.){2,}\Z|\b(?:mr|mrs|ms|dr|st|mt|jr|sr|no|vol|etc)\.\Z", re.IGNORECASE
)
_BULLET = light_pattern(r"\A[*\u2022-]+[ \t]+")
_QUOTES = {'"': '"', "\u201c": "\u201d", "'": "'", "\u2018": "\u2019", "`": "`"}


def trim_tag(text: str) -> str:
    """Return a tag without stray brackets, a weight outside of any, and final punctuation.

    It may be empty. ``k-on!`` keeps its sign: exclamation marks belong to names.
    """
    if not _SUSPECT.search(text) or not _SPELT.search(text):
        return text
    text = _trim_brackets(text)
    text = _BARE_WEIGHT.sub("", _BULLET.sub("", text)).strip()
    text = _trim_quotes(text)
    if not _ABBREVIATED.search(text[-_TAIL:]):
        text = text.rstrip(_FINAL)
    return text.strip()


def _trim_brackets(text: str) -> str:
    if not _BRACKETS.search(text):
        return text
    text = _WEIGHED.sub(r"\1", text)
    name, bracket, behind = text.partition("(")
    if name.strip(" _") and not _BRACKETS.search(name) and _NAME.fullmatch(bracket + behind):
        return text
    return re.sub(r"[ \t]{2,}", " ", _BRACKETS.sub("", text))


def _trim_quotes(text: str) -> str:
    """Return a text without quotes around all of it, or one whose partner is elsewhere."""
    if len(text) > 1 and text[0] in _QUOTES and text[-1] == _QUOTES[text[0]]:
        text = text[1:-1].strip()
    for opening in ('"', "\u201c"):
        if text.count(opening) + text.count(_QUOTES[opening]) == 1:
            text = text.strip(opening + _QUOTES[opening])
    return text
