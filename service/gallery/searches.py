"""Lines of a search that find the images which have something in common with one."""

import re
from urllib.parse import urlencode

from service.records import Resource, Token
from service.store.search.lexing import cut_words

RESOURCE_FIELDS = {
    "checkpoint": "checkpoint",
    "lora": "lora",
    "embedding": "embedding",
    "vae": "vae",
    "upscaler": "upscaler",
}
"""Kind → the field that asks for it; all other kinds are asked for as ``resource:``."""

_TOKEN_FIELDS = {"lora": "lora", "embedding": "embedding"}

_WORDS = ("tag", "phrase", "clause", "alternate", "schedule", "wildcard")
"""Kinds of tokens that are words of a prompt."""

MOST_WORDS = 40
"""Of a prompt that is looked for as a whole."""

_NAMES = ("generator", "model", "checkpoint", "lora", "embedding", "vae", "upscaler")
"""Fields whose names are asked for as a whole; otherwise a part of one would do."""

_BARE = re.compile(r"[\w.-]+")

_HASH = re.compile("[0-9a-f]{4,64}")

Search = str | None
"""A line; None where a line cannot say it."""


def field_search(field: str, value: object) -> Search:
    """Return the line that asks for a field's value: ``steps:20``, ``model:="dream shaper"``."""
    text = str(value).strip()
    asked = f"{field}:=" if field in _NAMES else f"{field}:"
    if _BARE.fullmatch(text):
        return f"{asked}{text}"
    return f'{asked}"{text}"' if text and '"' not in text else None


def hash_search(digits: str) -> Search:
    """Return the line that asks for a hash; None for one of a kind that no search knows."""
    return f"hash:{digits}" if _HASH.fullmatch(digits) else None


def words_search(text: str, *, negative: bool = False) -> Search:
    """Return the line that asks for words next to each other, of a long text the first."""
    wording = cut_words(text)
    if wording is None:
        return None
    words = " ".join(wording.words[:MOST_WORDS])
    return f'neg:"{words}"' if negative else f'"{words}"'


def token_search(token: Token) -> Search:
    """Return the line that asks for a token."""
    if token.kind in _TOKEN_FIELDS:
        return field_search(_TOKEN_FIELDS[token.kind], token.token)
    if token.kind not in _WORDS:
        return None
    return words_search(token.token, negative=token.side == "neg")


def resource_search(resource: Resource) -> Search:
    """Return the line that asks for all images that were made with a resource."""
    if not resource.used:
        return None
    if resource.model_version_id is not None:
        return f"version:{resource.model_version_id}"
    return field_search(RESOURCE_FIELDS.get(resource.kind, "resource"), resource.label)


def join_searches(*lines: Search) -> Search:
    """Return the line that asks for all of these; None where one of them cannot be stated."""
    if None in lines:
        return None
    return " ".join(filter(None, lines)).strip()


def address_of(line: Search) -> str | None:
    """Return the address of the images that a line asks for."""
    return None if line is None else f"/?{urlencode({'q': line})}"
