"""What rich draws: tables, their cells and the console for them, and bars.

Apart from ``output``, so that a command that draws nothing does not load rich.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, OverflowMethod
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from service.cli.output import harmless_lines

PIPED = 200
"""Columns where the output is no terminal: a file or a pager has room for a whole line."""


WIDE = 1_000_000
"""Columns, so that nothing is cut."""


def make_console(*, is_wide: bool = False) -> Console:
    """Return the console for tables, which cuts them to a terminal's width unless ``is_wide``."""
    if is_wide:
        return Console(width=WIDE)
    console = Console()
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(width=PIPED)


def make_cell(value: object, overflow: OverflowMethod = "fold") -> Text:
    """Return a value as a table's cell; None is an empty one."""
    text = "" if value is None else harmless_lines(str(value))
    return Text(text, overflow=overflow, no_wrap=overflow == "ellipsis")


@contextmanager
def progress_by_bytes(what: str, total: int, *, enabled: bool) -> Iterator[Callable[[int], None]]:
    """Give a function that moves a bar on stderr by so many bytes.

    Without ``enabled`` it moves nothing.
    """
    columns = (
        TextColumn(what),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not enabled) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)


def make_progress() -> Progress:
    """Return the bar of images, on stderr, with its one task; it is not shown yet."""
    progress = Progress(
        TextColumn("images"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    progress.add_task("images", total=None, rate="")
    return progress
