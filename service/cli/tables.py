"""Where tables are printed."""

import os

from rich.console import Console

PIPED = 200
"""Columns of what is no terminal: a file or a pager has room for a whole line."""


def tables() -> Console:
    """Return the console for tables, which cuts them to a terminal's width."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=PIPED)
