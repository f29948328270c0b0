"""Why a search finds nothing, and what would: asked only where it found nothing."""

import difflib
import re
from collections.abc import Iterator

from service.store.search.lexing import Group, Term, read_query
from service.store.search.query import Search
from service.store.search.words import is_word

MOST = 5_000
"""Tokens among which a word that is nearly the one is looked for, and values of a field."""

BEGINNING = 2
"""Characters that such a word has in common with it."""

COLUMNS = {
    "model": "model",
    "sampler": "sampler_norm",
    "scheduler": "scheduler_norm",
    "generator": "generator",
    "root": "root",
}
"""Field → the column whose values are known for it."""

RESOURCES = frozenset({"lora", "embedding", "checkpoint", "vae", "upscaler", "resource"})
"""The fields whose values are names of model files."""

_PLAIN = re.compile(r"[\w.+-]+")
"""What needs no quotes."""


def explain_nothing(search: Search, line: str) -> Iterator[str]:
    """Yield what can be said of a line that no image meets."""
    groups = read_query(line)
    if not any(one.field == "state" for group in groups for one in group):
        gone = len(search.ids(f"{line} state:missing", 100))
        if gone:
            count = "1 image" if gone == 1 else f"{gone}{'+' * (gone == 100)} images"  # noqa: PLR2004
            yield f"{count} whose file is gone would meet it: add state:any"
    alone = [group for group in groups if not search.find((group,), 1, line)]
    for group in alone:
        shown = " OR ".join(one.shown for one in group)
        yield f"{shown}: no image has this{_what_would(search, group)}"
    if not alone and len(groups) > 1:
        yield "there are images for each of these, but none for all; leave one out"
    if any(_is_small_or(one) for group in groups for one in group):
        yield "or: is looked for as a word; OR, in capitals, finds one of the things on both sides"


def _is_small_or(term: Term) -> bool:
    """Return whether OR may be meant, which has to be in capitals."""
    return term.shown.lower() == "or"


def _what_would(search: Search, group: Group) -> str:
    """Return what to try instead of a word or a value, where anything is found by it."""
    if len(group) > 1 or group[0].negated:
        return ""
    (asked,) = group
    for other in _others(search, asked) if is_word(asked) else _other_values(search, asked):
        if search.find(read_query(other), 1, other):
            return f"; try {other}"
    return ""


def _others(search: Search, asked: Term) -> Iterator[str]:
    value = asked.value
    field = f"{asked.field}:" if asked.field else ""
    if not asked.quoted and not value.endswith("*"):
        yield f"{field}{value}*"
    near = difflib.get_close_matches(value.lower(), _words_like(search, value.lower()), 3)
    yield from (f"{field}{word}" for word in near)
    quoted = f'"{value}"' if asked.quoted else value
    yield quoted if asked.field == "neg" else f"neg:{quoted}"


def _other_values(search: Search, asked: Term) -> Iterator[str]:
    """Yield the known values of a field that are nearly the one asked for, the nearest first."""
    if len(asked.alternatives) != 1:
        return
    if asked.field in COLUMNS:
        known = search.values(COLUMNS[asked.field], MOST)
    elif asked.field in RESOURCES:
        known = search.resources(MOST)
    else:
        return
    by_small = {value.lower(): value for value in known if '"' not in value}
    for near in difflib.get_close_matches(asked.value.rstrip("*").lower(), by_small, 3):
        value = by_small[near]
        yield f"{asked.field}:{value}" if _PLAIN.fullmatch(value) else f'{asked.field}:"{value}"'


def _words_like(search: Search, word: str) -> set[str]:
    """Return the words of tokens that begin as a word does."""
    words: set[str] = set()
    beginning = word[:BEGINNING]
    for token in search.tokens(beginning, MOST):
        parts = filter(str.isalnum, token.split())
        words.update(part for part in parts if part.startswith(beginning))
    return words
