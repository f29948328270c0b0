"""The bytes of a list: lines, one weighted choice, or YAML."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from service.export.gathering import Item


def lines(items: Iterable[Item], *, with_counts: bool) -> Iterator[str]:
    """Yield one item a line; with counts a tab and the count behind each."""
    return (f"{item.text}\t{item.times}\n" if with_counts else f"{item.text}\n" for item in items)


def choice(items: Iterable[Item]) -> Iterator[str]:
    """Yield a single line that chooses among all items by their counts: ``{10::fox|3::owl}``.

    A weight before a line of its own does nothing: the readers take it for text.
    """
    opening = "{"
    for item in items:
        yield f"{opening}{item.times}::{item.text}"
        opening = "|"
    if opening == "|":
        yield "}\n"


def yaml(items: Iterable[Item], name: str, *, with_counts: bool) -> Iterator[str]:
    """Yield a YAML mapping of ``name`` to the items; what is split stands in mappings below it, place by place.

    All of it is ASCII: Impact Pack reads YAML in the system's own code page.
    """
    above: list[str] = []
    is_empty = True
    for place, listed in groupby(items, key=attrgetter("place")):
        keys = [name, *filter(None, place.split("/"))]
        common = next((at for at, pair in enumerate(zip(above, keys, strict=False)) if pair[0] != pair[1]), len(above))
        for depth in range(common, len(keys)):
            yield f"{'  ' * depth}{quoted(keys[depth])}:\n"
        above, is_empty, indent = keys, False, "  " * len(keys)
        for item in listed:
            text = quoted(item.text)
            yield f"{indent}- {{text: {text}, weight: {item.times}}}\n" if with_counts else f"{indent}- {text}\n"
    if is_empty:
        yield f"{quoted(name)}: []\n"


def quoted(text: str) -> str:
    r"""Return a text as a double-quoted YAML scalar in ASCII: ``"caf\xe9 \U0001f98a"``."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    number = ord(char)
    if 0x20 <= number < 0x7F:  # noqa: PLR2004  # what ASCII prints
        return char
    # JSON's pairs of surrogates are no YAML, so a character past 16 bits has an escape of its own.
    width, letter = (2, "x") if number < 1 << 8 else (4, "u") if number < 1 << 16 else (8, "U")
    return f"\\{letter}{number:0{width}x}"
