"""What is printed: nothing in it that a terminal obeys, since names and prompts come from strangers."""

import json

import typer


def harmless(text: str) -> str:
    r"""Return a text as one line in which all that does not show is written out: ``\n``, ``\x1b``, ``\u202e``."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def harmless_lines(text: str) -> str:
    """Return a text of several lines, each of them harmless."""
    return "\n".join(map(harmless, text.split("\n")))


def say(text: str, *, err: bool = False) -> None:
    """Print a line."""
    typer.echo(harmless(text), err=err)


def say_json(value: object) -> None:
    """Print a value as one line of JSON, which reads back exactly: what does not show is escaped as JSON does it."""
    text = json.dumps(value, ensure_ascii=False, default=dict)
    typer.echo("".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text))
