"""docs/generators.md: the parts of it that are made from the code and from what was measured."""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from measured import Cell

from service import parse
from service.parse.base import Parser

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "generators.md"

FIELDS = {
    "positive": "prompt",
    "negative": "negative",
    "model_name": "model",
    "model_hash": "hash",
    "cfg_scale": "cfg",
    "clip_skip": "clip skip",
}
"""The truth's names of fields where users say another word."""


def replaced(text: str, part: str, body: str) -> str:
    """Return the page with one of its made parts in place of what it held."""
    begin, end = f"<!-- {part}: made by make accuracy -->", f"<!-- end of {part} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{PAGE.name} has no part {part!r}")
    return pattern.sub(lambda _: f"{begin}\n{body.strip()}\n{end}", text)


def part(text: str, name: str) -> str:
    """Return what a made part of the page holds."""
    found = re.search(
        rf"<!-- {name}: made by make accuracy -->\n(.*?)\n?<!-- end of {name} -->", text, re.DOTALL
    )
    if found is None:
        raise ValueError(f"{PAGE.name} has no part {name!r}")
    return found[1]


def parsers() -> str:
    """Return the table of parsers, in the order in which they are asked."""
    lines = ["| parser | version | reads |", "|---|---|---|"]
    lines += [f"| `{one.name}` | {one.version} | {_sentence(one)} |" for one in parse.PARSERS]
    return "\n".join(lines)


def _sentence(parser: Parser) -> str:
    """Return the first sentence of the docstring of the module that defines a parser."""
    module = next(one for one in vars(parse).values() if getattr(one, "PARSER", None) is parser)
    text = " ".join((sys.modules[module.__name__].__doc__ or "").split("\n\n")[0].split())
    return text.replace("|", "\\|")


def measured(table: Mapping[tuple[str, str], Cell]) -> str:
    """Return the table of generators and containers: which shares of fields were read right."""
    lines = [
        "| generator | container | files | core fields right | fields read |",
        "|---|---|---|---|---|",
    ]
    for (generator, container), cell in sorted(table.items()):
        core = f"{cell.core_right} of {cell.core_known}" if cell.core_known else "none"
        lines.append(f"| {generator} | {container} | {cell.files} | {core} | {_fields(cell)} |")
    return "\n".join(lines)


def _fields(cell: Cell) -> str:
    told = [_field(name, cell) for name in cell.known if cell.right[name]]
    return ", ".join(told) or "none"


def _field(name: str, cell: Cell) -> str:
    right, known = cell.right[name], cell.known[name]
    return FIELDS.get(name, name) + ("" if right == known else f" ({right} of {known})")


def compared(ours: Iterable[str], readme: str) -> str:
    """Return our figures above those of the public tools, which the corpus's README states."""
    others = [
        line for line in readme.splitlines() if line.startswith("| ") and line.count("|") == 5
    ]
    return "\n".join(
        [
            "| | core 7 right | whole files right | false positives |",
            "|---|---|---|---|",
            "| **AIImageMetaPipe** | " + " | ".join(ours) + " |",
            *(line for line in others if not line.startswith("| |")),
        ]
    )
