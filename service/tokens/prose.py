"""Prompts that are sentences: their clauses are told from tags, and phrases are found in them.

A prompt of today may be tags, prose, or both: ``masterpiece, 1girl, A girl stands in the rain. She
holds …``. Told is each piece between two commas, by how many words of sentences it has; short
pieces at the beginning and the end stay tags, short ones within belong to their sentence. A clause
keeps its place among the tokens, and its phrases follow it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from service.light_patterns import light_pattern
from service.records import Token, TokenKind
from service.tokens.english import (
    AUXILIARIES,
    CLOSED,
    DETERMINERS,
    PARTICIPLES,
    PREPOSITIONS,
    PRONOUNS,
    TELLTALE,
    VERBS_IN_ING,
)
from service.tokens.phrases import find_phrases
from service.tokens.spelling import fold_token, spell_tag

# \u2026 is an ellipsis, \u2019 and the like are quotes as books have them.
_SENTENCE_END = light_pattern(
    r"(?<![.!?\u2026])(?<!\b[A-Z])(?<!\bMr)(?<!\bDr)(?<!\bSt)(?<!\bMrs)(?<!\bvs)"
    r"[.!?\u2026]+[\"'\u201d\u2019)]*\s+(?=[\"'\u201c(]?[A-Z\d])"
)
_ENDS = re.compile(r"[.!?\u2026]\S?\s")
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")

STRONG_WORDS, WEAK_WORDS, SHORT_WORDS = 8, 5, 3
"""Words of a piece that is surely a clause, that may be one, that is none."""
HEAP_WORDS, HEAP_CHARACTERS = 12, 120
"""What is so long is no tag, whatever its words are."""
_BEGINS = DETERMINERS | frozenset("and or but while which who whose that it she he they".split())
"""A piece of a prompt in prose that begins so is a clause."""
_GOES_ON = frozenset(
    "with in on as where when including featuring wearing holding so then creating giving adding "
    "making".split()
)
"""One that begins so is one behind another clause."""


def tell_prose(tokens: list[Token]) -> list[Token]:
    """Return the tokens of a prompt with its clauses told, each with its phrases behind it."""
    if not any(token.token.count(" ") >= SHORT_WORDS for token in tokens):
        return tokens  # tags, as most are
    pieces = _cut_sentences(tokens)
    clauses = _find_clauses(pieces)
    if not clauses:
        return tokens
    made: list[Token] = []
    for number, piece in enumerate(pieces):
        if number in clauses:
            _add_clause(made, piece)
        else:
            _add(made, piece, piece.token, piece.t_norm, piece.kind)
    return made


def _cut_sentences(tokens: Iterable[Token]) -> list[Token]:
    """Return the tokens, those that reach over the end of a sentence cut there."""
    cut: list[Token] = []
    for token in tokens:
        text = token.token
        if token.kind != "tag" or not _ENDS.search(text):
            cut.append(token)
            continue
        parts = _SENTENCE_END.split(text)
        if len(parts) == 1:
            cut.append(token)
            continue
        for part, norm in map(spell_tag, map(str.strip, parts)):  # a blank may stand before the dot
            if part:
                cut.append(replace(token, token=part, t_norm=norm))
    return cut


def _find_clauses(pieces: Sequence[Token]) -> set[int]:
    """Return the numbers of the pieces that are clauses."""
    # Short ones are looked at only where there are long ones.
    long = {
        number: _words_of(piece)
        for number, piece in enumerate(pieces)
        if piece.token.count(" ") >= SHORT_WORDS or len(piece.token) >= HEAP_CHARACTERS
    }
    strong = {number for number, of_piece in long.items() if _is_strong(of_piece)}
    weak = {number for number, of_piece in long.items() if _is_weak(of_piece)}
    heaps = {number for number, of_piece in long.items() if _is_heap(pieces[number], of_piece)}
    if not (strong or weak):
        return heaps
    words = [long.get(number) or _words_of(piece) for number, piece in enumerate(pieces)]
    if not strong and 2 * len(weak) < sum(map(bool, words)):
        return heaps
    clauses = strong | weak | heaps
    for number, of_piece in enumerate(words):
        if not of_piece:
            continue
        goes_on = number - 1 in clauses and _goes_on(of_piece)
        if goes_on or _has_ends_of_clause(of_piece) or '"' in pieces[number].token:
            clauses.add(number)
    return clauses | _gaps(clauses, words)


def _has_ends_of_clause(words: Sequence[str]) -> bool:
    """Return whether a piece of prose is a clause by its ends: ``in the warm``, ``behind her``."""
    if len(words) > 1 and (words[0] in PREPOSITIONS or words[0] in VERBS_IN_ING):
        return words[1] in DETERMINERS
    return words[0] in _BEGINS or words[-1] in PRONOUNS or words[-1] == "her"


def _goes_on(words: Sequence[str]) -> bool:
    """Return whether a piece goes on with the clause before it."""
    if words[0] in _GOES_ON:
        return True
    is_participle = words[0].endswith("ed") or words[0] in PARTICIPLES or words[0] == "shot"
    return is_participle and len(words) > 1 and words[1] in PREPOSITIONS


def _gaps(clauses: set[int], words: Sequence[list[str]]) -> set[int]:
    """Return the one or two pieces between two clauses: ``tall, slender, and wears …``."""
    found: set[int] = set()
    for number in clauses:
        for last in (number + 2, number + 3):
            between = range(number + 1, last)
            if last in clauses and all(words[one] for one in between):
                found.update(between)
    return found


def _words_of(piece: Token) -> list[str]:
    """Return a tag's words in small letters; none of what is no plain text."""
    is_weighed = piece.weight != 1.0 and piece.token.count(" ") < SHORT_WORDS
    if piece.kind != "tag" or is_weighed:
        return []
    return [word.lower().replace("\u2019", "'") for word in _WORD.findall(piece.token)]


def _count_closed(words: Iterable[str]) -> int:
    return sum(word in CLOSED or word in DETERMINERS or word == "of" for word in words)


def _is_strong(words: Sequence[str]) -> bool:
    if len(words) > SHORT_WORDS and any(word in AUXILIARIES or word in PRONOUNS for word in words):
        return any(word in TELLTALE for word in words)
    return len(words) >= STRONG_WORDS and _count_closed(words) >= 2  # noqa: PLR2004


def _is_weak(words: Sequence[str]) -> bool:
    return len(words) >= WEAK_WORDS and _count_closed(words) >= 2  # noqa: PLR2004


def _is_heap(piece: Token, words: Sequence[str]) -> bool:
    if piece.kind != "tag":
        return False
    return len(words) >= HEAP_WORDS or len(piece.token) >= HEAP_CHARACTERS


def _add_clause(made: list[Token], piece: Token) -> None:
    """Add a clause and its phrases; where it is one phrase, that alone."""
    phrases = [(text, fold_token(text)) for text in find_phrases(piece.token)]
    if [norm for _, norm in phrases] != [piece.t_norm]:
        _add(made, piece, piece.token, piece.t_norm, "clause")
    for text, norm in phrases:
        _add(made, piece, text, norm, "phrase")


def _add(made: list[Token], piece: Token, text: str, norm: str, kind: TokenKind) -> None:
    made.append(Token(piece.side, len(made), text, norm, piece.weight, kind))
