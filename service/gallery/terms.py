"""Terms of a search, as the pages' links state them."""

from urllib.parse import urlencode


def term(field: str, value: object) -> str | None:
    """Return what asks for a value: ``model:"pony"``, or ``"pony"`` for a word (field '').

    None where no search can state it, since it has a quotation mark in it.
    """
    text = str(value)
    if '"' in text or not text.strip():
        return None
    return f'{field}:"{text}"' if field else f'"{text}"'


def line_of(*terms: str | None) -> str | None:
    """Return the line that asks for all of these; None where one of them cannot be stated."""
    if None in terms:
        return None
    return " ".join(filter(None, terms)).strip()


def address_of(line: str | None, path: str = "/") -> str | None:
    """Return the address of a page that shows what a line asks for."""
    return None if line is None else f"{path}?{urlencode({'q': line})}"
